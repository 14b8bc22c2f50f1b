namespace MispGraphSync.Core.Domain;

/// <summary>
/// Why an attribute became no indicator. Closed, and ordered: where several apply, the first one counts.
/// The texts stand in <see cref="SkipReasons"/>.
/// </summary>
public enum SkipReason
{
    // Said by MISP of this attribute.
    Deleted,
    NotForDetection,
    Warninglist,

    // The type is never an indicator.
    UnknownType,
    PersonalData,
    VictimData,
    FinancialData,
    RegistrationData,
    KeyMaterial,
    AccountName,
    ApplicationId,
    DescribesTarget,
    Fingerprint,
    Rule,
    FreeText,
    Untyped,
    UnsupportedType,

    // The value does not fit its type.
    EmptyValue,
    InvalidHash,
    InvalidAddress,
    InvalidDomain,
    InvalidUrl,
    InvalidPattern,
    InvalidValue,
    WeakAlone,
    UnsupportedRelation,

    // A destination's own choice.
    ExcludedType,
    ExcludedTag,
    AboveMaxTlp,
    NoFieldHere,
    UnmatchedTier,
    NotPublic,
    NeverBlock,
    EmptyInputHash,
    ActionNotAllowed,
    HeldByOther,
    OverCapacity,
}

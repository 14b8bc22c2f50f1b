using System.Collections.Frozen;

namespace MispGraphSync.Core.Domain;

/// <summary>Why an attribute became no indicator. Ordered: where several apply, the first one counts.</summary>
public enum SkipReason
{
    // Set in MISP on this attribute.
    Deleted, NotForDetection, Warninglist,

    // The type is never an indicator.
    UnknownType, PersonalData, VictimData, FinancialData, RegistrationData, KeyMaterial, AccountName, ApplicationId,
    DescribesTarget, Fingerprint, Rule, FreeText, Untyped, UnsupportedType,

    // The value does not fit its type.
    EmptyValue, InvalidHash, InvalidAddress, InvalidDomain, InvalidUrl, InvalidPattern, InvalidValue, WeakAlone,
    UnsupportedRelation,

    // A destination's own choice.
    NotSelected, ExcludedByRule, Decayed, ExcludedType, ExcludedTag, AboveMaxTlp, AboveMaxPap, Ended, NoFieldHere,
    UnmatchedTier, NotPublic, NeverBlock, EmptyInputHash,
    ActionNotAllowed, HeldByOther, OverCapacity,
}

public static class SkipReasons
{
    private static readonly FrozenDictionary<SkipReason, string> Meanings = new Dictionary<SkipReason, string>
    {
        [SkipReason.Deleted] = "The attribute or its object is deleted in MISP.",
        [SkipReason.NotForDetection] = "MISP's to_ids is off and misp.toIdsOnly is on.",
        [SkipReason.Warninglist] = "The value is on an enabled MISP warninglist.",
        [SkipReason.UnknownType] = "The attribute type is newer than this program.",
        [SkipReason.PersonalData] = "Personal data is never sent.",
        [SkipReason.VictimData] = "Data about the victim is never sent.",
        [SkipReason.FinancialData] = "Accounts, cards and telephone numbers: no product has a field.",
        [SkipReason.RegistrationData] = "Whois data: no product has a field, and it is personal.",
        [SkipReason.KeyMaterial] = "Key material is never sent.",
        [SkipReason.AccountName] = "An account or repository name: no product has a field.",
        [SkipReason.ApplicationId] = "An application's id: no product has a field.",
        [SkipReason.DescribesTarget] = "Describes the target's weakness, not the attacker.",
        [SkipReason.Fingerprint] = "A network or page fingerprint: it would be taken for a file hash.",
        [SkipReason.Rule] = "A detection rule or a fragment, not one value.",
        [SkipReason.FreeText] = "Free text: no product has a field.",
        [SkipReason.Untyped] = "Context or an untyped value.",
        [SkipReason.UnsupportedType] = "No product has a field for the type, or it is too generic.",
        [SkipReason.EmptyValue] = "The value is empty after trimming.",
        [SkipReason.InvalidHash] = "The value is no hash of its type: wrong length or form.",
        [SkipReason.InvalidAddress] = "The value is no IP address or range.",
        [SkipReason.InvalidDomain] = "The value is no host name.",
        [SkipReason.InvalidUrl] = "The value is no address that a product takes.",
        [SkipReason.InvalidPattern] = "Not a STIX pattern of one comparison that can be stored.",
        [SkipReason.InvalidValue] = "The value does not fit its type.",
        [SkipReason.WeakAlone] = "Matches too much alone: a size, or the host of a URL where the action is not alert.",
        [SkipReason.UnsupportedRelation] = "Its role in its object is not used for detection.",
        [SkipReason.NotSelected] = "The destination's eventFilters or sources do not select its event.",
        [SkipReason.ExcludedByRule] = "A rule says that it is not sent.",
        [SkipReason.Decayed] = "Its decay score is below misp.decay.threshold.",
        [SkipReason.ExcludedType] = "Excluded by types or excludeTypes.",
        [SkipReason.ExcludedTag] = "Carries a tag of excludeTags.",
        [SkipReason.AboveMaxTlp] = "Its TLP is above the destination's maxTlp.",
        [SkipReason.AboveMaxPap] = "Its PAP is above the destination's maxPap.",
        [SkipReason.Ended] = "Its life is over: by daysToExpireFrom, or by a sighting in MISP.",
        [SkipReason.NoFieldHere] = "This destination has no field for it.",
        [SkipReason.UnmatchedTier] = "The destination stores it but may not match it; includeUnmatched sends it.",
        [SkipReason.NotPublic] = "A private, reserved or documentation address.",
        [SkipReason.NeverBlock] = "Blocking it would hurt: guard.neverBlock or the built-in list.",
        [SkipReason.EmptyInputHash] = "The hash of an empty file matches everything and nothing.",
        [SkipReason.ActionNotAllowed] = "The service refuses this action for this type.",
        [SkipReason.HeldByOther] = "Someone else put this value there; it is not changed.",
        [SkipReason.OverCapacity] = "The destination is full and this one ranks below what is there.",
    }.ToFrozenDictionary();

    /// <summary>One sentence for people.</summary>
    public static string Meaning(this SkipReason reason) => Meanings[reason];
}

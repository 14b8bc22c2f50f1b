using System.Collections.Frozen;

namespace MispGraphSync.Core.Domain;

/// <summary>The slug and the meaning of each reason: what reports print and what the docs list.</summary>
public static class SkipReasons
{
    private static readonly FrozenDictionary<SkipReason, (string Slug, string Meaning)> Texts =
        new Dictionary<SkipReason, (string, string)>
        {
            [SkipReason.Deleted] = ("deleted", "The attribute or its object is deleted in MISP."),
            [SkipReason.NotForDetection] = ("not-for-detection", "MISP's to_ids is off and misp.toIdsOnly is on."),
            [SkipReason.Warninglist] = ("warninglist", "An enabled MISP warninglist holds the value."),
            [SkipReason.UnknownType] = ("unknown-type", "The attribute type is newer than this program."),
            [SkipReason.PersonalData] = ("personal-data", "Personal data is never sent."),
            [SkipReason.VictimData] = ("victim-data", "Data about the victim is never sent."),
            [SkipReason.FinancialData] = ("financial-data", "Accounts, cards and telephone numbers: no product has a field."),
            [SkipReason.RegistrationData] = ("registration-data", "Whois data: no product has a field, and it is personal."),
            [SkipReason.KeyMaterial] = ("key-material", "Key material is never sent."),
            [SkipReason.AccountName] = ("account-name", "An account or repository name: no product has a field."),
            [SkipReason.ApplicationId] = ("application-id", "An application's id: no product has a field."),
            [SkipReason.DescribesTarget] = ("describes-target", "Describes the target's weakness, not the attacker."),
            [SkipReason.Fingerprint] = ("fingerprint", "A network or page fingerprint: it would be taken for a file hash."),
            [SkipReason.Rule] = ("rule", "A detection rule or a fragment, not one value."),
            [SkipReason.FreeText] = ("free-text", "Free text: no product has a field."),
            [SkipReason.Untyped] = ("untyped", "Context or an untyped value."),
            [SkipReason.UnsupportedType] = ("unsupported-type", "No product has a field for the type, or it is too generic."),
            [SkipReason.EmptyValue] = ("empty-value", "Nothing is left of the value after trimming."),
            [SkipReason.InvalidHash] = ("invalid-hash", "The value is no hash of its type: wrong length or form."),
            [SkipReason.InvalidAddress] = ("invalid-address", "The value is no IP address or range."),
            [SkipReason.InvalidDomain] = ("invalid-domain", "The value is no host name."),
            [SkipReason.InvalidUrl] = ("invalid-url", "The value is no address that a product takes."),
            [SkipReason.InvalidPattern] = ("invalid-pattern", "Not a STIX pattern of one comparison that Sentinel can store."),
            [SkipReason.InvalidValue] = ("invalid-value", "The value does not fit its type."),
            [SkipReason.WeakAlone] = ("weak-alone", "Matches too much alone: a size, or the host of a URL where the action is not alert."),
            [SkipReason.UnsupportedRelation] = ("unsupported-relation", "Its role in its object is no thing to watch for."),
            [SkipReason.ExcludedType] = ("excluded-type", "Left out by types or excludeTypes."),
            [SkipReason.ExcludedTag] = ("excluded-tag", "Carries a tag of excludeTags."),
            [SkipReason.AboveMaxTlp] = ("above-max-tlp", "Its TLP is above the destination's maxTlp."),
            [SkipReason.NoFieldHere] = ("no-field-here", "This destination has no field for it."),
            [SkipReason.UnmatchedTier] = ("unmatched-tier", "Sentinel stores it but may not match it; includeUnmatched sends it."),
            [SkipReason.NotPublic] = ("not-public", "A private, reserved or documentation address."),
            [SkipReason.NeverBlock] = ("never-block", "Blocking it would hurt: guard.neverBlock or the built-in list."),
            [SkipReason.EmptyInputHash] = ("empty-input-hash", "The hash of an empty file matches everything and nothing."),
            [SkipReason.ActionNotAllowed] = ("action-not-allowed", "The service refuses this action for this type."),
            [SkipReason.HeldByOther] = ("held-by-other", "Someone else put this value there; it is left alone."),
            [SkipReason.OverCapacity] = ("over-capacity", "The destination is full and this one ranks below what is there."),
        }.ToFrozenDictionary();

    /// <summary>The name that reports use; stable.</summary>
    public static string Slug(this SkipReason reason) => Texts[reason].Slug;

    /// <summary>One sentence for people.</summary>
    public static string Meaning(this SkipReason reason) => Texts[reason].Meaning;
}

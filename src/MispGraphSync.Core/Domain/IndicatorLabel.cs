namespace MispGraphSync.Core.Domain;

/// <summary>
/// An indicator as people read it: type and value in MISP's words, the same wherever it is shown. Several observables have bars
/// between them, sorted by type.
/// </summary>
/// <param name="Value">Hostile.</param>
public readonly record struct IndicatorLabel(string Type, string Value)
{
    /// <summary>The type of a hash whose algorithm a service does not name.</summary>
    public const string Hash = "hash";

    public static IndicatorLabel Of(IReadOnlyList<Observable> observables) => observables is [var one]
        ? Of(one)
        : Of(observables.Select(Of));

    public static IndicatorLabel Of(Observable observable) => new(TypeOf(observable), ObservableText.Of(observable));

    public static IndicatorLabel Of(IEnumerable<IndicatorLabel> parts)
    {
        IndicatorLabel[] sorted = [.. parts
            .OrderBy(part => part.Type, StringComparer.Ordinal).ThenBy(part => part.Value, StringComparer.Ordinal)];
        return new IndicatorLabel(string.Join('|', sorted.Select(part => part.Type)), string.Join('|', sorted.Select(part => part.Value)));
    }

    /// <summary>MISP's type, without the end of a connection and the role of an e-mail address: most services keep neither.</summary>
    public static string TypeOf(Observable observable) => observable switch
    {
        Observable.DomainName => "domain",
        Observable.Url => "url",
        Observable.NetworkAddress or Observable.CidrBlock or Observable.EmailSourceAddress => "ip",
        Observable.Port => "port",
        Observable.Protocol => "protocol",
        Observable.AutonomousSystem => "AS",
        Observable.FileHash o => TypeOf(o.Algorithm),
        Observable.FileName => "filename",
        Observable.FilePath => "filepath",
        Observable.FileSize => "size-in-bytes",
        Observable.FileType => "mime-type",
        Observable.FileCompiled => "compilation-timestamp",
        Observable.FileCreated => "creation-timestamp",
        Observable.Mutex => "mutex",
        Observable.EmailAddress => "email",
        Observable.EmailSourceDomain => "email-domain",
        Observable.EmailSenderName => "email-src-display-name",
        Observable.EmailSubject => "email-subject",
        Observable.EmailXMailer => "email-x-mailer",
        Observable.EmailMessageId => "email-message-id",
        Observable.UserAgent => "user-agent",
        Observable.RegistryKey => "regkey",
        Observable.MacAddress => "mac-address",
        Observable.CertificateFingerprint o => "x509-fingerprint-" + TypeOf(o.Algorithm),
        _ => throw new InvalidOperationException($"No type for {observable.GetType().Name}."),
    };

    public static string TypeOf(HashAlgorithm algorithm) => algorithm switch
    {
        HashAlgorithm.Sha512Of224 => "sha512/224",
        HashAlgorithm.Sha512Of256 => "sha512/256",
        HashAlgorithm.Sha3Of224 => "sha3-224",
        HashAlgorithm.Sha3Of256 => "sha3-256",
        HashAlgorithm.Sha3Of384 => "sha3-384",
        HashAlgorithm.Sha3Of512 => "sha3-512",
        _ => algorithm.ToString().ToLowerInvariant(),
    };

    public override string ToString() => $"{Type} {Value}";

    /// <summary>The reverse of <see cref="ToString"/>: no type has a space in it.</summary>
    public static IndicatorLabel Parse(string text)
    {
        var end = text.IndexOf(' ', StringComparison.Ordinal);
        return end < 0 ? new IndicatorLabel("", text) : new IndicatorLabel(text[..end], text[(end + 1)..]);
    }
}

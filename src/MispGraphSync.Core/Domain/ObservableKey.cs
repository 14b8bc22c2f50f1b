namespace MispGraphSync.Core.Domain;

/// <summary>
/// The ledger's key of an indicator's observables, the same for all destinations of one form. Two sources with one key give one
/// indicator, so the key is exactly as coarse as the services: a single observable has no direction and no e-mail role, and
/// hashes without an algorithm at the service share a name in a combined indicator.
/// </summary>
public static class ObservableKey
{
    /// <summary>Both keys of a source; null for a form that it does not have. Mostly both are equal: then one hash is computed.</summary>
    public static (Hash128? Combination, Hash128? Single) Of(IndicatorSource source)
    {
        if (source.Combined.Length != 1 || source.Single is null)
        {
            Hash128? combination = source.Combined.IsEmpty ? null : OfCombination(source.Combined);
            return (combination, source.Single is null ? null : OfSingle(source.Single));
        }

        var (combined, single) = (Name(source.Combined[0], isCombined: true), Name(source.Single, isCombined: false));
        var key = Hash128.Of(single);
        return (combined == single ? key : Hash128.Of(combined), key);
    }

    /// <summary>The key of the observables of a combined indicator, in any order.</summary>
    public static Hash128 OfCombination(IReadOnlyList<Observable> observables)
    {
        if (observables.Count == 1) return Hash128.Of(Name(observables[0], isCombined: true));
        var names = new string[observables.Count];
        for (var i = 0; i < names.Length; i++) names[i] = Name(observables[i], isCombined: true);
        Array.Sort(names, StringComparer.Ordinal);
        return Hash128.Of(string.Join('\n', names));
    }

    public static Hash128 OfSingle(Observable observable) => Hash128.Of(Name(observable, isCombined: false));

    private static string Name(Observable observable, bool isCombined) => observable switch
    {
        Observable.DomainName o => "domain:" + o.Value,
        Observable.Url o => "url:" + o.Value,
        Observable.NetworkAddress o => (isCombined ? Ends("ip", o.Direction) : "ip:") + o.Value,
        Observable.CidrBlock o => (isCombined ? Ends("cidr", o.Direction) : "cidr:") + o.Value,
        Observable.Port o => Ends("port", o.Direction) + o.Value,
        Observable.Protocol o => "protocol:" + o.Value,
        // A combined indicator has source and destination only; an unknown end is written as the source.
        Observable.AutonomousSystem o => (isCombined && o.Direction == Direction.Destination ? "asn-dst:" : "asn:") + o.Value,
        Observable.FileHash o => (isCombined ? CombinedHashKind(o.Algorithm) : o.Algorithm.ToString()) + ":" + o.Value,
        Observable.FileName o => "filename:" + o.Value,
        Observable.FilePath o => "filepath:" + o.Value,
        Observable.FileSize o => "filesize:" + o.Value,
        Observable.FileType o => "filetype:" + o.Value,
        Observable.FileCompiled o => "compiled:" + o.Value.ToUnixTimeSeconds(),
        Observable.FileCreated o => "created:" + o.Value.ToUnixTimeSeconds(),
        Observable.Mutex o => "mutex:" + o.Value,
        Observable.EmailAddress o => (isCombined ? $"email-{o.Role}:" : "email:") + o.Value,
        Observable.EmailSourceDomain o => "email-domain:" + o.Value,
        Observable.EmailSourceAddress o => (isCombined ? "email-ip:" : "ip:") + o.Value,
        Observable.EmailSenderName o => "email-name:" + o.Value,
        Observable.EmailSubject o => "email-subject:" + o.Value,
        Observable.EmailXMailer o => "email-xmailer:" + o.Value,
        Observable.EmailMessageId o => "email-message-id:" + o.Value,
        Observable.UserAgent o => "user-agent:" + o.Value,
        Observable.RegistryKey o => "regkey:" + o.Value,
        Observable.MacAddress o => "mac:" + o.Value,
        Observable.CertificateFingerprint o => $"x509-{o.Algorithm}:{o.Value}",
        _ => throw new InvalidOperationException($"No key for {observable.GetType().Name}."),
    };

    private static string Ends(string name, Direction direction) => direction switch
    {
        Direction.Source => name + "-src:",
        Direction.Destination => name + "-dst:",
        _ => name + ":",
    };

    private static string CombinedHashKind(HashAlgorithm algorithm) => algorithm switch
    {
        HashAlgorithm.Md5 => "md5",
        HashAlgorithm.Sha1 => "sha1",
        HashAlgorithm.Sha256 => "sha256",
        HashAlgorithm.Authentihash => "authenticodeHash256",
        HashAlgorithm.Tlsh => "lsHash",
        HashAlgorithm.Ssdeep => "ctph",
        _ => "unknown",
    };
}

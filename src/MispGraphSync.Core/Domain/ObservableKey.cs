namespace MispGraphSync.Core.Domain;

/// <summary>
/// The ledger's key of what is watched, the same for all destinations of one form. Two supports with the same key give
/// one indicator, so the key is exactly as coarse as the services are: a single observable has no direction and no
/// e-mail role, and hashes that Graph cannot tell apart share a name in a combination.
/// </summary>
public static class ObservableKey
{
    /// <summary>Both keys of a support; null where it has no such form. Mostly both have one name: then it is hashed once.</summary>
    public static (Hash128? Combination, Hash128? Single) Of(IndicatorSource support)
    {
        if (support.Combined.Length != 1 || support.Single is not { } single)
        {
            return (support.Combined.IsEmpty ? null : OfCombination(support.Combined), support.Single is null ? null : OfSingle(support.Single));
        }

        var (together, alone) = (Name(support.Combined[0], inCombination: true), Name(single, inCombination: false));
        var key = Hash128.Of(alone);
        return (together == alone ? key : Hash128.Of(together), key);
    }

    /// <summary>The key of several observables watched together, in any order.</summary>
    public static Hash128 OfCombination(IReadOnlyList<Observable> observables)
    {
        if (observables.Count == 1) return Hash128.Of(Name(observables[0], inCombination: true));
        var names = new string[observables.Count];
        for (var i = 0; i < names.Length; i++) names[i] = Name(observables[i], inCombination: true);
        Array.Sort(names, StringComparer.Ordinal);
        return Hash128.Of(string.Join('\n', names));
    }

    /// <summary>The key of one observable watched alone.</summary>
    public static Hash128 OfSingle(Observable observable) => Hash128.Of(Name(observable, inCombination: false));

    private static string Name(Observable observable, bool inCombination) => observable switch
    {
        Observable.DomainName o => "domain:" + o.Value,
        Observable.Url o => "url:" + o.Value,
        Observable.NetworkAddress o => (inCombination ? Ends("ip", o.Direction) : "ip:") + o.Value,
        Observable.CidrBlock o => (inCombination ? Ends("cidr", o.Direction) : "cidr:") + o.Value,
        Observable.Port o => Ends("port", o.Direction) + o.Value,
        Observable.Protocol o => "protocol:" + o.Value,
        // Graph knows source and destination only; an unknown end is written as the source.
        Observable.AutonomousSystem o => (inCombination && o.Direction == Direction.Destination ? "asn-dst:" : "asn:") + o.Value,
        Observable.FileHash o => (inCombination ? GraphHashKind(o.Algorithm) : o.Algorithm.ToString()) + ":" + o.Value,
        Observable.FileName o => "filename:" + o.Value,
        Observable.FilePath o => "filepath:" + o.Value,
        Observable.FileSize o => "filesize:" + o.Value,
        Observable.FileType o => "filetype:" + o.Value,
        Observable.FileCompiled o => "compiled:" + o.Value.ToUnixTimeSeconds(),
        Observable.FileCreated o => "created:" + o.Value.ToUnixTimeSeconds(),
        Observable.Mutex o => "mutex:" + o.Value,
        Observable.EmailAddress o => (inCombination ? $"email-{o.Role}:" : "email:") + o.Value,
        Observable.EmailSourceDomain o => "email-domain:" + o.Value,
        Observable.EmailSourceAddress o => (inCombination ? "email-ip:" : "ip:") + o.Value,
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

    private static string GraphHashKind(HashAlgorithm algorithm) => algorithm switch
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

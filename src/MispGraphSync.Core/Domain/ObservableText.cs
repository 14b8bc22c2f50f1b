using System.Globalization;

namespace MispGraphSync.Core.Domain;

/// <summary>Observables as an analyst writes them.</summary>
public static class ObservableText
{
    public static string Of(Observable observable) => observable switch
    {
        Observable.DomainName o => o.Value,
        Observable.Url o => o.Value,
        Observable.NetworkAddress o => o.Value.ToString(),
        Observable.CidrBlock o => o.Value.ToString(),
        Observable.Port o => $"{o.Value}",
        Observable.Protocol o => $"{o.Value}",
        Observable.AutonomousSystem o => $"AS{o.Value}",
        Observable.FileHash o => o.Value,
        Observable.FileName o => o.Value,
        Observable.FilePath o => o.Value,
        Observable.FileSize o => $"{o.Value}",
        Observable.FileType o => o.Value,
        Observable.FileCompiled o => Iso(o.Value),
        Observable.FileCreated o => Iso(o.Value),
        Observable.Mutex o => o.Value,
        Observable.EmailAddress o => o.Value,
        Observable.EmailSourceDomain o => o.Value,
        Observable.EmailSourceAddress o => o.Value.ToString(),
        Observable.EmailSenderName o => o.Value,
        Observable.EmailSubject o => o.Value,
        Observable.EmailXMailer o => o.Value,
        Observable.EmailMessageId o => o.Value,
        Observable.UserAgent o => o.Value,
        Observable.RegistryKey o => o.Value,
        Observable.MacAddress o => o.Value,
        Observable.CertificateFingerprint o => o.Value,
        _ => throw new InvalidOperationException($"No text for {observable.GetType().Name}."),
    };

    private static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}

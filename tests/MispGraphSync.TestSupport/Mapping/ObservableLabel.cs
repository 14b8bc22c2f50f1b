using MispGraphSync.Core.Domain;

namespace MispGraphSync.Tests.Mapping;

/// <summary>Observables in short words, so that expectations read like a table.</summary>
internal static class ObservableLabel
{
    public static string Of(Observable observable) => observable switch
    {
        Observable.DomainName o => "domain:" + o.Value,
        Observable.Url o => "url:" + o.Value,
        Observable.NetworkAddress o => $"ip{End(o.Direction)}:{o.Value}",
        Observable.CidrBlock o => $"cidr{End(o.Direction)}:{o.Value}",
        Observable.Port o => $"port{End(o.Direction)}:{o.Value}",
        Observable.Protocol o => "protocol:" + o.Value,
        Observable.AutonomousSystem o => $"as{End(o.Direction)}:{o.Value}",
        Observable.FileHash o => $"{o.Algorithm}:{o.Value}",
        Observable.FileName o => "name:" + o.Value,
        Observable.FilePath o => "path:" + o.Value,
        Observable.FileSize o => "size:" + o.Value,
        Observable.FileType o => "filetype:" + o.Value,
        Observable.FileCompiled o => $"compiled:{o.Value:u}",
        Observable.FileCreated o => $"created:{o.Value:u}",
        Observable.Mutex o => "mutex:" + o.Value,
        Observable.EmailAddress o => $"email-{o.Role.ToString().ToLowerInvariant()}:{o.Value}",
        Observable.EmailSourceDomain o => "email-domain:" + o.Value,
        Observable.EmailSourceAddress o => "email-ip:" + o.Value,
        Observable.EmailSenderName o => "email-name:" + o.Value,
        Observable.EmailSubject o => "subject:" + o.Value,
        Observable.EmailXMailer o => "x-mailer:" + o.Value,
        Observable.EmailMessageId o => "message-id:" + o.Value,
        Observable.UserAgent o => "user-agent:" + o.Value,
        Observable.RegistryKey o => "regkey:" + o.Value,
        Observable.MacAddress o => "mac:" + o.Value,
        Observable.CertificateFingerprint o => $"x509-{o.Algorithm}:{o.Value}",
        _ => throw new InvalidOperationException(observable.GetType().Name),
    };

    private static string End(Direction direction) => direction switch
    {
        Direction.Source => "-src",
        Direction.Destination => "-dst",
        _ => "",
    };
}

using MispGraphSync.Core.Ports;
using MispGraphSync.Http.SignIn;
using Xunit;

namespace MispGraphSync.Tests.Http.SignIn;

public sealed class CertificateFileTests : IDisposable
{
    private const string Password = "pass-word-4711";

    private readonly string _folder = Directory.CreateTempSubdirectory("misp-graph-cert-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task All_four_file_formats_load_with_their_key()
    {
        using var made = SomeCertificate.Rsa();
        string[] files =
        [
            Write("plain.pem", SomeCertificate.Pem(made)), Write("locked.pem", SomeCertificate.Pem(made, Password)),
            Write("open.pfx", SomeCertificate.Pfx(made, null)), Write("locked.pfx", SomeCertificate.Pfx(made, Password)),
        ];

        foreach (var file in files)
        {
            using var read = await LoadAsync(file, file.Contains("locked", StringComparison.Ordinal) ? Password : null);
            Assert.Equal(made.Thumbprint, read.Thumbprint);
            Assert.True(read.HasPrivateKey);
        }
    }

    [Fact]
    public async Task Superfluous_password_is_ignored()
    {
        using var made = SomeCertificate.Rsa();

        using var read = await LoadAsync(Write("plain.pem", SomeCertificate.Pem(made)), Password);

        Assert.True(read.HasPrivateKey);
    }

    [Fact]
    public async Task Wrong_and_missing_passwords_have_different_messages()
    {
        using var made = SomeCertificate.Rsa();
        var pfx = Write("locked.pfx", SomeCertificate.Pfx(made, Password));
        var pem = Write("locked.pem", SomeCertificate.Pem(made, Password));

        Assert.Contains("does not open with this password", (await FailsAsync(pfx, "another")).Message, StringComparison.Ordinal);
        Assert.Contains("does not open with this password", (await FailsAsync(pem, "another")).Message, StringComparison.Ordinal);
        Assert.Contains("needs a password", (await FailsAsync(pfx, null)).Message, StringComparison.Ordinal);
        Assert.Contains("has an encrypted key", (await FailsAsync(pem, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_without_private_key_is_rejected()
    {
        using var made = SomeCertificate.Rsa();
        var pem = Write("public.pem", made.ExportCertificatePem());
        var key = Write("key.pem", SomeCertificate.Pem(made)[made.ExportCertificatePem().Length..]);

        Assert.Contains("holds no private key", (await FailsAsync(pem, null)).Message, StringComparison.Ordinal);
        Assert.Contains("holds no certificate", (await FailsAsync(key, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_of_another_certificate_is_rejected()
    {
        using var one = SomeCertificate.Rsa();
        using var other = SomeCertificate.Rsa();
        var mixed = Write("mixed.pem", one.ExportCertificatePem() + SomeCertificate.Pem(other)[other.ExportCertificatePem().Length..]);

        Assert.Contains("cannot be used", (await FailsAsync(mixed, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Non_RSA_key_is_rejected_before_sign_in()
    {
        using var made = SomeCertificate.Ecdsa();

        Assert.Contains(
            "no RSA key", (await FailsAsync(Write("ec.pem", SomeCertificate.Pem(made)), null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expired_certificate_is_a_sign_in_failure()
    {
        using var past = SomeCertificate.Rsa(TimeSpan.FromDays(-9), TimeSpan.FromDays(-1));
        using var future = SomeCertificate.Rsa(TimeSpan.FromDays(1), TimeSpan.FromDays(9));

        var expired = await FailsAsync(Write("past.pem", SomeCertificate.Pem(past)), null);
        var early = await FailsAsync(Write("future.pem", SomeCertificate.Pem(future)), null);

        Assert.Equal((RunOutcome.SignInFailed, RunOutcome.SignInFailed), (expired.Outcome, early.Outcome));
        Assert.Contains("expired on 20", expired.Message, StringComparison.Ordinal);
        Assert.Contains("valid only from", early.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_or_invalid_file_is_named_by_path()
    {
        var missing = await FailsAsync(Path.Combine(_folder, "nowhere.pfx"), null);
        var noise = await FailsAsync(Write("noise.pfx", [1, 2, 3]), null);

        Assert.Equal($"There is no file {Path.Combine(_folder, "nowhere.pfx")}.", missing.Message);
        Assert.Contains("noise.pfx", noise.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, noise.ToString(), StringComparison.Ordinal);
    }

    private static async Task<RunFailedException> FailsAsync(string path, string? password) =>
        await Assert.ThrowsAsync<RunFailedException>(() => LoadAsync(path, password));

    private static Task<System.Security.Cryptography.X509Certificates.X509Certificate2> LoadAsync(string path, string? password) =>
        CertificateFile.LoadAsync(path, password, DateTimeOffset.UtcNow, Ct);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}

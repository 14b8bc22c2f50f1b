using MispGraphSync.Core.Sync;
using MispGraphSync.SignIn;
using Xunit;

namespace MispGraphSync.Tests.SignIn;

public sealed class CertificateFileTests : IDisposable
{
    private const string Password = "pass-word-4711";

    private readonly string _folder = Directory.CreateTempSubdirectory("misp-graph-cert-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Each_of_the_four_forms_is_read_with_its_key()
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
    public async Task A_password_for_a_key_that_needs_none_does_no_harm()
    {
        using var made = SomeCertificate.Rsa();

        using var read = await LoadAsync(Write("plain.pem", SomeCertificate.Pem(made)), Password);

        Assert.True(read.HasPrivateKey);
    }

    [Fact]
    public async Task A_wrong_password_is_told_from_a_missing_one()
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
    public async Task A_file_without_the_key_says_so()
    {
        using var made = SomeCertificate.Rsa();
        var pem = Write("public.pem", made.ExportCertificatePem());
        var key = Write("key.pem", SomeCertificate.Pem(made)[made.ExportCertificatePem().Length..]);

        Assert.Contains("holds no private key", (await FailsAsync(pem, null)).Message, StringComparison.Ordinal);
        Assert.Contains("holds no certificate", (await FailsAsync(key, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_another_certificates_is_not_used()
    {
        using var one = SomeCertificate.Rsa();
        using var other = SomeCertificate.Rsa();
        var mixed = Write("mixed.pem", one.ExportCertificatePem() + SomeCertificate.Pem(other)[other.ExportCertificatePem().Length..]);

        Assert.Contains("cannot be used", (await FailsAsync(mixed, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_Entra_does_not_take_is_refused_here()
    {
        using var made = SomeCertificate.Ecdsa();

        Assert.Contains("no RSA key", (await FailsAsync(Write("ec.pem", SomeCertificate.Pem(made)), null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_out_of_date_is_a_matter_of_sign_in_and_not_of_settings()
    {
        using var past = SomeCertificate.Rsa(TimeSpan.FromDays(-9), TimeSpan.FromDays(-1));
        using var future = SomeCertificate.Rsa(TimeSpan.FromDays(1), TimeSpan.FromDays(9));

        var expired = await FailsAsync(Write("past.pem", SomeCertificate.Pem(past)), null);
        var early = await FailsAsync(Write("future.pem", SomeCertificate.Pem(future)), null);

        Assert.Equal((ExitCode.SignIn, ExitCode.SignIn), (expired.Code, early.Code));
        Assert.Contains("expired on 20", expired.Message, StringComparison.Ordinal);
        Assert.Contains("valid only from", early.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_certificate_at_all_or_not_there_is_told_by_its_path()
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

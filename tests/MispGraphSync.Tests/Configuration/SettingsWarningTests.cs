using Xunit;

namespace MispGraphSync.Tests.Configuration;

public class SettingsWarningTests
{
    [Theory]
    [InlineData(""" "misp": { "url": "https://m.example", "key": "env:K", "verifyCert": false } """, "misp.verifyCert is false: MISP's TLS certificate is NOT checked.")]
    [InlineData(""" "misp": { "url": "http://m.example", "key": "env:K" } """, "misp.url begins with http://")]
    [InlineData(""" "misp": { "url": "https://m.example", "key": "${MISP_KEY}" } """, "misp.key looks like a shell's variable, which is not expanded here; to read one, write env:NAME.")]
    [InlineData(""" "defaultTlp": "red" """, "destinations.defender: defaultTlp is above maxTlp")]
    [InlineData(""" "types": ["x509-fingerprint-sha1"] """, "destinations.defender: Defender takes certificates with action allow or block only")]
    [InlineData(""" "types": ["url"], "excludeTypes": ["url"] """, "destinations.defender: url stands in types and in excludeTypes")]
    public void Someone_should_know(string top, string sentence)
    {
        using var folder = new Folder(Some.Config(top, kind: "defender"));

        Assert.StartsWith(sentence, Assert.Single(folder.Read().Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""" "misp": { "url": "http://127.0.0.1:8080", "key": "env:K" } """)]
    [InlineData(""" "types": ["x509-fingerprint-sha1"], "action": "block" """)]
    public void Nothing_is_said_where_all_is_well(string top)
    {
        using var folder = new Folder(Some.Config(top, kind: "defender"));

        Assert.Empty(folder.Read().Warnings);
    }

    [Fact]
    public void A_file_with_a_secret_in_it_is_its_owners_alone()
    {
        if (OperatingSystem.IsWindows()) return;
        using var folder = new Folder(Some.Config(auth: """ "tenant": "contoso.com", "clientId": "11111111-2222-3333-4444-555555555555", "clientSecret": "plain-secret" """));
        Assert.Empty(folder.Read().Warnings);

        File.SetUnixFileMode(folder.File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var warning = Assert.Single(folder.Read().Warnings);

        Assert.Contains("holds a secret and other users may read it. Run: chmod 600", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("plain-secret", warning, StringComparison.Ordinal);
    }
}

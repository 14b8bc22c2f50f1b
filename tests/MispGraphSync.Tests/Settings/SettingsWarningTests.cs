using MispGraphSync.Settings;
using Xunit;

namespace MispGraphSync.Tests.Settings;

public class SettingsWarningTests
{
    [Theory]
    [InlineData(""" "misp": { "url": "https://m.example", "key": "env:K", "verifyCert": false } """,
        "misp.verifyCert is false: MISP's TLS certificate is NOT checked.")]
    [InlineData(""" "misp": { "url": "http://m.example", "key": "env:K" } """, "misp.url begins with http://")]
    [InlineData(""" "misp": { "url": "https://m.example", "key": "${MISP_KEY}" } """,
        "misp.key looks like a shell's variable, which is not expanded here; to read one, write env:NAME.")]
    [InlineData(""" "defaultTlp": "red" """, "destinations.defender: defaultTlp is above maxTlp")]
    [InlineData(""" "types": ["x509-fingerprint-sha1"] """,
        "destinations.defender: Defender takes certificates with action allow or block only")]
    [InlineData(""" "types": ["url"], "excludeTypes": ["url"] """, "destinations.defender: url is in types and in excludeTypes")]
    [InlineData(""" "alerts": { "route": "log-analytics" } """, "destinations.defender: alerts.route is \"log-analytics\"",
        "to one of \"defender\", \"graph\", \"auto\".")]
    [InlineData(""" "types": ["ip_dst"] """, "config.json:",
        "types: \"ip_dst\" is not an attribute type of MISP that is known here, so it may match nothing; did you mean ip-dst?")]
    [InlineData(""" "excludeTypes": ["domain", "Domain"] """, "config.json:", "excludeTypes: \"Domain\"", "did you mean domain?")]
    [InlineData(""" "expiry": { "tlp:red": 3, "md5": 5, "ipv4-addr": 150 } """, "config.json:", "expiry: \"ipv4-addr\"",
        "did you mean ip-src or ip-dst?")]
    [InlineData(""" "expiry": { "zzz-zzz-zzz": 3 } """, "config.json:", "expiry: \"zzz-zzz-zzz\"", "so it may match nothing.")]
    public void Doubtful_setting_gives_one_warning(string top, params string[] words)
    {
        using var folder = new SettingsFolder(SomeSettings.Config(top, kind: "defender"));

        var warning = Assert.Single(folder.Read().Warnings);

        Assert.All(words, word => Assert.Contains(word, warning, StringComparison.Ordinal));
    }

    [Fact]
    public void Unknown_types_in_destinations_and_filters_are_warnings()
    {
        using var folder = new SettingsFolder(SomeSettings.Config(
            """ "misp": { "url": "https://m.example", "key": "env:K", "eventFilters": [{}, { "type": "ip_dst" }] } """,
            own: """ "types": ["domian"] """));
        var options = SomeSettings.Options with
        {
            FilterWarnings = filter => filter.TryGetProperty("type", out _) ? ["It is doubtful."] : [],
        };

        var warnings = SettingsReader.Read(folder.File, SomeSettings.NoVariables, options).Warnings;

        Assert.Equal("misp.eventFilters[1]: It is doubtful.", warnings[0]);
        Assert.Contains("destinations.graph.types: \"domian\"", warnings[1], StringComparison.Ordinal);
        Assert.Equal(2, warnings.Count);
    }

    [Theory]
    [InlineData(""" "misp": { "url": "http://127.0.0.1:8080", "key": "env:K" } """)]
    [InlineData(""" "types": ["x509-fingerprint-sha1"], "action": "block" """)]
    [InlineData(""" "alerts": { "route": "graph" } """)]
    [InlineData(""" "alerts": { "route": "defender" } """)]
    public void Harmless_settings_give_no_warning(string top)
    {
        using var folder = new SettingsFolder(SomeSettings.Config(top, kind: "defender"));

        Assert.Empty(folder.Read().Warnings);
    }

    [Fact]
    public void Readable_file_with_a_secret_is_a_warning()
    {
        if (OperatingSystem.IsWindows()) return;
        using var folder = new SettingsFolder(SomeSettings.Config(
            auth: """ "tenant": "contoso.com", "clientId": "11111111-2222-3333-4444-555555555555", "clientSecret": "plain-secret" """));
        Assert.Empty(folder.Read().Warnings);

        File.SetUnixFileMode(folder.File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var warning = Assert.Single(folder.Read().Warnings);

        Assert.Contains("holds a secret and other users may read it. Run: chmod 6", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("plain-secret", warning, StringComparison.Ordinal);
    }
}

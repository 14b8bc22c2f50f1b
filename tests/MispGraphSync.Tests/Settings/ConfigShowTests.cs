using System.Text.Json;
using MispGraphSync.Settings;
using Xunit;

namespace MispGraphSync.Tests.Settings;

public class ConfigShowTests
{
    private const string Secret = "Zx8~qT7vLm2Rk9Wd4Hn6Bc1Yp3Fs5Gj0Ae7Uo2Xi";

    [Fact]
    public void Show_prints_each_value_with_its_origin()
    {
        using var folder = new SettingsFolder(
            SomeSettings.Config(""" "misp": { "url": "https://m.example", "key": "env:MISP_KEY" }, "action": "block" """));

        var lines = ConfigShow.ToText(folder.Inspect(("MISP_GRAPH__DAYSTOEXPIRE", "9")), 400).Split('\n').Select(
            l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ToList();

        Assert.Equal(folder.File, lines[0]);
        Assert.Contains("misp.url https://m.example config.json:8", lines);
        Assert.Contains("misp.key env:MISP_KEY config.json:8", lines);
        Assert.Contains("daysToExpire 9 MISP_GRAPH__DAYSTOEXPIRE", lines);
        Assert.DoesNotContain(lines, l => l.StartsWith("destinations.graph.action", StringComparison.Ordinal));
        Assert.Equal("A destination uses the common value of each key that it does not show.", lines[^2]);
        Assert.Contains("destinations.graph.requestsPerMinute 1000 default", lines);
        Assert.Contains($"ledger {Path.Combine(folder.Path, "misp-graph.db")} default", lines);
        Assert.Contains("caFile (none) default", lines);
        Assert.DoesNotContain(lines, l => l.Contains("workspaceId", StringComparison.Ordinal));
    }

    [Fact]
    public void Show_prints_JSON()
    {
        using var folder = new SettingsFolder(SomeSettings.Config());

        using var json = JsonDocument.Parse(ConfigShow.ToJson(folder.Inspect()));

        var rows = json.RootElement.GetProperty("settings").EnumerateArray().ToDictionary(r => r.GetProperty("key").GetString()!);
        Assert.Equal(
            ("common", 30),
            (
                rows["destinations.graph.daysToExpire"].GetProperty("origin").GetString(),
                rows["destinations.graph.daysToExpire"].GetProperty("value").GetInt32()));
        Assert.Equal("file", rows["auth.tenant"].GetProperty("origin").GetString());
        Assert.Equal(JsonValueKind.Null, rows["caFile"].GetProperty("value").ValueKind);
    }

    /// <summary>No secret is printed, wherever it is; but a missing file is named.</summary>
    [Fact]
    public void Secrets_are_never_shown()
    {
        foreach (var key in SomeSettings.Table.All.Where(k => k.Type != SettingTypes.FilePath && k.Type != SettingTypes.FolderPath))
        {
            var prefix = key.Scope == KeyScope.Destination ? "MISP_GRAPH__DESTINATIONS__GRAPH__" : "MISP_GRAPH__";
            var variable = prefix + key.Path.Replace(".", "__", StringComparison.Ordinal).ToUpperInvariant();
            using var folder = new SettingsFolder(SomeSettings.Config());
            var inspection = folder.Inspect((variable, Secret));

            var printed = string.Join('\n', inspection.Faults) + string.Join('\n', inspection.Warnings);
            if (key.Type.IsSecret) printed += ConfigShow.ToText(inspection, 120) + ConfigShow.ToJson(inspection);

            Assert.DoesNotContain(Secret, printed, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Secret_without_quotes_is_a_fault_that_does_not_repeat_it()
    {
        using var folder = new SettingsFolder($$"""{ "misp": { "key": t0p{{Secret}} } }""");

        Assert.DoesNotContain(Secret, SomeSettings.FaultsOf(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_prints_ok_or_every_fault()
    {
        using var good = new SettingsFolder(SomeSettings.Config());
        using var bad = new SettingsFolder(SomeSettings.Config(""" "action": "blok", "daysToExpire": 0 """));

        Assert.Equal("ok\n", ConfigShow.Validation(good.Inspect()));
        Assert.Equal(2, ConfigShow.Validation(bad.Inspect()).Trim().Split('\n').Length);
    }

    [Fact]
    public void Validate_prints_JSON()
    {
        using var bad = new SettingsFolder(SomeSettings.Config(""" "action": "blok" """));

        using var json = JsonDocument.Parse(ConfigShow.ValidationJson(bad.Inspect()));

        Assert.False(json.RootElement.GetProperty("ok").GetBoolean());
        Assert.Equal("action", json.RootElement.GetProperty("faults")[0].GetProperty("key").GetString());
    }

    [Fact]
    public void Validate_names_remaining_placeholders()
    {
        using var folder = new SettingsFolder(
            SomeSettings.Config(""" "misp": { "url": "https://misp.example.com", "key": "env:MISP_KEY" } """));

        Assert.Equal(["misp.url"], folder.Inspect().Placeholders);
    }

    [Theory]
    [InlineData(""" "misp": { "url": "FILL IN", "key": "env:K" } """, "misp.url: This is still to be filled in. Write a web address")]
    [InlineData(""" "types": ["url", "FILL IN"] """, "types: This is still to be filled in.")]
    [InlineData(""" "misp": { "eventFilters": [{ "tags": ["FILL IN"] }] } """, "misp.eventFilters: \"tags\" is still to be filled in.")]
    [InlineData(""" "logs": { "directory": "FILL IN" } """, "logs.directory: This is still to be filled in.")]
    public void Value_that_is_still_to_be_filled_in_is_refused(string top, string fault) =>
        Assert.Contains(fault, SomeSettings.Faults(top), StringComparison.Ordinal);

    [Fact]
    public void Variable_replaces_a_value_that_is_still_to_be_filled_in()
    {
        using var folder = new SettingsFolder(SomeSettings.Config(""" "misp": { "url": "FILL IN", "key": "env:K" } """));

        Assert.Equal("https://misp.example/", folder.Read(("MISP_GRAPH__MISP__URL", "https://misp.example")).Settings.Misp.Url?.ToString());
    }
}

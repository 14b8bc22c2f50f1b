using System.Text;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Settings;
using Xunit;

namespace MispGraphSync.Tests.Settings;

public class SettingsReaderTests
{
    [Fact]
    public void Option_overrides_variable_overrides_file_overrides_default()
    {
        using var folder = new SettingsFolder(
            SomeSettings.Config(""" "misp": { "pageSize": 10, "fullReadDays": 3 }, "guard": { "maxDelete": "10%" } """));
        var variables = SomeSettings.Variables(("MISP_GRAPH__MISP__PAGESIZE", "20"), ("MISP_GRAPH__GUARD__MAXDELETE", "20%"));
        var options = SomeSettings.Options with { Overrides = new Dictionary<string, string> { ["guard.maxDelete"] = "30" } };

        var settings = SettingsReader.Read(folder.File, variables, options).Settings;

        Assert.Equal(new DeletionLimit(30, IsPercent: false), settings.Guard.MaxDelete);
        Assert.Equal(20, settings.Misp.PageSize);
        Assert.Equal(3, settings.Misp.FullReadDays);
        Assert.Equal(TimeSpan.FromSeconds(300), settings.Misp.Timeout);
    }

    [Theory]
    [InlineData("MISP_GRAPH__DESTINATIONS__GRAPH__ACTION")]
    [InlineData("misp_graph__destinations__graph__action")]
    [InlineData("MISP_GRAPH__DESTINATIONS__0__ACTION")]
    [InlineData("MISP_GRAPH__ACTION")]
    public void Variable_addresses_a_destination_by_name_or_index_or_common_key(string variable)
    {
        using var folder = new SettingsFolder(SomeSettings.Config());

        var settings = folder.Read((variable, "block")).Settings;

        Assert.Equal(IndicatorAction.Block, settings.Destinations[0].Policy.Action);
    }

    [Fact]
    public void Hyphen_in_a_destination_name_is_an_underscore_in_a_variable()
    {
        using var folder = new SettingsFolder(
            SomeSettings.Config().Replace("\"name\": \"graph\"", "\"name\": \"graph-eu\"", StringComparison.Ordinal));

        Assert.Equal(
            7, folder.Read(("MISP_GRAPH__DESTINATIONS__GRAPH_EU__DAYSTOEXPIRE", "7")).Settings.Destinations[0].Policy.DaysToExpire);
    }

    [Fact]
    public void Settings_can_come_from_variables_alone()
    {
        using var folder = new SettingsFolder();
        var variables = SomeSettings.Variables(
            ("MISP_GRAPH__AUTH__TENANT", "contoso.com"),
            ("MISP_GRAPH__AUTH__MANAGEDIDENTITY", "true"),
            ("MISP_GRAPH__DESTINATIONS__SOC__KIND", "sentinel"),
            ("MISP_GRAPH__DESTINATIONS__SOC__WORKSPACEID", "66666666-7777-8888-9999-000000000000"),
            ("MISP_GRAPH__DESTINATIONS__SOC__TYPES", "domain, ip-dst"),
            ("MISP_GRAPH__EXPIRY", """{ "domain": 5, "tlp:RED": 2 }"""),
            ("MISP_GRAPH__MISP__EVENTFILTERS", """{ "tags": ["a"] }"""),
            ("MISP_GRAPH__PROXY", ""));

        var settings = SettingsReader.Read(null, variables, SomeSettings.Options with { WorkingDirectory = folder.Path }).Settings;

        var destination = Assert.Single(settings.Destinations);
        Assert.Equal(("SOC", "sentinel"), (destination.Name.ToUpperInvariant(), destination.Kind));
        Assert.Equal(
            new DestinationInfo(destination.Name, "sentinel", "66666666-7777-8888-9999-000000000000", "misp-graph"), destination.Info);
        Assert.Equal(["domain", "ip-dst"], destination.Policy.Types.Order());
        Assert.Equal(5, destination.Policy.ExpiryByType["domain"]);
        Assert.Equal(2, destination.Policy.ExpiryByTlp[Tlp.Red]);
        Assert.Equal("a", settings.Misp.EventFilters.Single().GetProperty("tags")[0].GetString());
        Assert.Equal(Path.Combine(folder.Path, "logs"), settings.Logs.Directory);
    }

    [Fact]
    public void Destination_inherits_common_values()
    {
        using var folder = new SettingsFolder(SomeSettings.Config(
            """ "action": "block", "maxTlp": "green", "excludeTags": ["X"] """,
            """ "maxTlp": "RED", "auth": { "tenant": "other.example" } """));

        var destination = folder.Read().Settings.Destinations[0];

        Assert.Equal((IndicatorAction.Block, Tlp.Red), (destination.Policy.Action, destination.Policy.MaxTlp));
        Assert.Contains("x", destination.Policy.ExcludeTags);
        Assert.Equal("other.example", destination.Auth.Tenant);
        Assert.Equal("env:SECRET", destination.Auth.ClientSecret?.ToString());
    }

    [Fact]
    public void Destination_with_its_own_credential_inherits_no_common_credential()
    {
        using var folder = new SettingsFolder(
            SomeSettings.Config(own: """ "auth": { "managedIdentity": "aaaaaaaa-2222-3333-4444-555555555555" } """));

        var auth = folder.Read().Settings.Destinations[0].Auth;

        Assert.Null(auth.ClientSecret);
        Assert.Equal("aaaaaaaa-2222-3333-4444-555555555555", auth.ManagedIdentity?.ClientId);
    }

    [Theory]
    [InlineData("graph", 1000)]
    [InlineData("sentinel", 100)]
    [InlineData("defender", 30)]
    public void Each_kind_has_its_own_default_rate_limit(string kind, int expected)
    {
        using var folder = new SettingsFolder(SomeSettings.Config(kind: kind));

        Assert.Equal(expected, folder.Read().Settings.Destinations[0].RequestsPerMinute);
    }

    [Fact]
    public void Paths_are_relative_to_the_settings_file_and_a_tilde_is_home()
    {
        using var folder = new SettingsFolder(SomeSettings.Config(
            """ "ledger": "../state/x.db", "logs": { "directory": "~/logs" }, "metrics": { "textfile": "/m.prom" } """));

        var settings = folder.Read(("HOME", "/home/me")).Settings;

        Assert.Equal(Path.GetFullPath(Path.Combine(folder.Path, "../state/x.db")), settings.Ledger);
        Assert.Equal("/home/me/logs", settings.Logs.Directory);
        Assert.Equal("/m.prom", settings.MetricsTextfile);
    }

    [Fact]
    public void Ledger_may_be_none_in_the_file_and_in_a_variable()
    {
        using var none = new SettingsFolder(SomeSettings.Config(""" "ledger": "none" """));
        using var file = new SettingsFolder(SomeSettings.Config(""" "ledger": "./none" """));

        Assert.Null(none.Read().Settings.Ledger);
        Assert.Equal(Path.Combine(file.Path, "none"), file.Read().Settings.Ledger);
        Assert.Null(file.Read(("MISP_GRAPH__LEDGER", "none")).Settings.Ledger);
        Assert.NotNull(none.Read(("MISP_GRAPH__LEDGER", "misp-graph.db")).Settings.Ledger);
    }

    [Fact]
    public void Single_filter_is_a_list_of_one()
    {
        using var folder = new SettingsFolder(SomeSettings.Config(""" "misp": { "eventFilters": { "published": true, } } """));

        Assert.True(folder.Read().Settings.Misp.EventFilters.Single().GetProperty("published").GetBoolean());
    }

    [Fact]
    public void Faults_in_event_filters_are_reported_with_the_rest()
    {
        using var folder = new SettingsFolder(SomeSettings.Config(""" "misp": { "eventFilters": [{}, { "tag": "x" }], "pageSize": 0 } """));
        var options = SomeSettings.Options with
        {
            FilterFaults = filter => filter.TryGetProperty("tag", out _) ? ["There is no filter tag. Did you mean tags?"] : [],
        };

        var failure = Assert.Throws<RunFailedException>(() => SettingsReader.Read(folder.File, SomeSettings.NoVariables, options));

        Assert.Contains("misp.eventFilters[1]: There is no filter tag. Did you mean tags?", failure.Message, StringComparison.Ordinal);
        Assert.Contains("misp.pageSize: 0 is not a whole number from 1 to 5000.", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-16BE", false)]
    public void File_in_any_Windows_encoding_is_read(string encoding, bool hasMark)
    {
        using var folder = new SettingsFolder("");
        var text = Encoding.GetEncoding(encoding);
        File.WriteAllBytes(
            folder.File, [.. hasMark ? text.GetPreamble() : [], .. text.GetBytes(SomeSettings.Config(""" "instance": "here" """))]);

        Assert.Equal("here", folder.Read().Settings.Instance);
    }

    [Fact]
    public void Default_file_is_looked_up_in_the_working_directory_then_in_the_user_folder()
    {
        using var folder = new SettingsFolder();
        var user = Directory.CreateDirectory(Path.Combine(folder.Path, "xdg", "misp-graph")).FullName;
        File.WriteAllText(Path.Combine(user, "config.json"), SomeSettings.Config(""" "instance": "user" """));
        var variables = SomeSettings.Variables(("XDG_CONFIG_HOME", Path.Combine(folder.Path, "xdg")));
        var options = SomeSettings.Options with { WorkingDirectory = folder.Path };

        var first = OperatingSystem.IsLinux() ? SettingsReader.Read(null, variables, options).Settings.Instance : "user";
        folder.Write("config.json", SomeSettings.Config(""" "instance": "here" """));
        var second = SettingsReader.Read(null, variables, options).Settings.Instance;

        Assert.Equal(("user", "here"), (first, second));
    }

    [Fact]
    public void Missing_settings_name_the_places_searched_and_the_next_step()
    {
        using var folder = new SettingsFolder();

        var failure = Assert.Throws<RunFailedException>(() =>
            SettingsReader.Read(null, SomeSettings.NoVariables, SomeSettings.Options with { WorkingDirectory = folder.Path }));

        Assert.Equal(RunOutcome.InvalidInput, failure.Outcome);
        Assert.Contains(folder.File, failure.Message, StringComparison.Ordinal);
        Assert.Contains("config init", failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_named_file_is_reported()
    {
        var failure = Assert.Throws<RunFailedException>(
            () => SettingsReader.Read("/nowhere/at-all.json", SomeSettings.NoVariables, SomeSettings.Options));

        Assert.Equal((RunOutcome.InvalidInput, "There is no settings file /nowhere/at-all.json."), (failure.Outcome, failure.Message));
    }

    [Fact]
    public void Disabled_destination_may_be_incomplete()
    {
        using var folder = new SettingsFolder(SomeSettings.Config(own: """ }, { "name": "later", "kind": "sentinel", "enabled": false """));

        Assert.Equal([true, false], folder.Read().Settings.Destinations.Select(d => d.Enabled));
    }
}

using System.Text;
using MispGraphSync.Configuration;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Sync;
using Xunit;

namespace MispGraphSync.Tests.Configuration;

public class SettingsReaderTests
{
    [Fact]
    public void An_option_beats_a_variable_beats_the_file_beats_the_default()
    {
        using var folder = new Folder(Some.Config(""" "misp": { "pageSize": 10, "fullReadDays": 3 }, "guard": { "maxDelete": "10%" } """));
        var variables = Some.Variables(("MISP_GRAPH__MISP__PAGESIZE", "20"), ("MISP_GRAPH__GUARD__MAXDELETE", "20%"));
        var options = new ReaderOptions { Overrides = new Dictionary<string, string> { ["guard.maxDelete"] = "30" } };

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
    public void A_variable_reaches_a_destination_by_name_by_index_or_by_the_common_key(string variable)
    {
        using var folder = new Folder(Some.Config());

        var settings = folder.Read((variable, "block")).Settings;

        Assert.Equal(IndicatorAction.Block, settings.Destinations[0].Policy.Action);
    }

    [Fact]
    public void A_hyphen_in_a_destinations_name_is_an_underscore_in_a_variable()
    {
        using var folder = new Folder(Some.Config().Replace("\"name\": \"graph\"", "\"name\": \"graph-eu\"", StringComparison.Ordinal));

        Assert.Equal(7, folder.Read(("MISP_GRAPH__DESTINATIONS__GRAPH_EU__DAYSTOEXPIRE", "7")).Settings.Destinations[0].Policy.DaysToExpire);
    }

    [Fact]
    public void Settings_can_come_from_variables_alone()
    {
        using var folder = new Folder();
        var variables = Some.Variables(
            ("MISP_GRAPH__AUTH__TENANT", "contoso.com"),
            ("MISP_GRAPH__AUTH__MANAGEDIDENTITY", "true"),
            ("MISP_GRAPH__DESTINATIONS__SOC__KIND", "sentinel"),
            ("MISP_GRAPH__DESTINATIONS__SOC__WORKSPACEID", "66666666-7777-8888-9999-000000000000"),
            ("MISP_GRAPH__DESTINATIONS__SOC__TYPES", "domain, ip-dst"),
            ("MISP_GRAPH__EXPIRY", """{ "domain": 5, "tlp:RED": 2 }"""),
            ("MISP_GRAPH__MISP__EVENTFILTERS", """{ "tags": ["a"] }"""),
            ("MISP_GRAPH__PROXY", ""));

        var settings = SettingsReader.Read(null, variables, new ReaderOptions { WorkingDirectory = folder.Path }).Settings;

        var destination = Assert.Single(settings.Destinations);
        Assert.Equal(("SOC", "sentinel"), (destination.Name.ToUpperInvariant(), destination.Kind));
        Assert.Equal(new DestinationInfo(destination.Name, "sentinel", "66666666-7777-8888-9999-000000000000", "misp-graph"), destination.Info);
        Assert.Equal(["domain", "ip-dst"], destination.Policy.Types.Order());
        Assert.Equal(5, destination.Policy.ExpiryByType["domain"]);
        Assert.Equal(2, destination.Policy.ExpiryByTlp[Tlp.Red]);
        Assert.Equal("a", settings.Misp.EventFilters.Single().GetProperty("tags")[0].GetString());
        Assert.Equal(Path.Combine(folder.Path, "logs"), settings.Logs.Directory);
    }

    [Fact]
    public void A_destination_takes_the_common_values_that_it_does_not_have_itself()
    {
        using var folder = new Folder(Some.Config(
            """ "action": "block", "maxTlp": "green", "excludeTags": ["X"] """,
            """ "maxTlp": "RED", "auth": { "tenant": "other.example" } """));

        var destination = folder.Read().Settings.Destinations[0];

        Assert.Equal((IndicatorAction.Block, Tlp.Red), (destination.Policy.Action, destination.Policy.MaxTlp));
        Assert.Contains("x", destination.Policy.ExcludeTags);
        Assert.Equal("other.example", destination.Auth.Tenant);
        Assert.Equal("env:SECRET", destination.Auth.ClientSecret?.ToString());
    }

    [Fact]
    public void A_destination_with_a_credential_of_its_own_takes_nothing_of_the_common_one()
    {
        using var folder = new Folder(Some.Config(own: """ "auth": { "managedIdentity": "aaaaaaaa-2222-3333-4444-555555555555" } """));

        var auth = folder.Read().Settings.Destinations[0].Auth;

        Assert.Null(auth.ClientSecret);
        Assert.Equal("aaaaaaaa-2222-3333-4444-555555555555", auth.ManagedIdentity?.ClientId);
    }

    [Theory]
    [InlineData("graph", 1000)]
    [InlineData("sentinel", 100)]
    [InlineData("defender", 30)]
    public void Each_kind_has_a_pace_of_its_own(string kind, int expected)
    {
        using var folder = new Folder(Some.Config(kind: kind));

        Assert.Equal(expected, folder.Read().Settings.Destinations[0].RequestsPerMinute);
    }

    [Fact]
    public void Paths_start_at_the_files_folder_and_a_tilde_is_home()
    {
        using var folder = new Folder(Some.Config(""" "ledger": "../state/x.db", "logs": { "directory": "~/logs" }, "metrics": { "textfile": "/m.prom" } """));

        var settings = folder.Read(("HOME", "/home/me")).Settings;

        Assert.Equal(Path.GetFullPath(Path.Combine(folder.Path, "../state/x.db")), settings.Ledger);
        Assert.Equal("/home/me/logs", settings.Logs.Directory);
        Assert.Equal("/m.prom", settings.MetricsTextfile);
    }

    [Fact]
    public void A_single_filter_is_a_list_of_one()
    {
        using var folder = new Folder(Some.Config(""" "misp": { "eventFilters": { "published": true, } } """));

        Assert.True(folder.Read().Settings.Misp.EventFilters.Single().GetProperty("published").GetBoolean());
    }

    [Fact]
    public void What_the_filters_own_reader_finds_is_reported_with_the_rest()
    {
        using var folder = new Folder(Some.Config(""" "misp": { "eventFilters": [{}, { "tag": "x" }], "pageSize": 0 } """));
        var options = new ReaderOptions { CheckFilter = filter => filter.TryGetProperty("tag", out _) ? ["There is no filter tag. Did you mean tags?"] : [] };

        var failure = Assert.Throws<RunFailedException>(() => SettingsReader.Read(folder.File, Some.NoVariables, options));

        Assert.Contains("misp.eventFilters[1]: There is no filter tag. Did you mean tags?", failure.Message, StringComparison.Ordinal);
        Assert.Contains("misp.pageSize: 0 is not a whole number from 1 to 5000.", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-16BE", false)]
    public void A_file_in_any_of_the_encodings_of_Windows_is_read(string encoding, bool hasMark)
    {
        using var folder = new Folder("");
        var text = Encoding.GetEncoding(encoding);
        File.WriteAllBytes(folder.File, [.. hasMark ? text.GetPreamble() : [], .. text.GetBytes(Some.Config(""" "instance": "here" """))]);

        Assert.Equal("here", folder.Read().Settings.Instance);
    }

    [Fact]
    public void Without_config_the_working_directory_comes_first_then_the_users_folder()
    {
        using var folder = new Folder();
        var user = Directory.CreateDirectory(Path.Combine(folder.Path, "xdg", "misp-graph")).FullName;
        File.WriteAllText(Path.Combine(user, "config.json"), Some.Config(""" "instance": "user" """));
        var variables = Some.Variables(("XDG_CONFIG_HOME", Path.Combine(folder.Path, "xdg")));
        var options = new ReaderOptions { WorkingDirectory = folder.Path };

        var first = OperatingSystem.IsLinux() ? SettingsReader.Read(null, variables, options).Settings.Instance : "user";
        folder.Write("config.json", Some.Config(""" "instance": "here" """));
        var second = SettingsReader.Read(null, variables, options).Settings.Instance;

        Assert.Equal(("user", "here"), (first, second));
    }

    [Fact]
    public void No_settings_anywhere_says_where_was_looked_and_how_to_begin()
    {
        using var folder = new Folder();

        var failure = Assert.Throws<RunFailedException>(() =>
            SettingsReader.Read(null, Some.NoVariables, new ReaderOptions { WorkingDirectory = folder.Path }));

        Assert.Equal(ExitCode.Usage, failure.Code);
        Assert.Contains(folder.File, failure.Message, StringComparison.Ordinal);
        Assert.Contains("config init", failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_named_file_that_is_not_there_is_said_so()
    {
        var failure = Assert.Throws<RunFailedException>(() => SettingsReader.Read("/nowhere/at-all.json", Some.NoVariables));

        Assert.Equal((ExitCode.Usage, "There is no settings file /nowhere/at-all.json."), (failure.Code, failure.Message));
    }

    [Fact]
    public void A_disabled_destination_may_be_half_filled_in()
    {
        using var folder = new Folder(Some.Config(own: """ }, { "name": "later", "kind": "sentinel", "enabled": false """));

        Assert.Equal([true, false], folder.Read().Settings.Destinations.Select(d => d.Enabled));
    }
}

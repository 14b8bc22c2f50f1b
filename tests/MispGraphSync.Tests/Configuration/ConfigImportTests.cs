using CsCheck;
using MispGraphSync.Configuration;
using MispGraphSync.Configuration.Python;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Sync;
using Xunit;

namespace MispGraphSync.Tests.Configuration;

public class ConfigImportTests
{
    private const string Secret = "pLain~Secret.From-The-Python-File_0123456";

    private const string Whole = $$"""
        # our settings
        graph_auth = {
            'tenant': '22222222-3333-4444-5555-666666666666',  # ours
            "client_id": "33333333-4444-5555-6666-777777777777",
            'client_secret': '{{Secret}}',
        }
        targetProduct = "Azure Sentinel"
        misp_event_filters = [{'tags': ('tlp:green', 'tlp:' 'clear'), 'published': True, 'org': None}, {"date_from": '2026-01-01'}]
        action = 'block'; passiveOnly = True
        days_to_expire = 5
        misp_key = '{{Secret}}'
        misp_domain = 'https://misp.example.net'
        misp_verifycert = False
        """;

    [Fact]
    public void The_samples_settings_are_carried_over_with_what_they_do()
    {
        using var folder = new Folder();

        Import(folder, Whole, folder.File);
        var settings = folder.Read().Settings;

        var graph = Assert.Single(settings.Destinations);
        Assert.Equal(("https://misp.example.net/", false, false, false), (settings.Misp.Url!.ToString(), settings.Misp.VerifyCert, settings.Misp.ToIdsOnly, settings.Misp.EnforceWarninglist));
        Assert.Equal(["""{"tags":["tlp:green","tlp:clear"],"published":true}""", """{"date_from":"2026-01-01"}"""], settings.Misp.EventFilters.Select(f => f.GetRawText()));
        Assert.Equal((IndicatorAction.Block, true, 5, Tlp.Red, Tlp.Red), (graph.Policy.Action, graph.Policy.PassiveOnly, graph.Policy.DaysToExpire, graph.Policy.DefaultTlp, graph.Policy.MaxTlp));
        Assert.Equal(("22222222-3333-4444-5555-666666666666", "33333333-4444-5555-6666-777777777777", "Azure Sentinel"), (graph.Auth.Tenant, graph.Auth.ClientId, graph.TargetProduct));
    }

    [Fact]
    public void Each_behaviour_carried_over_is_told_with_what_we_recommend()
    {
        using var folder = new Folder();

        var (_, talk) = Import(folder, Whole);

        Assert.Contains("note: misp.toIdsOnly: false is carried over (the sample sends attributes whether MISP marks them for detection or not); recommended: true.", talk, StringComparison.Ordinal);
        Assert.Contains("misp.enforceWarninglist: false is carried over", talk, StringComparison.Ordinal);
        Assert.Contains("misp.verifyCert: false is carried over", talk, StringComparison.Ordinal);
        Assert.Contains("defaultTlp: \"red\" is carried over (the sample marks what carries no TLP tag as red); recommended: \"amber\".", talk, StringComparison.Ordinal);
        Assert.Contains("maxTlp: \"red\" is carried over", talk, StringComparison.Ordinal);
        Assert.Contains("daysToExpire: 5 is carried over; recommended: 30", talk, StringComparison.Ordinal);
        Assert.DoesNotContain("no usable value", talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_is_written_with_to_only_for_the_owner_only_and_never_printed()
    {
        using var folder = new Folder();

        var (output, talk) = Import(folder, Whole, folder.File);

        Assert.DoesNotContain(Secret, output + talk, StringComparison.Ordinal);
        Assert.Contains("\"key\": \"(hidden)\"", output, StringComparison.Ordinal);
        Assert.Equal(Secret, await folder.Read().Settings.Misp.Key!.ResolveAsync(TestContext.Current.CancellationToken));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File));
    }

    [Fact]
    public void A_file_that_is_there_is_not_touched_without_force()
    {
        using var folder = new Folder("{}");

        Assert.Throws<RunFailedException>(() => Import(folder, Whole, folder.File));
        Assert.Equal("{}", File.ReadAllText(folder.File));
    }

    [Theory]
    [InlineData("import os\naction = 'alert'", "line 1: this is no assignment of a plain value; it is not carried over.")]
    [InlineData("misp_key = os.environ['KEY']", "line 1: misp_key is set to more than a plain value, which is not run; it is not carried over.")]
    [InlineData("x = 1\nmisp_key = 'a' + \\\n  'b'\ndays_to_expire = 7", "line 2: misp_key is set to more than a plain value")]
    [InlineData("if True:\n    action = 'block'\naction = 'alert'", "line 2: this is no assignment of a plain value")]
    [InlineData("misp_key = f'{x}'", "line 1: misp_key is set to more")]
    [InlineData("misp_tag = 'x'\naction = 'alert'", "line 1: misp_tag is no key of the sample's; it is not carried over.")]
    [InlineData("graph_auth = {'tenant': 'contoso.com', 'scope': 'x'}", "line 1: graph_auth.scope is no key of the sample's")]
    [InlineData("targetProduct = 'Microsoft Sentinel'", "targetProduct \"Microsoft Sentinel\" is an error at Graph; \"Azure Sentinel\" is written instead.")]
    [InlineData("action = 'unknown'", "action is not carried over: \"unknown\" is not one of")]
    [InlineData("days_to_expire = 0", "days_to_expire is not carried over: 0 is not a whole number from 1 to 3650.")]
    [InlineData("misp_key = '<misp key>'", "misp_key has no usable value; misp.key is \"env:MISP_KEY\": put the secret there.")]
    [InlineData("misp_event_filters = {'tags': ''}", "line 1: misp_event_filters is carried over, but is to be corrected: misp.eventFilters: tags is empty")]
    public void What_is_not_carried_over_is_said(string python, string sentence)
    {
        using var folder = new Folder();

        Assert.Contains(sentence, Import(folder, python).Talk, StringComparison.Ordinal);
    }

    [Fact]
    public void What_comes_out_can_be_read_even_of_an_empty_file()
    {
        using var folder = new Folder();

        Import(folder, "", folder.File);

        Assert.Equal("env:MISP_KEY", folder.Read().Settings.Misp.Key?.ToString());
    }

    [Theory]
    [InlineData("misp_domain = 'misp.example'", "https://misp.example/")]
    [InlineData("misp_domain = r'https://a.example'", "https://a.example/")]
    [InlineData("'''a\ntext''' \nmisp_domain = u\"https://a.example\"  # why", "https://a.example/")]
    [InlineData("misp_domain = ('https://'\n  'a.example')", "https://a.example/")]
    [InlineData("misp_domain = \"\"\"https://a.example\"\"\"", "https://a.example/")]
    [InlineData("misp_domain = 'https:\\x2f\\u002fa.example'", "https://a.example/")]
    [InlineData("misp_domain = 'https://b.example'\r\nmisp_domain = \\\r\n  'https://a.example'\r\n", "https://a.example/")]
    public void Python_writes_one_text_in_many_ways(string python, string expected)
    {
        using var folder = new Folder();

        Import(folder, python, folder.File);

        Assert.Equal(expected, folder.Read().Settings.Misp.Url?.ToString());
    }

    [Theory]
    [InlineData("{ \"misp\": { \"url\": \"https://misp.example\" } }")]
    [InlineData("<html>\n</html>")]
    [InlineData("colour = 'green'\nshape = 'round'")]
    public void A_file_that_is_something_else_is_refused_and_nothing_is_written(string text)
    {
        using var folder = new Folder();

        var refused = Assert.Throws<RunFailedException>(() => Import(folder, text, folder.File));

        Assert.Equal(ExitCode.Usage, refused.Code);
        Assert.False(File.Exists(folder.File));
    }

    [Fact]
    public void No_text_whatever_makes_the_import_stumble()
    {
        string[] pieces = ["misp_key", "=", "'", "\"", "'''", "{", "}", "[", "]", "(", ")", ",", ":", "\\", "\n", "#", " ", "True", "None", "-", "1", ".", "r", ";", "é", "\0", "action", "misp_event_filters", "ms_auth", "days_to_expire_mapping"];

        Gen.OneOf(pieces).Array[0, 40].Sample(parts => ImportedConfig.ReadAny(string.Concat(parts), null).Draft.Write([], hideSecrets: true).Length > 0, iter: 1000, threads: 1);
        Assert.NotNull(ImportedConfig.ReadAny("x = " + new string('[', 100_000), null).Draft);
    }

    private static (string Output, string Talk) Import(Folder folder, string python, string? to = null)
    {
        var (output, talk) = (new StringWriter(), new StringWriter());
        ConfigImport.Run(
            folder.Write("config.py", python), to, replace: false,
            filter => filter.TryGetProperty("tags", out var tags) && tags.ValueKind == System.Text.Json.JsonValueKind.String && tags.ValueEquals("") ? ["tags is empty; leave it out."] : [],
            output, talk);
        return (output.ToString(), talk.ToString());
    }
}

using MispGraphSync.Settings;
using Xunit;

namespace MispGraphSync.Tests.Settings;

/// <summary>Settings with a list of sources.</summary>
public sealed class SeveralSourcesTests
{
    private const string Two =
        """
        "misp": [
          { "url": "https://misp.example", "key": "env:A", "eventFilters": [{ "published": true }] },
          { "name": "partner", "url": "https://partner.example/misp", "key": "env:B", "verifyCert": false, "pageSize": 20 },
          { "name": "osint", "kind": "feed", "path": "feeds/osint", "fullReadDays": 1 }
        ]
        """;

    [Fact]
    public void List_gives_each_source_its_own_settings()
    {
        using var folder = new SettingsFolder(SomeSettings.Config(Two));

        var sources = folder.Read().Settings.Sources;

        Assert.Equal(["misp", "partner", "osint"], sources.Select(one => one.Name));
        Assert.Equal(["misp", "misp", "feed"], sources.Select(one => one.Kind));
        Assert.Equal([100, 20, 100], sources.Select(one => one.PageSize));
        Assert.Equal([true, false, true], sources.Select(one => one.VerifyCert));
        Assert.Equal((1, 0), (sources[0].EventFilters.Count, sources[1].EventFilters.Count));
        Assert.Equal(Path.Combine(folder.Path, "feeds", "osint"), sources[2].Path);
        Assert.Contains(folder.Inspect().Warnings, one => one.StartsWith("misp.partner.verifyCert is false", StringComparison.Ordinal));
    }

    [Fact]
    public void List_of_one_reads_as_the_object()
    {
        using var one = new SettingsFolder(SomeSettings.Config("\"misp\": { \"url\": \"https://misp.example\", \"key\": \"env:A\" }"));
        using var list = new SettingsFolder(SomeSettings.Config("\"misp\": [{ \"url\": \"https://misp.example\", \"key\": \"env:A\" }]"));

        var (source, same) = (Assert.Single(one.Read().Settings.Sources), Assert.Single(list.Read().Settings.Sources));

        Assert.Equal((source.Name, source.Url, $"{source.Key}"), (same.Name, same.Url, $"{same.Key}"));
        Assert.Equal(Fingerprints.OfSource(source), Fingerprints.OfSource(same));
    }

    [Fact]
    public void Variables_address_a_source_by_its_name_or_index()
    {
        using var folder = new SettingsFolder(SomeSettings.Config(Two));

        var sources = folder.Read(
            ("MISP_GRAPH__MISP__PARTNER__PAGESIZE", "7"), ("MISP_GRAPH__MISP__2__FULLREADDAYS", "9"),
            ("MISP_GRAPH__MISP__EXTRA__KIND", "file"), ("MISP_GRAPH__MISP__EXTRA__PATH", "/tmp/x.json")).Settings.Sources;

        Assert.Equal((7, 9), (sources[1].PageSize, sources[2].FullReadDays));
        Assert.Equal(("extra", "file", "/tmp/x.json"), (sources[3].Name, sources[3].Kind, sources[3].Path));
    }

    [Fact]
    public void Variables_alone_make_a_list()
    {
        using var folder = new SettingsFolder(SomeSettings.Config());

        var sources = folder.Read(
            ("MISP_GRAPH__MISP__ONE__KIND", "misp"), ("MISP_GRAPH__MISP__ONE__URL", "https://one.example"),
            ("MISP_GRAPH__MISP__ONE__KEY", "x"), ("MISP_GRAPH__MISP__TWO__KIND", "feed"), ("MISP_GRAPH__MISP__TWO__PATH", "/tmp"))
            .Settings.Sources;

        Assert.Equal(["one", "two"], sources.Select(source => source.Name));
    }

    [Theory]
    [InlineData("\"misp\": []", "misp: This list is empty; it takes at least one source.")]
    [InlineData("\"misp\": [3]", "misp[0]: This is a number; each source is an object.")]
    [InlineData("\"misp\": [{ \"urll\": \"x\" }]", "misp[0].urll: There is no such key. Did you mean url?")]
    [InlineData("\"misp\": [{ \"action\": \"block\" }]", "Did you mean action, which belongs at the top, outside of misp?")]
    [InlineData("\"misp\": [{ \"name\": \"a\", \"url\": \"https://a.example\" }]", "misp.a.key: This is missing; give the auth key")]
    [InlineData("\"misp\": [{ \"name\": \"a\", \"key\": \"env:A\" }]", "misp.a.url: This is missing; give the address")]
    [InlineData("\"misp\": [{ \"name\": \"a\", \"kind\": \"feed\" }]", "misp.a.path: This is missing; give the folder of the feed")]
    [InlineData("\"misp\": { \"kind\": \"feed\" }", "misp.path: This is missing; give the folder of the feed")]
    [InlineData("\"misp\": { \"kind\": \"fed\" }", "Did you mean \"feed\"?")]
    [InlineData("\"misp\": [{ \"name\": \"a\", \"kind\": \"feed\", \"path\": \"f\", \"key\": \"env:A\" }]",
        "misp.a.key: This key does not belong to a source of the kind feed.")]
    [InlineData("\"misp\": [{ \"url\": \"https://a.example\", \"key\": \"env:A\", \"path\": \"f\" }]",
        "misp[0].path: This key does not belong to a source of the kind misp.")]
    [InlineData("\"misp\": [{ \"url\": \"https://a.example\", \"key\": \"env:A\" }, "
        + "{ \"url\": \"https://b.example\", \"key\": \"env:B\" }]",
        "misp[1].name: The name \"misp\" is taken by misp[0]; each source needs a name of its own.")]
    [InlineData("\"misp\": [{ \"name\": \"a\", \"url\": \"https://a.example\", \"key\": \"env:A\" }, "
        + "{ \"name\": \"b\", \"url\": \"https://a.example/\", \"key\": \"env:A\" }]",
        "misp.b: It reads the same server with the same key as misp.a.")]
    [InlineData("\"misp\": [{ \"name\": \"a\", \"kind\": \"file\", \"path\": \"f\" }, "
        + "{ \"name\": \"b\", \"kind\": \"feed\", \"path\": \"f\" }]",
        "misp.b: It reads the same path as misp.a; remove one of them.")]
    public void Reports_faults(string top, string sentence) =>
        Assert.Contains(sentence, SomeSettings.Faults(top), StringComparison.Ordinal);

    [Theory]
    [InlineData("MISP_GRAPH__MISP__URL", "There is no source \"url\". There are: partner, osint.")]
    [InlineData("MISP_GRAPH__MISP__PARTNR__URL", "Did you mean partner?")]
    [InlineData("MISP_GRAPH__MISP__PARTNER__URLL", "Did you mean MISP_GRAPH__MISP__PARTNER__URL?")]
    public void Reports_faults_of_variables(string name, string sentence)
    {
        using var folder = new SettingsFolder(SomeSettings.Config(Two));

        Assert.Contains(sentence, SomeSettings.FaultsOf(folder, (name, "https://x.example")), StringComparison.Ordinal);
    }

    [Fact]
    public void Show_lists_each_source_with_the_keys_of_its_kind()
    {
        using var folder = new SettingsFolder(SomeSettings.Config(Two));

        var shown = ConfigShow.ToText(folder.Inspect(), width: 200);

        Assert.Contains("misp.partner.pageSize", shown, StringComparison.Ordinal);
        Assert.Contains("misp.osint.path", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("misp.osint.url", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("misp.url", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Destination_can_be_added_to_a_file_with_a_list_of_sources()
    {
        using var folder = new SettingsFolder(SomeSettings.Config(Two));
        var text = File.ReadAllText(folder.File);

        var edited = ConfigEdit.Add(text, ["{ \"name\": \"more\", \"kind\": \"graph\", \"targetProduct\": \"Microsoft Defender ATP\" }"]);
        File.WriteAllText(folder.File, edited);

        Assert.Equal(3, folder.Read().Settings.Sources.Count);
        Assert.Equal(2, folder.Read().Settings.Destinations.Count);
    }
}

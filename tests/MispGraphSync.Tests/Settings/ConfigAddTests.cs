using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Settings;
using Xunit;

namespace MispGraphSync.Tests.Settings;

public class ConfigAddTests
{
    private const string Id = "22222222-2222-3333-4444-555555555555";
    private static readonly string[] Add = ["config", "init", "--add"];

    private const string Existing = """
        // Ours.
        {
          "auth": { "tenant": "contoso.com", "managedIdentity": true }, // of the machine
          "destinations": [
            /* the first, and */
            { "name": "Soc", "kind": "defender" } // no comma here, yet
          ],
          "daysToExpire": 7
        }

        """;

    [Fact]
    public void A_destination_is_added_and_all_else_in_the_file_stays()
    {
        using var folder = new SettingsFolder(Existing);

        var (code, _, talk) = ConfigRun.Run(folder, Add, answers: ["sentinel", "", Id]);

        var text = File.ReadAllText(folder.File);
        Assert.Equal(0, code);
        Assert.Equal(["Soc", "sentinel"], folder.Read().Settings.Destinations.Select(one => one.Name));
        foreach (var line in Existing.Split('\n').Where(line => !line.Contains("no comma", StringComparison.Ordinal)))
            Assert.Contains(line, text, StringComparison.Ordinal);
        Assert.Contains("{ \"name\": \"Soc\", \"kind\": \"defender\" }, // no comma here, yet\n", text, StringComparison.Ordinal);
        Assert.Contains("Added sentinel.", talk, StringComparison.Ordinal);
    }

    [Fact]
    public void Init_offers_to_add_to_a_file_that_exists()
    {
        using var folder = new SettingsFolder(Existing);

        ConfigRun.Run(folder, ["config", "init"], answers: ["", "sentinel", "", Id]);
        var no = Assert.Throws<RunFailedException>(() => ConfigRun.Run(folder, ["config", "init"], answers: ["no"]));

        Assert.Equal(2, folder.Read().Settings.Destinations.Count);
        Assert.Contains("--add", no.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_taken_is_refused()
    {
        using var folder = new SettingsFolder(Existing);

        var (_, _, talk) = ConfigRun.Run(folder, Add, answers: ["sentinel", "soc", "other", Id]);

        Assert.Contains("There is a destination \"soc\" already; choose another name.", talk, StringComparison.Ordinal);
        Assert.Equal(["Soc", "other"], folder.Read().Settings.Destinations.Select(one => one.Name));
    }

    [Fact]
    public void A_file_without_a_sign_in_gets_one_with_the_destination()
    {
        using var folder = new SettingsFolder("{}");

        ConfigRun.Run(folder, Add, answers: ["sentinel", "", "contoso.com", "managed-identity", "", Id]);

        Assert.NotNull(Assert.Single(folder.Read().Settings.Destinations).Auth.ManagedIdentity);
    }

    [Fact]
    public void A_second_destination_of_one_place_is_asked_for_again()
    {
        using var folder = new SettingsFolder(SomeSettings.Config(kind: "sentinel"));

        var (_, _, talk) = ConfigRun.Run(
            folder, Add, answers: ["sentinel", "", "66666666-7777-8888-9999-000000000000", Id]);

        Assert.Contains("It writes to the same place as destinations.sentinel", talk, StringComparison.Ordinal);
        Assert.Equal(["sentinel", "sentinel-2"], folder.Read().Settings.Destinations.Select(one => one.Name));
    }

    [Fact]
    public void Variables_add_only_destinations_that_the_file_does_not_have()
    {
        using var folder = new SettingsFolder(Existing);
        var variables = SomeSettings.Variables(
            ("MISP_GRAPH__DESTINATIONS__SOC__ACTION", "block"), ("MISP_GRAPH__DESTINATIONS__NEW__KIND", "sentinel"),
            ("MISP_GRAPH__DESTINATIONS__NEW__WORKSPACEID", Id));

        ConfigRun.Run(folder, [.. Add, "--from-env"], variables);

        Assert.Equal(
            [("Soc", IndicatorAction.Alert), ("new", IndicatorAction.Alert)],
            folder.Read().Settings.Destinations.Select(one => (one.Name, one.Policy.Action)));
    }

    [Theory]
    [InlineData("MISP_GRAPH__DESTINATIONS__SOC__KIND", "sentinel", "has a destination Soc already")]
    [InlineData("MISP_GRAPH__DESTINATIONS__NEW__KIND", "sentinel", "MISP_GRAPH__DESTINATIONS__NEW__WORKSPACEID: The Log Analytics")]
    [InlineData("OTHER", "x", "No variable describes a new destination")]
    public void Variables_that_add_no_whole_destination_change_nothing(string name, string value, string sentence)
    {
        using var folder = new SettingsFolder(Existing);

        var failure = Assert.Throws<RunFailedException>(
            () => ConfigRun.Run(folder, [.. Add, "--from-env"], SomeSettings.Variables((name, value))));

        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Equal(Existing, File.ReadAllText(folder.File));
    }

    [Fact]
    public void A_file_with_a_fault_is_not_changed()
    {
        using var folder = new SettingsFolder("""{ "actoin": "block" }""");

        var failure = Assert.Throws<RunFailedException>(() => ConfigRun.Run(folder, Add, answers: ["sentinel", "", Id]));

        Assert.Contains("Did you mean action?", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_added_where_there_is_no_file_or_both_options_are_given()
    {
        using var folder = new SettingsFolder();

        var none = Assert.Throws<RunFailedException>(() => ConfigRun.Run(folder, Add, answers: []));
        var both = Assert.Throws<RunFailedException>(() => ConfigRun.Run(folder, [.. Add, "--force"], answers: []));

        Assert.Contains("no settings file", none.Message, StringComparison.Ordinal);
        Assert.Contains("--force replaces it", both.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Link_and_mode_of_a_changed_file_stay()
    {
        if (OperatingSystem.IsWindows()) return;
        using var folder = new SettingsFolder();
        var target = folder.Write("real.json", Existing);
        File.SetUnixFileMode(target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        File.CreateSymbolicLink(folder.File, target);

        ConfigRun.Run(folder, Add, answers: ["sentinel", "", Id]);

        Assert.NotNull(new FileInfo(folder.File).LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(target));
        Assert.Equal(2, folder.Read().Settings.Destinations.Count);
    }

    [Theory]
    [InlineData("{}", "{\n  \"destinations\": [\n    X\n  ]\n}")]
    [InlineData("{ }", "{\n  \"destinations\": [\n    X\n  ]\n}")]
    [InlineData("{ \"a\": 1 }", "{ \"a\": 1,\n  \"destinations\": [\n    X\n  ]\n}")]
    [InlineData("{\n  \"a\": [1], // b\n}\n", "{\n  \"a\": [1], // b\n  \"destinations\": [\n    X\n  ]\n}\n")]
    [InlineData("{\"destinations\":[]}", "{\"destinations\":[\n  X\n]}")]
    [InlineData("{\n  \"destinations\": [{}]\n}", "{\n  \"destinations\": [{},\n    X\n  ]\n}")]
    [InlineData("{\n  \"destinations\": [\n    {},\n  ]\n}", "{\n  \"destinations\": [\n    {},\n    X\n  ]\n}")]
    [InlineData("{\r\n  \"destinations\": [\r\n    {}\r\n  ]\r\n}", "{\r\n  \"destinations\": [\r\n    {},\r\n    X\r\n  ]\r\n}")]
    [InlineData("\uFEFF{\"destinations\":[{} /* a, b */]}", "\uFEFF{\"destinations\":[{}, /* a, b */\n  X\n]}")]
    [InlineData(
        "{\"destinations\":[{\"destinations\":[1]} /* é */, // x\n]}", "{\"destinations\":[{\"destinations\":[1]} /* é */, // x\n  X\n]}")]
    [InlineData(
        "{\"x\":{\"destinations\":[]},\"y\":[]}", "{\"x\":{\"destinations\":[]},\"y\":[],\n  \"destinations\": [\n    X\n  ]\n}")]
    public void Text_is_added_at_the_end_of_the_list(string before, string after) => Assert.Equal(after, ConfigEdit.Add(before, ["X"]));
}

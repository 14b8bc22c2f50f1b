using MispGraphSync.Core.Ports;
using MispGraphSync.Settings;
using Xunit;

namespace MispGraphSync.Tests.Settings;

public class ConfigInitTests
{
    private const string Id = "11111111-2222-3333-4444-555555555555";
    private const string Key = "lIteral~Secret-0123456789-0123456789-abcd";
    private static readonly string[] Init = ["config", "init"];

    // Address, key, kinds, tenant, way to sign in, client id, secret, then the action where there are some, or the workspace.
    private static readonly string[] ForSentinel = ["https://misp.example.net", "", "", "contoso.com", "", Id, "file:secret.txt", Id];

    private static readonly string[] ForDefender = ["misp.example.net", "", "defender", "contoso.com", "managed-identity", "", "block"];

    [Fact]
    public void Init_recommends_Sentinel_and_asks_only_for_the_id_of_its_workspace()
    {
        using var folder = new SettingsFolder();

        var (code, output, talk) = ConfigRun.Run(folder, Init, answers: ForSentinel);

        Assert.Equal((0, folder.File + "\n"), (code, output));
        var settings = folder.Read().Settings;
        Assert.Equal(["sentinel"], settings.Destinations.Select(d => d.Kind));
        Assert.Equal(
            ("env:MISP_KEY", "file:secret.txt"), (settings.Misp.Key?.ToString(), settings.Destinations[0].Auth.ClientSecret?.ToString()));
        Assert.DoesNotContain("removed by April 2026", talk, StringComparison.Ordinal);
        Assert.DoesNotContain("on a match", talk, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File));
    }

    [Fact]
    public void Init_takes_an_address_without_its_scheme()
    {
        using var folder = new SettingsFolder();

        ConfigRun.Run(folder, Init, answers: ForDefender);

        Assert.Equal("https://misp.example.net/", folder.Read().Settings.Misp.Url?.ToString());
    }

    [Fact]
    public void Init_warns_of_the_end_of_an_API()
    {
        using var folder = new SettingsFolder();

        var (_, _, talk) = ConfigRun.Run(
            folder, Init, answers: ["misp.example.net", "", "defender,graph", "contoso.com", "managed-identity", "", "", ""]);

        Assert.Contains("removed by April 2026", talk, StringComparison.Ordinal);
        Assert.Equal(["defender", "graph"], folder.Read().Settings.Destinations.Select(d => d.Kind));
    }

    [Fact]
    public void Comma_alone_names_no_destination_and_is_asked_again()
    {
        using var folder = new SettingsFolder();

        var (_, _, talk) = ConfigRun.Run(
            folder, Init, answers: ["misp.example.net", "", ",", "defender", "contoso.com", "managed-identity", "", "block"]);

        Assert.Contains("Name at least one of", talk, StringComparison.Ordinal);
        Assert.Equal(["defender"], folder.Read().Settings.Destinations.Select(d => d.Kind));
    }

    [Fact]
    public void Init_offers_only_the_actions_that_each_chosen_kind_takes()
    {
        using var folder = new SettingsFolder();

        var both = ConfigRun.Run(
            folder, Init, answers: ["misp.example.net", "", "sentinel,defender", "contoso.com", "managed-identity", "", "warn", "", Id]);
        var one = ConfigRun.Run(folder, ["config", "init", "--force"], answers: [.. ForDefender[..^1], "warn"]);

        Assert.Contains("\"warn\" is not one of alert, block, allow.", both.Talk, StringComparison.Ordinal);
        Assert.Contains("alert, block, allow, warn", one.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pasted_secret_is_stored_in_a_private_file_and_never_printed()
    {
        using var folder = new SettingsFolder();
        folder.Write("misp-key", "another secret");

        var (_, output, talk) = ConfigRun.Run(
            folder, Init, answers: [.. ForSentinel.Where((_, i) => i is not 1 and not 6)], hidden: new Queue<string>([Key, "env:SECRET"]));

        var settings = folder.Read().Settings;
        Assert.Equal(
            ("file:misp-key-2", "env:SECRET"), (settings.Misp.Key?.ToString(), settings.Destinations[0].Auth.ClientSecret?.ToString()));
        Assert.Equal(Key, File.ReadAllText(Path.Combine(folder.Path, "misp-key-2")));
        Assert.Equal("another secret", File.ReadAllText(Path.Combine(folder.Path, "misp-key")));
        Assert.DoesNotContain(Key, output + talk + File.ReadAllText(folder.File), StringComparison.Ordinal);
        Assert.Contains("41 characters, not shown", talk, StringComparison.Ordinal);
        Assert.Contains("  env:SECRET\n", talk, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder.Path, "misp-key-2")));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("env:PASSWORD", "env:PASSWORD")]
    public void The_password_of_a_certificate_is_optional(string answer, string? password)
    {
        using var folder = new SettingsFolder();

        ConfigRun.Run(
            folder, Init, answers: ["misp.example.net", "", "defender", "contoso.com", "certificate", Id, "app.pfx", answer, ""]);

        Assert.Equal(password, folder.Read().Settings.Destinations[0].Auth.Certificate?.Password?.ToString());
    }

    [Fact]
    public void A_shell_variable_is_not_taken_for_a_secret()
    {
        using var folder = new SettingsFolder();

        var (_, _, talk) = ConfigRun.Run(folder, Init, answers: [ForSentinel[0], "$MISP_KEY", .. ForSentinel[1..]]);

        Assert.Contains("Write env:NAME.", talk, StringComparison.Ordinal);
    }

    [Fact]
    public void Init_stops_after_three_bad_answers_or_none_and_writes_nothing()
    {
        using var folder = new SettingsFolder();

        var bad = Assert.Throws<RunFailedException>(
            () => ConfigRun.Run(folder, Init, answers: ["://x", "://y", "://z", "https://misp.example.net"]));
        var none = Assert.Throws<RunFailedException>(() => ConfigRun.Run(folder, Init, answers: []));
        var late = Assert.Throws<RunFailedException>(() => ConfigRun.Run(folder, Init, answers: [ForSentinel[0], Key]));

        Assert.All([bad, none, late], failure => Assert.Equal(RunOutcome.InvalidInput, failure.Outcome));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Prompt_stops_when_interrupted_at_a_question()
    {
        using var silence = new SilentReader();

        var prompt = new Prompt(silence, null, TextWriter.Null, () => 80, new CancellationToken(canceled: true));

        Assert.ThrowsAny<OperationCanceledException>(() => { prompt.IsYes("Really?"); });
    }

    [Fact]
    public void Each_answer_is_tested_once_when_it_works()
    {
        using var folder = new SettingsFolder();
        var tested = new List<string>();

        ConfigRun.Run(folder, Init, answers: ForSentinel, test: (test, soFar, destination) =>
        {
            tested.Add($"{test} {soFar.Settings.Misp.Url?.Host} {destination}");
            return Found("ok");
        });

        Assert.Equal(
            [
                "MispAddress misp.example.net ", "MispKey misp.example.net ", "Tenant misp.example.net sentinel",
                "SignIn misp.example.net sentinel", "Destination misp.example.net sentinel",
            ],
            tested);
    }

    [Fact]
    public void An_answer_that_fails_its_test_is_asked_for_again()
    {
        using var folder = new SettingsFolder();

        var (_, _, talk) = ConfigRun.Run(
            folder, Init, answers: ["typo.example", "again", "right.example", .. ForSentinel[1..]],
            test: (_, soFar, _) => Found(soFar.Settings.Misp.Url?.Host == "typo.example" ? "failed" : "ok"));

        Assert.Equal("right.example", folder.Read().Settings.Misp.Url?.Host);
        Assert.Contains("  failed   The cause.\n", talk, StringComparison.Ordinal);
        Assert.Contains("-> The remedy.", talk, StringComparison.Ordinal);
    }

    [Fact]
    public void Enter_repeats_an_answer_that_failed_and_keep_accepts_it()
    {
        using var folder = new SettingsFolder();
        var tries = 0;

        ConfigRun.Run(
            folder, Init, answers: ["typo.example", "", "", "keep", .. ForSentinel[1..]],
            test: (test, _, _) => Found(test == AnswerTest.MispAddress && ++tries > 0 ? "failed" : "ok"));

        Assert.Equal(("typo.example", 2), (folder.Read().Settings.Misp.Url?.Host, tries));
    }

    [Fact]
    public void A_warning_of_a_test_asks_nothing()
    {
        using var folder = new SettingsFolder();

        var (code, _, _) = ConfigRun.Run(folder, Init, answers: ForSentinel, test: (_, _, _) => Found("warning"));

        Assert.Equal(0, code);
    }

    [Fact]
    public void Nothing_is_tested_without_a_terminal()
    {
        using var folder = new SettingsFolder();

        var (code, _, _) = ConfigRun.Run(
            folder, ["config", "init", "--from-env"], Complete, test: (_, _, _) => throw new InvalidOperationException());

        Assert.Equal(0, code);
    }

    [Fact]
    public void Two_new_files_have_different_instances_and_a_replaced_one_keeps_its_own()
    {
        using var first = new SettingsFolder();
        using var second = new SettingsFolder();
        foreach (var folder in (SettingsFolder[])[first, second]) ConfigRun.Run(folder, Init, answers: ForSentinel);
        var instance = first.Read().Settings.Instance;

        var again = ConfigRun.Run(first, ["config", "init", "--force"], answers: ForSentinel);

        Assert.NotEqual(instance, second.Read().Settings.Instance);
        Assert.Equal(instance, first.Read().Settings.Instance);
        Assert.Contains($"Kept the instance {instance}", again.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public void A_replaced_file_that_is_not_valid_has_no_instance_to_keep()
    {
        using var folder = new SettingsFolder("{ \"instance\": ");

        var (_, _, talk) = ConfigRun.Run(folder, ["config", "init", "--force"], answers: ForSentinel);

        Assert.Contains("set instance to its old value", talk, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_asked_when_the_folder_is_missing()
    {
        using var folder = new SettingsFolder();

        var failure = Assert.Throws<RunFailedException>(() => ConfigRun.Run(folder, [.. Init, "--config", "no/config.json"], answers: []));

        Assert.Contains("There is no folder", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_secret_is_left_when_the_settings_cannot_be_written()
    {
        using var folder = new SettingsFolder();
        Directory.CreateDirectory(folder.File);

        Assert.Throws<RunFailedException>(() => ConfigRun.Run(
            folder, Init, answers: [.. ForSentinel.Where((_, i) => i is not 1 and not 6)], hidden: new Queue<string>([Key, Key])));

        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Instance_from_the_environment_depends_on_server_and_tenant_alone()
    {
        var (misp, tenant) = ("https://misp.example.net", "contoso.com");

        var name = InstanceName.Of(misp, tenant);

        Assert.Equal(name, InstanceName.Of(misp + "/", tenant));
        Assert.StartsWith("misp-example-net-", name, StringComparison.Ordinal);
        Assert.NotEqual(name, InstanceName.Of("https://misp.example.org", tenant));
        Assert.NotEqual(name, InstanceName.Of(misp, "other.com"));
    }

    [Theory]
    [InlineData("SOC_01.corp.example")]
    [InlineData("")]
    [InlineData("ü")]
    [InlineData("a-name-that-is-much-longer-than-any-name-of-a-machine-may-be-on-any-system")]
    public void Instance_of_any_machine_is_accepted(string machine) => Assert.True(Keys.Instance.Type.Accepts(InstanceName.New(machine)));

    [Fact]
    public void Init_keeps_an_existing_file_without_force()
    {
        using var folder = new SettingsFolder("{}");

        Assert.Throws<RunFailedException>(() => ConfigRun.Run(folder, ["config", "init", "--from-env"], Complete));
        Assert.Equal("{}", File.ReadAllText(folder.File));

        ConfigRun.Run(folder, ["config", "init", "--from-env", "--force"], Complete);
        Assert.NotEqual("{}", File.ReadAllText(folder.File));
    }

    [Fact]
    public void Init_from_the_environment_writes_references_never_secrets()
    {
        using var folder = new SettingsFolder();
        var variables = SomeSettings.Variables(
            ("MISP_URL", "https://misp.example.net"), ("MISP_API_KEY", Key),
            ("AZURE_TENANT_ID", "contoso.com"), ("AZURE_CLIENT_ID", Id),
            ("MISP_GRAPH__AUTH__CLIENTSECRET", Key), ("MISP_GRAPH__DESTINATIONS__SOC__KIND", "sentinel"),
            ("MISP_GRAPH__DESTINATIONS__SOC__WORKSPACEID", Id), ("MISP_GRAPH__MISP__PAGESIZE", "50"));

        ConfigRun.Run(folder, ["config", "init", "--from-env"], variables);

        Assert.DoesNotContain(Key, File.ReadAllText(folder.File), StringComparison.Ordinal);
        var settings = folder.Read().Settings;
        Assert.Equal(("env:MISP_API_KEY", 50), (settings.Misp.Key?.ToString(), settings.Misp.PageSize));
        Assert.Equal(
            ("sentinel", "env:MISP_GRAPH__AUTH__CLIENTSECRET"),
            (settings.Destinations[0].Kind, settings.Destinations[0].Auth.ClientSecret?.ToString()));
    }

    [Fact]
    public void Init_from_an_empty_environment_names_each_missing_variable()
    {
        using var folder = new SettingsFolder();

        var failure = Assert.Throws<RunFailedException>(() => ConfigRun.Run(folder, ["config", "init", "--from-env"]));

        Assert.Equal(RunOutcome.InvalidInput, failure.Outcome);
        foreach (var name in (string[])
            [
                "MISP_URL", "MISP_KEY", "AZURE_TENANT_ID", "AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH",
                "MISP_GRAPH__DESTINATIONS__SENTINEL__KIND=sentinel and MISP_GRAPH__DESTINATIONS__SENTINEL__WORKSPACEID",
                "MISP_GRAPH__DESTINATIONS__DEFENDER__KIND=defender",
            ])
        {
            Assert.Contains(name, failure.Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("GRAPH__KIND=graph", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("MISP_KEY", "MISP_KEY or MISP_API_KEY or MISP_AUTHKEY: The auth key of the MISP user")]
    [InlineData("AZURE_CLIENT_ID", "AZURE_CLIENT_ID: The app registration's application (client) id.")]
    [InlineData("MISP_GRAPH__DESTINATIONS__SOC__WORKSPACEID", "MISP_GRAPH__DESTINATIONS__SOC__WORKSPACEID: The Log Analytics")]
    public void A_single_missing_variable_is_named(string missing, string sentence)
    {
        using var folder = new SettingsFolder();

        var failure = Assert.Throws<RunFailedException>(
            () => ConfigRun.Run(folder, ["config", "init", "--from-env"], Complete.Where(one => one.Key != missing).ToDictionary()));

        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Single(failure.Message.Split('\n')[1..]);
    }

    private static IReadOnlyDictionary<string, string> Complete { get; } = SomeSettings.Variables(
        ("MISP_URL", "https://misp.example.net"), ("MISP_KEY", Key), ("AZURE_TENANT_ID", "contoso.com"), ("AZURE_CLIENT_ID", Id),
        ("AZURE_CLIENT_SECRET", Key), ("MISP_GRAPH__DESTINATIONS__SOC__KIND", "sentinel"),
        ("MISP_GRAPH__DESTINATIONS__SOC__WORKSPACEID", Id));

    private static Task<IReadOnlyList<AnswerFinding>> Found(string status) => Task.FromResult<IReadOnlyList<AnswerFinding>>(
        [new(status, "The cause.", status == "ok" ? null : "The remedy.", status == "failed")]);

    private sealed class SilentReader : TextReader
    {
        private readonly ManualResetEventSlim _closed = new();

        public override string? ReadLine()
        {
            _closed.Wait();
            return null;
        }

        protected override void Dispose(bool disposing)
        {
            _closed.Set();
            base.Dispose(disposing);
        }
    }
}

using System.CommandLine;
using MispGraphSync.Commands;
using MispGraphSync.Core.Ports;
using MispGraphSync.Settings;
using Xunit;

namespace MispGraphSync.Tests.Settings;

public class ConfigCommandTests
{
    private const string Guid1 = "11111111-2222-3333-4444-555555555555";
    private const string Secret = "lIteral~Secret-0123456789-0123456789-abcd";

    [Fact]
    public void Init_asks_for_keys_without_a_default_and_writes_readable_settings()
    {
        using var folder = new SettingsFolder();

        var (code, output, _) = Run(
            folder,
            ["config", "init"],
            answers: ["https://misp.example.net", "", "sentinel,defender", "contoso.com", "", Guid1, "file:secret.txt", "", Guid1]);

        Assert.Equal((0, folder.File + "\n"), (code, output));
        var settings = folder.Read().Settings;
        Assert.Equal(["sentinel", "defender"], settings.Destinations.Select(d => d.Kind));
        Assert.Equal(
            ("env:MISP_KEY", "file:secret.txt"), (settings.Misp.Key?.ToString(), settings.Destinations[0].Auth.ClientSecret?.ToString()));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File));
    }

    [Fact]
    public void Init_accepts_references_to_secrets_only()
    {
        using var folder = new SettingsFolder();

        var (_, output, talk) = Run(
            folder,
            ["config", "init"],
            answers: ["https://misp.example.net", Secret, "env:KEY", "", "contoso.com", "managed-identity", "", "", ""]);

        Assert.Contains("That would put the secret itself into the file. Write env:NAME or file:PATH.", talk, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, output + talk + File.ReadAllText(folder.File), StringComparison.Ordinal);
        Assert.Equal("env:KEY", folder.Read().Settings.Misp.Key?.ToString());
    }

    [Fact]
    public void Init_stops_after_three_bad_answers_or_none_and_writes_nothing()
    {
        using var folder = new SettingsFolder();

        var bad = Assert.Throws<RunFailedException>(
            () => Run(folder, ["config", "init"], answers: ["x", "y", "z", "https://misp.example.net"]));
        var none = Assert.Throws<RunFailedException>(() => Run(folder, ["config", "init"], answers: []));

        Assert.Equal((RunOutcome.InvalidInput, RunOutcome.InvalidInput), (bad.Outcome, none.Outcome));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Init_stops_when_interrupted_at_a_question()
    {
        using var folder = new SettingsFolder();
        using var silence = new SilentReader();

        var init = new ConfigInit(SomeSettings.Table, silence, TextWriter.Null, folder.Path, new CancellationToken(canceled: true));

        Assert.ThrowsAny<OperationCanceledException>(() => { init.Ask(); });
    }

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

    [Fact]
    public void Init_keeps_an_existing_file_without_force()
    {
        using var folder = new SettingsFolder("{}");

        Assert.Throws<RunFailedException>(() => Run(folder, ["config", "init", "--from-env"]));
        Assert.Equal("{}", File.ReadAllText(folder.File));

        Run(folder, ["config", "init", "--from-env", "--force"]);
        Assert.NotEqual("{}", File.ReadAllText(folder.File));
    }

    [Fact]
    public void Init_from_the_environment_writes_references_never_secrets()
    {
        using var folder = new SettingsFolder();
        var variables = SomeSettings.Variables(
            ("MISP_URL", "https://misp.example.net"), ("MISP_API_KEY", Secret),
            ("AZURE_TENANT_ID", "contoso.com"), ("AZURE_CLIENT_ID", Guid1),
            ("MISP_GRAPH__AUTH__CLIENTSECRET", Secret), ("MISP_GRAPH__DESTINATIONS__SOC__KIND", "sentinel"),
            ("MISP_GRAPH__DESTINATIONS__SOC__WORKSPACEID", Guid1), ("MISP_GRAPH__MISP__PAGESIZE", "50"));

        Run(folder, ["config", "init", "--from-env"], variables);

        Assert.DoesNotContain(Secret, File.ReadAllText(folder.File), StringComparison.Ordinal);
        var settings = folder.Read().Settings;
        Assert.Equal(("env:MISP_API_KEY", 50), (settings.Misp.Key?.ToString(), settings.Misp.PageSize));
        Assert.Equal(
            ("sentinel", "env:MISP_GRAPH__AUTH__CLIENTSECRET"),
            (settings.Destinations[0].Kind, settings.Destinations[0].Auth.ClientSecret?.ToString()));
    }

    [Fact]
    public void Init_from_an_empty_environment_writes_placeholders_that_validate_refuses()
    {
        using var folder = new SettingsFolder();

        Run(folder, ["config", "init", "--from-env"]);
        var (code, output, _) = Run(folder, ["config", "validate"]);

        Assert.Equal(2, code);
        Assert.Contains("auth.tenant: This is still to be filled in.", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_exits_with_2_on_any_fault()
    {
        using var folder = new SettingsFolder("{ \"actoin\": 1 }");

        var (code, output, _) = Run(folder, ["config", "validate"]);

        Assert.Equal(2, code);
        Assert.Contains("Did you mean action?", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Show_prints_the_values_and_then_the_faults()
    {
        using var folder = new SettingsFolder(SomeSettings.Config(""" "action": "blok" """));
        var output = new StringWriter();

        var failure = Assert.Throws<RunFailedException>(() => Run(folder, ["config", "show"], output: output));

        Assert.Contains("Did you mean \"block\"?", failure.Message, StringComparison.Ordinal);
        Assert.Contains("destinations.graph.kind", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Import_writes_to_the_named_file()
    {
        using var folder = new SettingsFolder();
        folder.Write("config.py", $"misp_key = '{Secret}'");

        var (code, output, talk) = Run(folder, ["config", "import", "config.py", "--to", "config.json"]);

        Assert.Equal(0, code);
        Assert.DoesNotContain(Secret, output + talk, StringComparison.Ordinal);
        Assert.Contains(Secret, File.ReadAllText(folder.File), StringComparison.Ordinal);
    }

    private static (int Code, string Output, string Talk) Run(
        SettingsFolder folder, string[] args, IReadOnlyDictionary<string, string>? variables = null, string[]? answers = null,
        StringWriter? output = null)
    {
        var talk = new StringWriter();
        output ??= new StringWriter();
        var host = new ToolHost
        {
            Out = output,
            Error = talk,
            In = new StringReader(string.Concat((answers ?? []).Select(a => a + '\n'))),
            Environment = variables ?? SomeSettings.NoVariables,
            WorkingDirectory = folder.Path,
            IsInteractive = answers is not null,
        };
        var common = new CommonOptions();
        var root = new RootCommand { new ConfigCommand(common, host, SomeSettings.Options with { WorkingDirectory = folder.Path }) };
        common.AddTo(root);
        var code = root.Parse(args).Invoke(
            new InvocationConfiguration { Output = output, Error = talk, EnableDefaultExceptionHandler = false });
        return (code, output.ToString(), talk.ToString());
    }
}

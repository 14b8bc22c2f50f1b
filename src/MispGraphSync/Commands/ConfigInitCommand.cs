using System.CommandLine;
using System.Text;
using MispGraphSync.Settings;

namespace MispGraphSync.Commands;

/// <summary><c>misp-graph config init</c>: makes a settings file, or adds a destination to one.</summary>
internal sealed class ConfigInitCommand : Command
{
    private readonly Option<bool> _fromEnv = NewOption.Flag(
        "--from-env", "Read everything from environment variables and ask nothing.");
    private readonly Option<bool> _add = NewOption.Flag(
        "--add", "Add a destination to an existing settings file; all else in it stays.");
    private readonly Option<bool> _force = NewOption.Flag("--force", "Replace an existing settings file.");
    private readonly CommonOptions _common;
    private readonly ToolHost _host;
    private readonly ReaderOptions _options;
    private readonly TestAnswer? _test;

    // On Windows a file takes the rights of its folder.
    private static string Privacy => OperatingSystem.IsWindows() ? "" : ", readable by you alone";

    public ConfigInitCommand(CommonOptions common, ToolHost host, ReaderOptions options, TestAnswer? test)
        : base("init", "Creates a settings file; asks for values without a default, and tests the answers.")
    {
        (_common, _host, _options, _test) = (common, host, options, test);
        Add(_fromEnv);
        Add(_add);
        Add(_force);
        SetAction((args, _) => RunAsync(args));
    }

    private async Task<int> RunAsync(ParseResult args)
    {
        var (fromEnv, force) = (args.GetValue(_fromEnv), args.GetValue(_force));
        if (force && args.GetValue(_add))
            throw new RunFailedException(
                RunOutcome.InvalidInput, "--add keeps the settings file, --force replaces it.", "Give one of them.");
        var asks = !fromEnv && _common.MayAsk(args, _host);
        if (!fromEnv && !asks)
            throw new RunFailedException(RunOutcome.InvalidInput,
                "`config init` must ask questions, but there is no terminal, or --no-input is set.",
                "Run it at a terminal, or add --from-env.");

        var prompt = new Prompt(_host.In, _host.ReadHidden, _host.Error, _host.ErrorWidth, _host.Interrupt);
        var named = args.GetValue(_common.Config);
        if (args.GetValue(_add) || IsMeantToAdd(named, force, asks ? prompt : null))
            await AddAsync(args, FileToChange(named), asks ? prompt : null).ConfigureAwait(false);
        else
            await CreateAsync(args, _host.FullPath(named ?? SettingsFile.FileName), asks ? prompt : null).ConfigureAwait(false);
        return 0;
    }

    private async Task CreateAsync(ParseResult args, string file, Prompt? prompt)
    {
        if (Path.GetDirectoryName(file) is { } folder && !Directory.Exists(folder))
            throw new RunFailedException(RunOutcome.InvalidInput, $"There is no folder {folder}.", "Make it, or name another file.");
        var isReplaced = File.Exists(file);
        var kept = InstanceName.KeptIn(file, _options);
        var options = _options with { NeedsMisp = true };
        var draft = prompt is null
            ? ConfigFromEnvironment.Draft(_host.Environment, _options.Table, kept)
            : await NewInit(file, prompt).AskAsync(kept ?? InstanceName.New(System.Environment.MachineName)).ConfigureAwait(false);
        string Text() => draft.Write(ConfigInit.Head, hideSecrets: false);

        if (prompt is null) ConfigFromEnvironment.Check(draft, Text, file, _host.Environment, options);
        else Check(Text(), file, ConfigFromEnvironment.WithoutSettings(_host.Environment), options);
        Store(draft, file, () => SettingsFile.Write(file, Text(), args.GetValue(_force)));
        _host.Out.Write($"{file}\n");
        if (isReplaced && kept is null)
            Say("The instance of the earlier file could not be read. If anything was sent with it, set instance to its old value.");
        if (kept is not null) Say($"Kept the instance {kept} of the earlier file: the ids of what was sent depend on it.");
        SayNext($"Written{Privacy}.", args);
    }

    private async Task AddAsync(ParseResult args, string file, Prompt? prompt)
    {
        var bytes = SettingsFile.Load(file);
        var text = Encoding.UTF8.GetString(bytes);
        var variables = prompt is null ? ConfigFromEnvironment.WithoutSettings(_host.Environment) : _host.Environment;
        var existing = SettingsReader.InspectText(text, file, variables, _options);
        // A first destination is what such a file lacks.
        if (existing.Faults.Any(fault => fault.Key != FileLayer.Destinations)) throw existing.ToException();
        var draft = prompt is null
            ? ConfigFromEnvironment.Additions(
                _host.Environment, _options.Table, file, SettingsJson.Parse(bytes, "", _ => SettingOrigin.Default, new SettingsFaults())!)
            : await NewInit(file, prompt).AskForDestinationAsync(existing, text).ConfigureAwait(false);
        string Text() => ConfigEdit.Add(text, draft.WriteDestinations());

        if (prompt is null) ConfigFromEnvironment.Check(draft, Text, file, _host.Environment, _options);
        else Check(Text(), file, variables, _options);
        Store(draft, file, () => SettingsFile.Update(file, Text()));
        _host.Out.Write($"{file}\n");
        SayNext($"Added {string.Join(" and ", draft.DestinationNames)}.", args);
    }

    private ConfigInit NewInit(string file, Prompt prompt) => new()
    {
        Options = _options,
        Environment = _host.Environment,
        File = file,
        Prompt = prompt,
        Test = _test,
    };

    /// <summary>Whether the user wants to add to a file that is there.</summary>
    /// <param name="prompt">Null: nobody can be asked.</param>
    /// <exception cref="RunFailedException">It must not be changed.</exception>
    private bool IsMeantToAdd(string? named, bool force, Prompt? prompt)
    {
        var file = _host.FullPath(named ?? SettingsFile.FileName);
        if (force || !File.Exists(file)) return false;
        if (prompt?.IsYes($"{file} exists already. Add a destination to it?") == true) return true;
        throw new RunFailedException(
            RunOutcome.InvalidInput, $"{file} exists already; it was not changed.",
            "Add a destination to it with --add, replace it with --force, or name another file with --config.");
    }

    private string FileToChange(string? named) => SettingsFile.Find(named, _host.Environment, _host.WorkingDirectory)
        ?? throw new RunFailedException(
            RunOutcome.InvalidInput, "There is no settings file to add to.", "Make one without --add, or name one with --config.");

    private static void Check(string text, string file, IReadOnlyDictionary<string, string> environment, ReaderOptions options)
    {
        var result = SettingsReader.InspectText(text, file, environment, options);
        if (result.Faults.Count > 0) throw result.ToException();
    }

    /// <summary>Stores secrets in files of their own, then the settings that refer to them; both or neither.</summary>
    private void Store(ConfigDraft draft, string file, Action write)
    {
        var secrets = new List<string>();
        try
        {
            draft.StoreSecrets(Path.GetDirectoryName(file)!, secrets);
            write();
        }
        catch
        {
            foreach (var secret in secrets) File.Delete(secret);
            throw;
        }

        foreach (var secret in secrets) Say($"Stored a secret in {secret}{Privacy}.");
    }

    private void SayNext(string done, ParseResult args)
    {
        var config = _common.ConfigOption(args);
        Say($"{done} Next: misp-graph doctor{config}, then misp-graph plan{config}.");
    }

    private void Say(string line) =>
        _host.Error.Write(WrappedText.Wrap(Sanitize.ForDisplay(line, int.MaxValue), _host.ErrorWidth()) + "\n");
}

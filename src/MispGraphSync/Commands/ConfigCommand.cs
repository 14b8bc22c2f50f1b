using System.CommandLine;
using System.Text.Json;
using MispGraphSync.Core.Ports;
using MispGraphSync.Output;
using MispGraphSync.Settings;
using MispGraphSync.Settings.Import;
using MispGraphSync.Text;

namespace MispGraphSync.Commands;

/// <summary>What the config verb needs of the program around it.</summary>
internal sealed record ConfigCommandContext
{
    /// <summary>The value of --config; null: not given.</summary>
    public required Func<ParseResult, string?> ConfigFile { get; init; }

    /// <summary>Whether JSON is asked for.</summary>
    public required Func<ParseResult, bool> IsJson { get; init; }

    /// <summary>Whether questions may be asked.</summary>
    public required Func<ParseResult, bool> IsInteractive { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Where answers come from.</summary>
    public required TextReader Input { get; init; }

    /// <summary>Ctrl-C while a question waits for its answer.</summary>
    public CancellationToken Interrupt { get; init; }

    /// <summary>The event filters' own checks; null: none.</summary>
    public Func<JsonElement, IEnumerable<string>>? FilterFaults { get; init; }

    public Func<JsonElement, IEnumerable<string>> FilterWarnings { get; init; } = _ => [];

    /// <summary>Columns of stdout.</summary>
    public int Width { get; init; } = 120;

    /// <summary>Columns of stderr.</summary>
    public Func<int> ErrorWidth { get; init; } = static () => 120;

    public string WorkingDirectory { get; init; } = Directory.GetCurrentDirectory();
}

/// <summary><c>config init|show|validate|import</c></summary>
internal sealed class ConfigCommand : Command
{
    private readonly ConfigCommandContext _context;

    public ConfigCommand(ConfigCommandContext context)
        : base("config", "Make, show and check settings.")
    {
        _context = context;
        Add(Init());
        Add(Show());
        Add(Validate());
        Add(Import());
    }

    private Command Init()
    {
        var fromEnv = new Option<bool>("--from-env") { Description = "Take everything from environment variables and ask nothing." };
        var force = new Option<bool>("--force") { Description = "Replace a settings file that is there." };
        var command = new Command("init", "Make a settings file: asks what has no default.") { fromEnv, force };
        command.SetAction(args =>
        {
            var talk = args.InvocationConfiguration.Error;
            var file = Full(_context.ConfigFile(args) ?? SettingsFile.FileName);
            if (File.Exists(file) && !args.GetValue(force))
                throw new RunFailedException(RunOutcome.InvalidInput,
                    $"{file} is there already; it was not touched.", "Replace it with --force, or name another file with --config.");
            if (!args.GetValue(fromEnv) && !_context.IsInteractive(args))
                throw new RunFailedException(RunOutcome.InvalidInput,
                    "`config init` asks questions, and none may be asked here.", "Run it at a terminal, or add --from-env.");

            var draft = args.GetValue(fromEnv)
                ? ConfigFromEnvironment.Draft(_context.Environment)
                : new ConfigInit(_context.Input, talk, Path.GetDirectoryName(file)!, _context.Interrupt).Ask();
            OwnerOnlyFile.Write(file, draft.Write(ConfigInit.Head, hideSecrets: false), args.GetValue(force));
            args.InvocationConfiguration.Output.Write($"{file}\n");
            talk.Write("Written, for your eyes only. Next: misp-graph doctor, then misp-graph plan.\n");
            return ExitCodes.Of(RunOutcome.Done);
        });
        return command;
    }

    private Command Show()
    {
        var command = new Command("show", "Show every value that counts and where it comes from; secrets are hidden.");
        command.SetAction(args =>
        {
            var inspection = Inspect(args);
            args.InvocationConfiguration.Output.Write(_context.IsJson(args) ? ConfigShow.ToJson(inspection) : ConfigShow.ToText(inspection, _context.Width));
            var talk = Talk(args);
            foreach (var warning in inspection.Warnings) talk.Write($"warning: {warning}\n");
            return inspection.Faults.Count == 0 ? ExitCodes.Of(RunOutcome.Done) : throw inspection.ToException();
        });
        return command;
    }

    private Command Validate()
    {
        var command = new Command("validate", "Check the settings: prints ok, or every fault.");
        command.SetAction(args => (int)ConfigValidate.Run(
            Inspect(args), _context.IsJson(args), new WrappingWriter(args.InvocationConfiguration.Output, _context.IsJson(args) ? int.MaxValue : _context.Width), Talk(args)));
        return command;
    }

    private Command Import()
    {
        var file = new Argument<string>("FILE") { Description = "The config.py of the Python sample or of misp2sentinel." };
        var to = new Option<string?>("--to") { Description = "Write the settings to this file, secrets included, readable by you alone.", HelpName = "FILE" };
        var force = new Option<bool>("--force") { Description = "Replace a file that is there." };
        var command = new Command("import", "Make settings from another tool's config.py; nothing in it is run.") { file, to, force };
        command.SetAction(args =>
        {
            var target = args.GetValue(to) is { } path ? Full(path) : null;
            ConfigImport.Run(
                Full(args.GetRequiredValue(file)),
                target,
                args.GetValue(force),
                _context.FilterFaults,
                args.InvocationConfiguration.Output,
                Talk(args));
            return ExitCodes.Of(RunOutcome.Done);
        });
        return command;
    }

    private WrappingWriter Talk(ParseResult args) => new(args.InvocationConfiguration.Error, _context.ErrorWidth());

    private string Full(string path) => path.Length == 0 || path.Any(char.IsControl)
        ? throw new RunFailedException(RunOutcome.InvalidInput, "A file's name is empty or has a control character in it.", "Give it a path.")
        : Path.GetFullPath(path, _context.WorkingDirectory);

    private SettingsInspection Inspect(ParseResult args) => SettingsReader.Inspect(
        _context.ConfigFile(args),
        _context.Environment,
        new ReaderOptions
        {
            FilterFaults = _context.FilterFaults,
            FilterWarnings = _context.FilterWarnings,
            WorkingDirectory = _context.WorkingDirectory,
        });
}

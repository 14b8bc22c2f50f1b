using System.CommandLine;
using MispGraphSync.Output;
using MispGraphSync.Settings;
using MispGraphSync.Settings.Import;

namespace MispGraphSync.Commands;

/// <summary><c>config show|validate|import</c>, and <c>config init</c> among them.</summary>
internal sealed class ConfigCommand : Command
{
    private readonly CommonOptions _common;
    private readonly ToolHost _host;
    private readonly ReaderOptions _options;

    /// <param name="test">Tests an answer of <c>config init</c>; null: none is tested.</param>
    public ConfigCommand(CommonOptions common, ToolHost host, ReaderOptions options, TestAnswer? test = null)
        : base("config", "Creates, shows and checks settings.")
    {
        (_common, _host, _options) = (common, host, options);
        Add(new ConfigInitCommand(common, host, options, test));
        Add(Show());
        Add(Validate());
        Add(Import());
    }

    private Command Show()
    {
        var rules = NewOption.Flag("--rules", "Show what decides about an attribute at each destination, as rules in their order.");
        var command = new Command("show", "Shows every value in effect and its origin; secrets are hidden.") { rules };
        command.SetAction(args =>
        {
            var inspection = Inspect(args);
            if (args.GetValue(rules))
                _host.Out.Write(IsJson(args) ? RuleList.ToJson(inspection.Settings) : RuleList.ToText(inspection.Settings, _host.Width));
            else _host.Out.Write(IsJson(args) ? ConfigShow.ToJson(inspection) : ConfigShow.ToText(inspection, _host.Width));
            WriteMessages("warning", inspection.Warnings);
            return inspection.Faults.Count == 0 ? 0 : throw inspection.ToException();
        });
        return command;
    }

    private Command Validate()
    {
        var command = new Command("validate", "Checks the settings; prints ok, or every fault.");
        command.SetAction(args =>
        {
            var inspection = Inspect(args);
            if (IsJson(args)) _host.Out.Write(ConfigShow.ValidationJson(inspection));
            else new WrappingWriter(_host.Out, _host.Width).Write(ConfigShow.Validation(inspection));
            WriteMessages("warning", inspection.Warnings);
            WriteMessages("note", inspection.Placeholders.Select(label => $"{label} still has the sample's placeholder."));
            return ExitCodes.Of(inspection.Faults.Count == 0 ? RunOutcome.Done : RunOutcome.InvalidInput);
        });
        return command;
    }

    private Command Import()
    {
        var file = new Argument<string>("FILE") { Description = "The config.py of the Python sample or of misp2sentinel." };
        var to = new Option<string?>("--to")
        {
            Description = "Write the settings to this file, with the secrets, readable only by you.",
            HelpName = "FILE",
        };
        var kinds = _options.Table.Kinds.Select(one => one.Name);
        var kind = new Option<string?>("--kind")
        {
            Description = $"The destination to make: {string.Join(", ", kinds)}. Default: the one that the other tool sends to.",
            HelpName = "KIND",
        };
        kind.CompletionSources.Add([.. kinds]);
        var force = new Option<bool>("--force") { Description = "Replace an existing file." };
        var command = new Command("import", "Imports the settings of another tool's config.py; nothing in it is executed.")
        {
            file, to, kind, force,
        };
        command.SetAction(args =>
        {
            ConfigImport.Run(
                _host.FullPath(args.GetRequiredValue(file)), args.GetValue(to) is { } path ? _host.FullPath(path) : null,
                args.GetValue(force), args.GetValue(kind), _options, _host.Out, new WrappingWriter(_host.Error, _host.ErrorWidth()));
            return 0;
        });
        return command;
    }

    private void WriteMessages(string kind, IEnumerable<string> messages)
    {
        var output = new WrappingWriter(_host.Error, _host.ErrorWidth());
        foreach (var message in messages) output.Write($"{kind}: {message}\n");
    }

    private bool IsJson(ParseResult args) => _common.Format(args) == "json";

    private SettingsInspection Inspect(ParseResult args) =>
        SettingsReader.Inspect(args.GetValue(_common.Config), _host.Environment, _options);
}

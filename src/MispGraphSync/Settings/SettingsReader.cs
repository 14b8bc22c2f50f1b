using System.Text.Json;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Settings;

/// <summary>What a command knows when it reads settings.</summary>
public sealed record ReaderOptions
{
    /// <summary>Values from the command line, text by key (<c>guard.maxDelete</c>): stronger than all else.</summary>
    public IReadOnlyDictionary<string, string> Overrides { get; init; } = new Dictionary<string, string>();

    /// <summary>Tells what is wrong with one event filter, in sentences; null: filters are taken as they are.</summary>
    public Func<JsonElement, IEnumerable<string>>? FilterFaults { get; init; }

    /// <summary>Sentences on what in one event filter is allowed, and probably not meant.</summary>
    public Func<JsonElement, IEnumerable<string>> FilterWarnings { get; init; } = _ => [];

    /// <summary>True when MISP itself will be read, so that its address and key must be there.</summary>
    public bool NeedsMisp { get; init; }

    /// <summary>Where config.json is looked for, and where relative paths start when there is no file.</summary>
    public string WorkingDirectory { get; init; } = Directory.GetCurrentDirectory();
}

/// <summary>Settings that passed every check, and what someone should know of nevertheless.</summary>
/// <param name="File">The file they come from, absolute; null when there is none.</param>
public sealed record LoadedSettings(AppSettings Settings, IReadOnlyList<string> Warnings, string? File);

/// <summary>Reads settings: option over environment over file over default.</summary>
public static class SettingsReader
{
    /// <param name="path">As after --config; null: config.json here, then in the user's config folder.</param>
    /// <exception cref="RunFailedException">With exit code 2 and every fault there is. Never with a secret.</exception>
    public static LoadedSettings Read(string? path, IReadOnlyDictionary<string, string> environment, ReaderOptions? options = null)
    {
        var inspection = Inspect(path, environment, options ?? new ReaderOptions());
        return inspection.Faults.Count == 0
            ? new LoadedSettings(inspection.Settings, inspection.Warnings, inspection.File)
            : throw inspection.ToException();
    }

    /// <summary>The process's environment, in the shape that <see cref="Read"/> takes.</summary>
    public static IReadOnlyDictionary<string, string> ProcessEnvironment() =>
        Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().ToDictionary(
            v => (string)v.Key,
            v => (string?)v.Value ?? "",
            OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);

    /// <summary>The same, but faults are handed over too: for <c>config show</c> and <c>config validate</c>.</summary>
    /// <exception cref="RunFailedException">There is no file where one was named, or it cannot be opened.</exception>
    internal static SettingsInspection Inspect(string? path, IReadOnlyDictionary<string, string> environment, ReaderOptions options)
    {
        var file = SettingsFile.Find(path, environment, options.WorkingDirectory);
        var faults = new SettingsFaults();
        var given = Lay(file, environment, options, faults);
        if (file is null && given is { Common.Count: 0, Destinations.Count: 0 } && faults.All.Count == 0)
            throw NothingGiven(environment, options);

        var place = new ReadingPlace
        {
            Faults = faults,
            Folder = file is null ? options.WorkingDirectory : Path.GetDirectoryName(file)!,
            Home = environment.GetValueOrDefault("HOME") ?? environment.GetValueOrDefault("USERPROFILE"),
            Variable = name => environment.GetValueOrDefault(name),
            CheckFilter = options.FilterFaults,
        };
        CheckEach(given, place);

        // Everything given is checked by now: filling the records must not say it again.
        var values = new EffectiveValues(given, place with { Faults = new SettingsFaults(), CheckFilter = null });
        var settings = new SettingsBinder(values).Bind();
        if (!faults.Has(FileAsWhole)) new CrossChecks(values, settings, faults, options.NeedsMisp).Run();
        return new SettingsInspection(settings, values, place, file)
        {
            Faults = faults.All,
            Warnings = [.. SettingsWarnings.Of(values, settings, file, options.FilterWarnings).Select(FaultText.OneLine)],
        };
    }

    /// <summary>The key of a fault that spoils the file as a whole.</summary>
    private const string FileAsWhole = "the file";

    private static GivenValues Lay(string? file, IReadOnlyDictionary<string, string> environment, ReaderOptions options, SettingsFaults faults)
    {
        var given = new GivenValues();
        if (file is not null)
        {
            var root = JsonTree.Parse(SettingsFile.Load(file), key: "", line => new SettingOrigin.File(file, line), faults);
            if (root is not null) FileLayer.Lay(root, given, faults);
        }

        var overrides = new OverrideLayer(given, faults);
        overrides.LayEnvironment(environment);
        overrides.LayOptions(options.Overrides);
        return given;
    }

    private static void CheckEach(GivenValues given, ReadingPlace place)
    {
        foreach (var (path, node) in given.Common)
        {
            if (!place.Faults.Has(path)) SettingsTable.AtTop[path].Form.Check(node, path, place);
        }

        foreach (var destination in given.Destinations)
        {
            foreach (var (path, node) in destination.Values)
            {
                var key = SettingsTable.InDestination[path];
                if (!place.Faults.Has(destination.LabelOf(key))) key.Form.Check(node, destination.LabelOf(key), place);
            }
        }
    }

    private static RunFailedException NothingGiven(IReadOnlyDictionary<string, string> environment, ReaderOptions options) => new(
        RunOutcome.InvalidInput,
        $"There are no settings: no {string.Join(", no ", SettingsFile.Defaults(environment, options.WorkingDirectory))}, and no {OverrideLayer.Prefix}… variable.",
        "Run `misp-graph config init` to make a settings file, or name one with --config.");
}

using System.Text;
using System.Text.Json;

namespace MispGraphSync.Settings;

/// <summary>What a command knows when it reads settings.</summary>
internal sealed record ReaderOptions
{
    public required SettingsTable Table { get; init; }

    /// <summary>Values from the command line, text by key (<c>guard.maxDelete</c>): stronger than all else.</summary>
    public IReadOnlyDictionary<string, string> Overrides { get; init; } = new Dictionary<string, string>();

    /// <summary>The faults of one event filter, as sentences.</summary>
    public Func<JsonElement, IEnumerable<string>> FilterFaults { get; init; } = static _ => [];

    /// <summary>The same for a filter of a destination, which is evaluated here.</summary>
    public Func<JsonElement, IEnumerable<string>> OwnFilterFaults { get; init; } = static _ => [];

    /// <summary>Sentences on what is allowed in one event filter and probably not meant.</summary>
    public Func<JsonElement, IEnumerable<string>> FilterWarnings { get; init; } = static _ => [];

    /// <summary>Whether MISP itself will be read, so that its address and key are required.</summary>
    public bool NeedsMisp { get; init; }

    /// <summary>False for a verb that contacts nobody: the MISP key and a way to sign in may be missing.</summary>
    public bool NeedsSecrets { get; init; } = true;

    /// <summary>Where config.json is looked for, and where relative paths start when there is no file.</summary>
    public string WorkingDirectory { get; init; } = Directory.GetCurrentDirectory();
}

/// <summary>Settings with every fault and warning. They are valid only without a fault.</summary>
/// <param name="File">Absolute; null when there is none.</param>
internal sealed record SettingsInspection(AppSettings Settings, EffectiveValues Values, string? File)
{
    public IReadOnlyList<SettingsFault> Faults { get; init; } = [];

    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Keys that still have the sample's placeholder.</summary>
    public IEnumerable<string> Placeholders => Values.All()
        .Where(one => !one.Origin.IsInherited && one.Value?.Text is { } text && !text.StartsWith("env:", StringComparison.Ordinal)
            && one.Key.Placeholder == $"\"{text}\"")
        .Select(one => one.Label)
        .Where(label => !Settings.Destinations.Any(one =>
            !one.Enabled && label.StartsWith($"destinations.{one.Name}.", StringComparison.Ordinal)));

    public RunFailedException ToException() => new(
        RunOutcome.InvalidInput,
        Faults.Count == 1
            ? $"The settings have a fault:\n  {Faults[0]}"
            : $"The settings have {Faults.Count} faults:\n  {string.Join("\n  ", Faults)}",
        "Correct them and run `misp-graph config validate`; docs/configuration.md explains every key.");
}

/// <summary>Reads settings: option over environment over file over default.</summary>
internal static class SettingsReader
{
    /// <param name="path">As after --config; null: config.json here, then in the user's config folder.</param>
    /// <exception cref="RunFailedException">Invalid input, with every fault and without any secret.</exception>
    public static SettingsInspection Read(string? path, IReadOnlyDictionary<string, string> environment, ReaderOptions options)
    {
        var inspection = Inspect(path, environment, options);
        return inspection.Faults.Count == 0 ? inspection : throw inspection.ToException();
    }

    /// <summary>The process's environment, in the shape that <see cref="Read"/> takes.</summary>
    public static IReadOnlyDictionary<string, string> ProcessEnvironment() =>
        Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().ToDictionary(
            v => (string)v.Key,
            v => (string?)v.Value ?? "",
            OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);

    /// <summary>The same, but faults are part of the result.</summary>
    /// <exception cref="RunFailedException">There is no file where one was named, or it cannot be opened.</exception>
    public static SettingsInspection Inspect(string? path, IReadOnlyDictionary<string, string> environment, ReaderOptions options)
    {
        var file = SettingsFile.Find(path, environment, options.WorkingDirectory);
        return Inspect(file, file is null ? null : SettingsFile.Load(file), environment, options);
    }

    /// <summary>The same for a text that is to be written to a file.</summary>
    public static SettingsInspection InspectText(
        string text, string file, IReadOnlyDictionary<string, string> environment, ReaderOptions options) =>
        Inspect(file, Encoding.UTF8.GetBytes(text), environment, options);

    private static SettingsInspection Inspect(
        string? file, byte[]? text, IReadOnlyDictionary<string, string> environment, ReaderOptions options)
    {
        var faults = new SettingsFaults();
        var given = Gather(file, text, environment, options, faults);
        if (file is null && given is { Top.Values.Count: 0, Destinations.Count: 0, Sources.Count: 0 } && faults.All.Count == 0)
            throw NothingGiven(environment, options);

        var folder = file is null ? options.WorkingDirectory : Path.GetDirectoryName(file)!;
        var context = new ReadContext(faults, folder, environment, options.FilterFaults, options.OwnFilterFaults);
        CheckEach(given, context);

        // Everything given is checked by now: filling the records must not report it again.
        var quiet = context with { Faults = new SettingsFaults(), FilterFaults = null, OwnFilterFaults = null };
        var values = new EffectiveValues(given, quiet);
        var settings = new SettingsBinder(values, faults).Bind();
        if (!faults.Has(SettingsFaults.File)) new SettingsChecks(values, settings, faults, options).Run();
        var warnings = SettingsWarnings.Of(values, settings, file, options.FilterWarnings);
        return new SettingsInspection(settings, values, file)
        {
            Faults = faults.All,
            Warnings = [.. warnings.Select(warning => Sanitize.ForDisplay(warning, int.MaxValue))],
        };
    }

    private static GivenSettings Gather(
        string? file, byte[]? text, IReadOnlyDictionary<string, string> environment, ReaderOptions options, SettingsFaults faults)
    {
        var given = new GivenSettings(options.Table);
        if (text is not null)
            new FileLayer(given, faults).Add(
                SettingsJson.Parse(text, key: "", line => SettingOrigin.File(file!, line), faults));
        var overrides = new OverrideLayers(given, faults);
        overrides.AddEnvironment(environment);
        overrides.AddOptions(options.Overrides);
        return given;
    }

    private static void CheckEach(GivenSettings given, ReadContext context)
    {
        foreach (var level in given.Destinations.Concat(given.Sources).Prepend(given.Top))
        {
            foreach (var (path, value) in level.Values)
            {
                var label = level.LabelOf(path);
                if (context.Faults.Has(label)) continue;
                var open = PlacesToFillIn(value).ToList();
                foreach (var place in open)
                    context.Faults.Add(value.Origin, label, place.Length > 0 ? $"\"{place}\" is still to be filled in."
                        : $"This is still to be filled in. Write {level.Keys[path].Type.Expects}.");
                if (open.Count == 0) level.Keys[path].Type.Check(value, label, context);
            }
        }
    }

    /// <summary>The names of the members that are still to be filled in; an empty one: the value itself.</summary>
    private static IEnumerable<string> PlacesToFillIn(SettingValue value, string place = "") => value.Text == SettingKey.FillIn ? [place]
        : value.Members.SelectMany(member => PlacesToFillIn(member.Value, member.Name))
            .Concat(value.Items.SelectMany(item => PlacesToFillIn(item, place)));

    private static RunFailedException NothingGiven(IReadOnlyDictionary<string, string> environment, ReaderOptions options)
    {
        var places = string.Join(", no ", SettingsFile.Defaults(environment, options.WorkingDirectory));
        return new RunFailedException(
            RunOutcome.InvalidInput, $"There are no settings: no {places}, and no {OverrideLayers.Prefix}… variable.",
            "Run `misp-graph config init` to make a settings file, or name one with --config.");
    }
}

using System.CommandLine;

namespace MispGraphSync.Commands;

/// <summary>The options of the verbs that run: all of them for push and plan, the first two for verify and purge.</summary>
internal sealed class RunOptions
{
    /// <summary>The longest time of a timer; more means no limit.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(40);

    private readonly Option<string[]> _destinations = NewOption.Destinations();
    private readonly Option<string[]> _sources = NewOption.Of<string[]>(
        "--source", "NAME", "Only this source of the settings; may be given several times.");
    private readonly Option<string?> _wait = NewOption.Of<string?>(
        "--wait", "DURATION", "How long to wait while another run holds the lock, such as 10m.");

    private readonly Option<string?> _maxDuration = NewOption.Of<string?>(
        "--max-duration", "DURATION", "Stop after the requests in flight when this time is over, such as 50m.");
    private readonly Option<string?> _input = NewOption.Of<string?>(
        "--input", "PATH", "Read saved MISP JSON or a MISP feed folder in place of the server.");
    private readonly Option<string[]> _events = NewOption.Of<string[]>(
        "--event", "UUID", "Only this event; may be given several times. Deletes nothing.");
    private readonly Option<bool> _full = NewOption.Flag("--full", "Read everything again, not only what changed.");
    private readonly Option<string?> _maxDelete = MaxDelete("The maximum number or share of deletions in this run.");
    private readonly Option<bool> _acceptChanges = NewOption.Flag(
        "--accept-changes", "In this run, allow deletions after changed settings or an empty read.");

    /// <param name="readsSource">The verb reads MISP; else it takes the first two options only.</param>
    public RunOptions(Command command, bool readsSource)
    {
        command.Add(_destinations);
        if (readsSource)
        {
            foreach (var option in (Option[])[_sources, _input, _events, _full, _maxDelete, _acceptChanges]) command.Add(option);
        }

        command.Add(_wait);
        if (readsSource) command.Add(_maxDuration);
    }

    public static Option<string?> MaxDelete(string description) => NewOption.Of<string?>("--max-delete", "N|N%", description);

    public RunRequest Read(ParseResult args, RunVerb verb, CommonArguments common) => new(verb, common)
    {
        Destinations = args.GetValue(_destinations) ?? [],
        Sources = SourcesOf(args),
        Input = args.GetValue(_input),
        Events = (args.GetValue(_events) ?? []).Select(UuidOf).ToHashSet(),
        Full = args.GetValue(_full),
        MaxDelete = LimitOf(args, _maxDelete),
        AcceptChanges = args.GetValue(_acceptChanges),
        Wait = DurationOf(args, _wait) ?? TimeSpan.Zero,
        MaxDuration = DurationOf(args, _maxDuration),
    };

    public static DeletionLimit? LimitOf(ParseResult args, Option<string?> option) =>
        args.GetValue(option) is { } text
            ? DeletionLimit.Parse(text) ?? throw Wrong(option, text, "a number such as 100, or a share such as 25%")
            : null;

    private string[] SourcesOf(ParseResult args)
    {
        var names = args.GetValue(_sources) ?? [];
        if (names.Length == 0 || args.GetValue(_input) is null) return names;
        throw new RunFailedException(
            RunOutcome.InvalidInput, $"{_sources.Name} and {_input.Name} exclude each other.", "A file is read in place of all sources.");
    }

    /// <summary>How long to wait for something.</summary>
    public static TimeSpan? DurationOf(ParseResult args, Option<string?> option)
    {
        if (args.GetValue(option) is not { } text) return null;
        var duration = Durations.Parse(text) ?? throw Wrong(option, text, "a duration such as 90s, 10m or 2h");
        return duration < LongestWait ? duration : LongestWait;
    }

    private Guid UuidOf(string text) => Guid.TryParse(text, out var uuid) ? uuid : throw Wrong(_events, text, "an event's UUID");

    public static RunFailedException Wrong(Option option, string text, string wanted) =>
        new(RunOutcome.InvalidInput, $"{option.Name}: '{Sanitize.ForDisplay(text, 80)}' is not {wanted}.");
}

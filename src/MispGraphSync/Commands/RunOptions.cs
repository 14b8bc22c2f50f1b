using System.CommandLine;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Text;

namespace MispGraphSync.Commands;

/// <summary>The options that push and plan share.</summary>
internal sealed class RunOptions
{
    private readonly Option<string[]> _destinations = new("--destination") { Description = "Only this destination; may be given several times.", HelpName = "NAME" };
    private readonly Option<string?> _input = new("--input") { Description = "Read saved MISP JSON or a MISP feed folder in place of the server.", HelpName = "PATH" };
    private readonly Option<string[]> _events = new("--event") { Description = "Only this event; may be given several times. Deletes nothing.", HelpName = "UUID" };
    private readonly Option<bool> _full = new("--full") { Description = "Read everything again, not only what changed." };
    private readonly Option<string?> _maxDelete = new("--max-delete") { Description = "The most deletions to carry out, for this run: a number or a share.", HelpName = "N|N%" };
    private readonly Option<bool> _acceptChanges = new("--accept-changes") { Description = "Allow deletions that come with changed settings, or with an empty read, for this run." };
    private readonly Option<bool> _fresh = new("--fresh") { Description = "Start anew where a lost ledger cannot be rebuilt by listing; what was sent before expires by itself." };
    private readonly Option<string?> _wait = new("--wait") { Description = "Wait so long for another run to end, such as 10m.", HelpName = "DURATION" };
    private readonly Option<string?> _maxDuration = new("--max-duration") { Description = "End in good order after so long, such as 50m.", HelpName = "DURATION" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_destinations, _input, _events, _full, _maxDelete, _acceptChanges, _fresh, _wait, _maxDuration]) command.Add(option);
    }

    public RunRequest Read(ParseResult args) => new()
    {
        Destinations = args.GetValue(_destinations) ?? [],
        Input = args.GetValue(_input),
        Events = (args.GetValue(_events) ?? []).Select(ParseUuid).ToHashSet(),
        Full = args.GetValue(_full),
        MaxDelete = args.GetValue(_maxDelete) is { } limit ? DeletionLimit.Parse(limit) ?? throw Wrong("--max-delete", limit, "a number such as 100, or a share such as 25%") : null,
        AcceptChanges = args.GetValue(_acceptChanges),
        Fresh = args.GetValue(_fresh),
        Wait = Duration("--wait", args.GetValue(_wait)) ?? TimeSpan.Zero,
        MaxDuration = Duration("--max-duration", args.GetValue(_maxDuration)),
    };

    private static Guid ParseUuid(string text) => Guid.TryParse(text, out var uuid) ? uuid : throw Wrong("--event", text, "an event's UUID");

    private static TimeSpan? Duration(string option, string? text) =>
        text is null ? null : Durations.Parse(text) ?? throw Wrong(option, text, "a duration such as 90s, 10m or 2h");

    private static RunFailedException Wrong(string option, string text, string wanted) =>
        new(RunOutcome.InvalidInput, $"{option}: '{Sanitize.ForDisplay(text, 80)}' is not {wanted}.");
}

/// <summary>What a push or plan was asked to do.</summary>
internal sealed record RunRequest
{
    public IReadOnlyList<string> Destinations { get; init; } = [];

    public string? Input { get; init; }

    public IReadOnlySet<Guid> Events { get; init; } = new HashSet<Guid>();

    public bool Full { get; init; }

    public DeletionLimit? MaxDelete { get; init; }

    public bool AcceptChanges { get; init; }

    public bool Fresh { get; init; }

    public TimeSpan Wait { get; init; }

    public TimeSpan? MaxDuration { get; init; }

    public bool IsDryRun { get; init; }

    /// <summary>The verb, for the ledger's list of runs.</summary>
    public string Command { get; init; } = "push";
}

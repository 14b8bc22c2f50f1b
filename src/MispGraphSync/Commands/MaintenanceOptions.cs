using System.CommandLine;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Text;

namespace MispGraphSync.Commands;

/// <summary>The options that verify and purge share.</summary>
internal sealed class MaintenanceOptions
{
    private readonly Option<string[]> _destinations = new("--destination") { Description = "Only this destination; may be given several times. Default: all enabled ones.", HelpName = "NAME" };
    private readonly Option<string?> _wait = new("--wait") { Description = "Wait so long for another run to end, such as 10m.", HelpName = "DURATION" };

    public void AddTo(Command command)
    {
        command.Add(_destinations);
        command.Add(_wait);
    }

    public MaintenanceRequest Read(ParseResult args, string command) => new()
    {
        Command = command,
        Destinations = args.GetValue(_destinations) ?? [],
        Wait = args.GetValue(_wait) is not { } text ? TimeSpan.Zero
            : Durations.Parse(text) ?? throw new RunFailedException(RunOutcome.InvalidInput, $"--wait: '{Sanitize.ForDisplay(text, 80)}' is not a duration such as 90s, 10m or 2h."),
    };
}

/// <summary>What a verify or purge was asked to do.</summary>
internal sealed record MaintenanceRequest
{
    /// <summary>The verb, for the ledger's list of runs.</summary>
    public required string Command { get; init; }

    /// <summary>Empty: all enabled ones.</summary>
    public IReadOnlyList<string> Destinations { get; init; } = [];

    public TimeSpan Wait { get; init; }

    /// <summary>Verify: the tool whose indicators are taken over; null for none.</summary>
    public string? TakesOverFrom { get; init; }

    /// <summary>Null: what the settings say.</summary>
    public DeletionLimit? MaxDelete { get; init; }

    /// <summary>The ledger is as it was afterwards.</summary>
    public bool RollsBack { get; init; }

    /// <summary>No destination is reached at all.</summary>
    public bool SendsNothing { get; init; }
}

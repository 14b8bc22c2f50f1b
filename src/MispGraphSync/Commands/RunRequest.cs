using MispGraphSync.Core.Maintenance;
using MispGraphSync.Output;

namespace MispGraphSync.Commands;

/// <summary>What a verb asks the program to run. The verb's name is the one in the ledger's list of runs.</summary>
internal sealed record RunRequest(RunVerb Verb, CommonArguments Common)
{
    /// <summary>Nothing is sent, and the ledger is afterwards as it was before.</summary>
    public bool IsDryRun { get; init; }

    public bool WritesMetrics => Verb == RunVerb.Push && !IsDryRun;

    /// <summary>Empty: all enabled ones.</summary>
    public IReadOnlyList<string> Destinations { get; init; } = [];

    /// <summary>Empty: all of the settings.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>How long to wait for another run to end.</summary>
    public TimeSpan Wait { get; init; }

    public TimeSpan? MaxDuration { get; init; }

    /// <summary>A file or folder in place of the MISP server.</summary>
    public string? Input { get; init; }

    /// <summary>Empty: all events.</summary>
    public IReadOnlySet<Guid> Events { get; init; } = new HashSet<Guid>();

    public bool Full { get; init; }

    /// <summary>Null: the limit in the settings.</summary>
    public DeletionLimit? MaxDelete { get; init; }

    public bool AcceptChanges { get; init; }

    /// <summary>Verify: the tool whose indicators are taken over; null for none.</summary>
    public string? TakesOverFrom { get; init; }

    /// <summary>Prints a line for each request on stdout.</summary>
    public bool PrintsRequests { get; init; }

    /// <summary>Called with each step that is taken from the plan; null for nothing.</summary>
    public Action<DestinationInfo, PlanStep>? OnStep { get; init; }

    /// <summary>Verify: called with each destination's result. Its findings can be read until it returns.</summary>
    public Action<VerifiedDestination, IEnumerable<Finding>> OnVerified { get; init; } = (_, _) => { };

    /// <summary>Purge: asked for each destination, with the number of indicators, before anything is removed.</summary>
    public Func<DestinationInfo, long, Task<bool>> ConfirmAsync { get; init; } = (_, _) => Task.FromResult(true);
}

internal enum RunVerb
{
    Push,
    Plan,

    /// <summary><c>errors --retry</c></summary>
    Retry,
    Verify,
    Purge,
}

/// <param name="Rejections">What the destinations rejected in this run, by reason.</param>
internal sealed record FinishedRun(RunReport Report, RejectionGroups Rejections)
{
    /// <summary>False: other commands cannot look at this run.</summary>
    public bool HasLedger { get; init; } = true;
}

using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

/// <summary>One indicator that a destination turned down, and that it has not taken since.</summary>
internal sealed record Rejection
{
    public required string Destination { get; init; }

    public required string Kind { get; init; }

    public required Guid Key { get; init; }

    /// <summary>What a support of it watches; empty when MISP has withdrawn it.</summary>
    public required IReadOnlyList<Observable> Observables { get; init; }

    /// <summary>The service's name for it; null for a deletion.</summary>
    public string? Canonical { get; init; }

    public required StepAction Action { get; init; }

    /// <summary>The service's own words. Hostile, for services quote values.</summary>
    public required string Response { get; init; }

    /// <summary>The service said that it may pass another time.</summary>
    public bool IsTransient { get; init; }

    /// <summary>How often this very body was sent.</summary>
    public required int Attempts { get; init; }

    /// <summary>The run that sent it last.</summary>
    public required long Run { get; init; }

    public Guid? Attribute { get; init; }

    public Guid? Event { get; init; }

    /// <summary>Where the event can be looked at; null where nowhere.</summary>
    public string? EventLink { get; init; }
}

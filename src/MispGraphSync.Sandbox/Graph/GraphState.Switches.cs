namespace MispGraphSync.Sandbox.Graph;

// What is documented, and where no document says how it is: the hardest for a client, and a switch for the other way.
public sealed partial class GraphState
{
    public GraphAvailability Availability { get; set; }

    /// <summary>Items a page when <c>$top</c> is not sent.</summary>
    public int PageSize { get; set; } = 50;

    /// <summary>What <c>$top</c> is cut down to.</summary>
    public int MaxPageSize { get; set; } = 1000;

    public int MaxBatch { get; set; } = 100;

    /// <summary>A longer body is answered 413. Null = no limit.</summary>
    public int? MaxBodyBytes { get; set; }

    /// <summary>The documented throttle is 1000. Null = none.</summary>
    public int? RequestsPerMinute { get; set; }

    public RetryAfterForm ThrottleForm { get; set; } = RetryAfterForm.Seconds;

    /// <summary>Active indicators of <c>Microsoft Defender ATP</c> that the tenant may hold.</summary>
    public int DefenderCapacity { get; set; } = 15_000;

    /// <summary>How long a new indicator is missing from lists.</summary>
    public TimeSpan ReadLag { get; set; }

    /// <summary>deleteTiIndicatorsByExternalId is answered 501.</summary>
    public bool RefusesDeleteByExternalId { get; set; }

    /// <summary>A wrong enum value fails the whole batch with 400, instead of its item.</summary>
    public bool EnumFailsBatch { get; set; }

    /// <summary>Undeclared properties are kept and given back, as the open type allows.</summary>
    public bool EchoesUndeclared { get; set; } = true;

    /// <summary>Undeclared properties that clients are known to send; others are answered 501.</summary>
    public string[] UndeclaredNames { get; set; } = ["indicatorRequestHash"];

    /// <summary>A new item with this text in it is refused.</summary>
    public string? RefusedValue { get; set; }

    public TiErrorForm ErrorForm { get; set; }

    /// <summary>The code of a deletion's result is a number, as declared, instead of a text, as recorded.</summary>
    public bool NumericResultCodes { get; set; }

    /// <summary>Items of an answer are in a different order from the request.</summary>
    public bool ReversesAnswers { get; set; }
}

using System.Globalization;
using MispGraphSync.Sandbox;
using MispGraphSync.Tests.Facts;

namespace MispGraphSync.Tests.Simulation;

/// <summary>
/// One thing that happens in a history. It has all that it needs, so that a history without some of its steps is a history too.
/// Its text is for people who look for the cause of a failure.
/// </summary>
internal abstract record Step
{
    private Step()
    {
    }

    /// <summary>How a service behaves where no document says it.</summary>
    public sealed record Answer(Fact Fact, int Choice) : Step
    {
        public override string ToString() => $"from the start, {Fact.Switch} is {Fact.Answers![Choice]}";
    }

    /// <summary>A second source, which is a MISP user with other events, or a folder of saved events.</summary>
    public sealed record SecondSource(bool IsSaved) : Step
    {
        public override string ToString() =>
            $"from the start, there is a second source: {(IsSaved ? "a folder of saved events" : "a MISP user")}";
    }

    /// <summary>Changes at MISP.</summary>
    public sealed record Change(int Seed, int Times) : Step
    {
        public override string ToString() => $"{Times} changes at MISP (seed {Seed})";
    }

    public sealed record Settings(Selection Selection) : Step
    {
        public override string ToString() => $"other settings: {Selection}";
    }

    /// <summary>A ledger is lost in some way.</summary>
    public sealed record Loss(LossKind Kind, bool WithLogs, int Seed) : Step
    {
        public override string ToString() => $"{Kind} ledger{(WithLogs ? ", logs too" : "")}";
    }

    /// <summary>The files of a machine's ledger are copied.</summary>
    public sealed record Backup : Step
    {
        public override string ToString() => "a backup of the ledger";
    }

    /// <summary>Time passes, and the tool runs.</summary>
    public sealed record Run : Step
    {
        public Verb Verb { get; init; }

        public TimeSpan After { get; init; }

        public int Source { get; init; }

        public bool HasLedger { get; init; } = true;

        /// <summary>With <c>--accept-changes --max-delete 100%</c>.</summary>
        public bool Accepts { get; init; }

        public bool Full { get; init; }

        /// <summary>How far the machine's clock is ahead.</summary>
        public TimeSpan ClockAhead { get; init; }

        public TimeSpan? MaxDuration { get; init; }

        public IReadOnlyList<Trouble> Troubles { get; init; } = [];

        public override string ToString()
        {
            List<string> parts = [$"{Text(After)} later: {Verb}{(Source > 0 ? " of the second source" : "")}"];
            if (!HasLedger) parts.Add("without a ledger");
            if (Accepts) parts.Add("accepting changes");
            if (Full) parts.Add("in full");
            if (ClockAhead != TimeSpan.Zero) parts.Add($"clock {Text(ClockAhead)} ahead");
            if (MaxDuration is { } most) parts.Add($"for {Text(most)} at most");
            return string.Join(", ", [.. parts, .. Troubles.Select(one => $"{one}")]);
        }

        private static string Text(TimeSpan time) => time.TotalHours >= 48
            ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0.#} days")
            : time.TotalHours >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.#} hours")
            : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s");
    }
}

internal enum Verb
{
    Push,
    PushOfOneEvent,
    Plan,
    Retry,
    Repair,
    Purge,
}

internal enum LossKind
{
    Deleted,
    Restored,

    /// <summary>The other machine runs from now on.</summary>
    OtherMachines,

    /// <summary>The other machine runs from now on, with a copy of this one's.</summary>
    Moved,

    /// <summary>This machine has a copy of the other one's.</summary>
    Foreign,
}

/// <summary>A request of a run.</summary>
/// <param name="Nth">From 1, of those to this service.</param>
/// <param name="IsWrite">Only those that may change something are counted.</param>
internal sealed record Target(Service Service, int Nth, bool IsWrite)
{
    public bool Counts(SeenRequest request) => !IsWrite || request.Method != "GET";

    public override string ToString() => $"{(IsWrite ? "write" : "request")} {Nth} to {Service}";
}

/// <summary>What goes wrong in a run.</summary>
internal abstract record Trouble
{
    private Trouble()
    {
    }

    /// <summary>The exit codes that may follow, besides that of a run without trouble.</summary>
    public abstract IEnumerable<int> Codes { get; }

    public sealed record Answered(Target Target, Fault Fault, int Times) : Trouble
    {
        public override IEnumerable<int> Codes => Target.Service == Service.Entra ? [4, 5] : [3, 5];

        public override string ToString() => $"{Target}{(Times > 1 ? $" and {Times - 1} more" : "")}: {Fault}";
    }

    /// <summary>The response comes after so long a time.</summary>
    public sealed record Slow(Target Target, TimeSpan Time) : Trouble
    {
        public override IEnumerable<int> Codes => [3, 5];

        public override string ToString() => $"{Target} takes {Time.TotalSeconds:0} s";
    }

    /// <summary>The process ends while this request is sent.</summary>
    public sealed record Killed(Target Target, bool AfterHandling) : Trouble
    {
        public override IEnumerable<int> Codes => [];

        public override string ToString() => $"killed {(AfterHandling ? "after" : "before")} {Target} was handled";
    }

    public sealed record Signalled(Target Target) : Trouble
    {
        public override IEnumerable<int> Codes => [130];

        public override string ToString() => $"Ctrl-C during {Target}";
    }

    /// <summary>Each service refuses a value.</summary>
    public sealed record Refused(string Value) : Trouble
    {
        public override IEnumerable<int> Codes => [3];

        public override string ToString() => $"'{Value}' is refused";
    }

    /// <summary>Defender has room for some more only.</summary>
    public sealed record Full(int Room) : Trouble
    {
        public override IEnumerable<int> Codes => [3];

        public override string ToString() => $"Defender has room for {Room}";
    }

    /// <summary>The app has lost its permission.</summary>
    public sealed record Forbidden(string Kind) : Trouble
    {
        public override IEnumerable<int> Codes => [3, 4];

        public override string ToString() => $"no permission at {Kind}";
    }

    /// <summary>MISP lists an event and does not give it.</summary>
    public sealed record Dropped(int Number) : Trouble
    {
        public override IEnumerable<int> Codes => [3];

        public override string ToString() => $"MISP does not give event {Number}";
    }

    /// <summary>MISP gives no event in full.</summary>
    public sealed record Unread : Trouble
    {
        public override IEnumerable<int> Codes => [3, 5];

        public override string ToString() => "MISP gives no event in full";
    }

    /// <summary>MISP is out of reach.</summary>
    public sealed record Outage : Trouble
    {
        public override IEnumerable<int> Codes => [5];

        public override string ToString() => "MISP is out of reach";
    }
}

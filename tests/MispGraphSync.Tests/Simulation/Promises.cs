using System.Text.Json;
using MispGraphSync.Sandbox;

namespace MispGraphSync.Tests.Simulation;

/// <summary>
/// What must hold after each run, however it ended. No product code is used:
/// <list type="bullet">
/// <item>once: no value of ours is twice at a destination;</item>
/// <item>others: nothing that others put there is touched;</item>
/// <item>account: the report adds up, and its exit code is that of the process;</item>
/// <item>exit code: it is one that the troubles of the run explain, and no milder than that of a destination;</item>
/// <item>TLP: nothing that a run writes is above <c>maxTlp</c> of its settings;</item>
/// <item>wanted: a run writes only values that MISP had for the settings of some time; where settings changed since a source was read, only
/// values that its events had;</item>
/// <item>kept: nothing is deleted that MISP has for the settings, or that an event which this run could not read last supported;
/// and nothing at all where the list of events was not read, where only a part was asked for, where deletions are withheld, or where
/// settings that choose otherwise were not accepted;</item>
/// <item>equal: where a destination is done (0) after a complete read, it has exactly what MISP implies, with the right TLP and with
/// more than a sixth of the lifetime left;</item>
/// <item>rest: the next run sends nothing.</item>
/// </list>
/// A value that a service refused may be missing, or be there in its old form, until it is sent again. A wanted value may be missing
/// after a run that ended early at Graph or Defender: a replacement deletes it first, and the next run restores it. What Graph got in
/// such a run without an answer is deleted by the next one, and created again only where it is still wanted. Where two sources
/// share a lost ledger, each with settings of its own, a run of one knows nothing of the other. A new ledger whose Sentinel cannot be
/// listed leaves what it does not know to the next run. Where Sentinel hides revoked indicators, a ledger that was not always there does
/// not know which ids are used up: what returns may be missing until the first full read after it, which finds that it is not listed.
/// </summary>
internal sealed class Promises(World world)
{
    private static readonly int[] BySeverity = [130, 1, 2, 11, 4, 7, 6, 8, 5, 3, 10, 0];

    private readonly Dictionary<string, Dictionary<string, string>> _theirs = [];
    private readonly HashSet<string> _taken = [];
    private readonly HashSet<string> _ever = [];
    private readonly HashSet<string> _everInEvents = [];
    private readonly HashSet<string> _refused = [];
    private readonly HashSet<string> _unconfirmed = [];
    private readonly HashSet<int> _done = [];
    private readonly Dictionary<int, Dictionary<string, HashSet<string>>> _read = [];
    private readonly Dictionary<(string Kind, int Source), Selection> _accepted = [];
    private bool _mayForget;
    private bool _hasLostLedger;

    private SandboxHost Sandbox => world.Sandbox;

    /// <summary>What is at a service now belongs to others.</summary>
    public void KeepOthers(string kind)
    {
        var there = Sandbox.Items(kind);
        _theirs[kind] = there.ToDictionary(one => one.Id, one => one.Json);
        // At Defender a value has one owner.
        if (kind == "defender") _taken.UnionWith(there.Select(one => one.Value));
    }

    /// <summary>MISP has changed.</summary>
    public void Changed()
    {
        _done.Clear();
        _ever.UnionWith(world.Events.Wanted(world.Selection).Keys);
        _everInEvents.UnionWith(world.Events.Wanted(Selection.Everything).Keys);
    }

    /// <summary>The settings choose something else: what they no longer choose may be deleted.</summary>
    public void Chosen()
    {
        _read.Clear();
        Changed();
    }

    public void Lost()
    {
        _hasLostLedger = true;
        _done.Clear();
        _accepted.Clear();
        _mayForget = world.Keys.Count > 1;
    }

    /// <summary>What was refused has been sent again.</summary>
    public void Retried() => _refused.Clear();

    /// <summary>What is at each service before a run.</summary>
    public Dictionary<string, IReadOnlyList<SandboxItem>> Begin() => SandboxItems.Kinds.ToDictionary(kind => kind, Ours);

    /// <param name="result">Null: the run was killed.</param>
    public void Check(Step.Run run, ToolResult? result, Dictionary<string, IReadOnlyList<SandboxItem>> before)
    {
        foreach (var refused in run.Troubles.OfType<Trouble.Refused>())
            _refused.UnionWith(Enumerable.Range(0, HistoryMaker.Values).Select(RandomEvents.Bare)
                .Where(value => value.Contains(refused.Value, StringComparison.Ordinal)));
        var facts = new RunFacts(run, result, ReportOf(run, result));
        _hasLostLedger |= !run.HasLedger;
        foreach (var kind in SandboxItems.Kinds)
        {
            var now = Ours(kind);
            CheckOnce(kind, now, facts);
            CheckOthers(kind, facts);
            CheckWritten(kind, before[kind], now, facts);
            CheckKept(kind, before[kind], now, facts);
            if (kind == "graph") NoteUnconfirmed(before[kind], now, facts);
        }

        CheckAccount(facts);
        CheckCode(facts);
        Note(facts);
        foreach (var kind in SandboxItems.Kinds) CheckEqual(kind, facts);
        Sandbox.MispState.DroppedFromPages.Clear();
    }

    public void CheckRest()
    {
        foreach (var kind in SandboxItems.Kinds)
        {
            List<SeenRequest> writes =
                [.. Sandbox.Writes(kind).Where(one => !one.Path.Contains("queryIndicators", StringComparison.Ordinal))];
            Require(writes.Count == 0, "rest", $"{kind} got {string.Join(", ", writes)}");
        }
    }

    private IReadOnlyList<SandboxItem> Ours(string kind) => [.. Sandbox.Items(kind).Where(one => !_theirs[kind].ContainsKey(one.Id))];

    private static void CheckOnce(string kind, IReadOnlyList<SandboxItem> now, RunFacts facts)
    {
        var twice = now.CountBy(one => one.Value).Where(one => one.Value > 1).Select(one => one.Key).ToList();
        Require(twice.Count == 0, "once", $"{kind} has twice: {string.Join(", ", twice)}", facts);
    }

    private void CheckOthers(string kind, RunFacts facts)
    {
        var now = Sandbox.Items(kind).ToDictionary(one => one.Id, one => one.Json);
        List<string> touched = [.. _theirs[kind].Where(one => now.GetValueOrDefault(one.Key) != one.Value).Select(one => one.Value)];
        Require(touched.Count == 0, "others", $"{kind}: touched {string.Join("; ", touched)}", facts);
    }

    private void CheckWritten(string kind, IReadOnlyList<SandboxItem> before, IReadOnlyList<SandboxItem> now, RunFacts facts)
    {
        var old = before.Select(one => one.Json).ToHashSet();
        List<SandboxItem> written = [.. now.Where(one => !old.Contains(one.Json))];
        Require(written.Count == 0 || facts.Run.Verb != Verb.Plan, "wanted", $"{kind} was written by a plan", facts);
        var readsAll = facts.Run.Verb == Verb.Push && world.Keys.Count == 1;
        List<string> strange = [.. written.Select(one => one.Value).Except(readsAll ? _ever : _everInEvents)];
        Require(strange.Count == 0, "wanted", $"{kind} got {string.Join(", ", strange)}", facts);
        var most = Selection.Rank(world.Selection.MaxTlp);
        List<string> above = [.. written.Where(one => one.Tlp.Length > 0 && Selection.Rank(one.Tlp) > most)
            .Select(one => $"{one.Value} {one.Tlp}")];
        Require(above.Count == 0, "TLP", $"{kind} got {string.Join(", ", above)}", facts);
    }

    private void CheckKept(string kind, IReadOnlyList<SandboxItem> before, IReadOnlyList<SandboxItem> now, RunFacts facts)
    {
        if (facts.Run.Verb == Verb.Purge) return;
        var there = now.Select(one => one.Value).ToHashSet();
        HashSet<string> gone = [.. before.Where(one => one.Expires > world.Time && !there.Contains(one.Value)).Select(one => one.Value)];
        var isCutShort = facts.IsKilled || facts.CodeOf(kind) != 0;
        // It may be deleted to be sent again.
        var mayBeReplaced = isCutShort && kind != "sentinel";
        if (gone.Count == 0) return;
        if (facts.MustDeleteNothing(kind, isOfMisp: !IsOfFolder(facts.Run)) || IsUnaccepted(kind, facts.Run))
        {
            RequireKept(gone.Where(value => !mayBeReplaced || !IsWanted(value))
                .Where(value => kind != "graph" || !_unconfirmed.Contains(value) || IsWanted(value)));
        }

        if (mayBeReplaced || _mayForget) return;
        var supported = Supported(facts);
        RequireKept(gone.Where(supported.Contains));

        void RequireKept(IEnumerable<string> values)
        {
            List<string> lost = [.. values];
            Require(lost.Count == 0, "kept", $"{kind} lost {string.Join(", ", lost)}", facts);
        }
    }

    // What got no answer is deleted before it is created again, and is not created where it is not wanted any more.
    private void NoteUnconfirmed(IReadOnlyList<SandboxItem> before, IReadOnlyList<SandboxItem> now, RunFacts facts)
    {
        if (!facts.IsKilled && facts.CodeOf("graph") == 0) _unconfirmed.Clear();
        else _unconfirmed.UnionWith(now.Select(one => one.Value).Except(before.Select(one => one.Value)));
    }

    /// <summary>The settings choose otherwise than those whose deletions were sent last, and nobody has accepted that.</summary>
    private bool IsUnaccepted(string kind, Step.Run run) => run is { Verb: Verb.Push, Accepts: false, HasLedger: true }
        && _accepted.TryGetValue((kind, SourceOf(run)), out var accepted)
        && accepted with { Days = 0 } != world.Selection with { Days = 0 };

    private bool IsWanted(string value) => world.Events.Wanted(world.Selection).ContainsKey(value);

    /// <summary>
    /// The values that a run must know as wanted: another source's as it was read last; those of the source as it is now; where that
    /// was not read to its end, those that its events gave and give; where no event was read, those that its events gave.
    /// </summary>
    private HashSet<string> Supported(RunFacts facts)
    {
        HashSet<string> values = [];
        for (var source = 0; source < world.Keys.Count; source++)
        {
            var read = _read.GetValueOrDefault(source) ?? [];
            var now = NowOf(source);
            IEnumerable<HashSet<string>> given = source != SourceOf(facts.Run) ? read.Values
                : facts.IsReadComplete && facts.Run.Verb == Verb.Push ? now.Values
                : facts.IsUnread ? read.Where(one => now.ContainsKey(one.Key)).Select(one => one.Value)
                : Common(read, now).Values;
            foreach (var some in given) values.UnionWith(some);
        }

        return values;
    }

    private Dictionary<string, HashSet<string>> NowOf(int source) => world.Events.WantedByEvent(world.Keys[source], world.Selection);

    private static Dictionary<string, HashSet<string>> Common(
        Dictionary<string, HashSet<string>> one, Dictionary<string, HashSet<string>> other) =>
        one.Where(some => other.ContainsKey(some.Key))
            .ToDictionary(some => some.Key, some => some.Value.Intersect(other[some.Key]).ToHashSet());

    private int SourceOf(Step.Run run) => Math.Min(run.Source, world.Keys.Count - 1);

    private bool IsOfFolder(Step.Run run) => world.Events.SavedKey is { } saved && world.Keys[SourceOf(run)] == saved;

    private static void CheckAccount(RunFacts facts)
    {
        if (facts.Report is not { } report) return;
        var source = report.GetProperty("source");
        var skipped = source.GetProperty("skipped").EnumerateObject().Sum(one => one.Value.GetInt64());
        var accounted = Count(source, "mapped") + Count(source, "context") + skipped;
        Require(Count(source, "attributes") == accounted, "account", "attributes", facts);
        foreach (var destination in report.GetProperty("destinations").EnumerateArray())
        {
            var planned = destination.GetProperty("planned").EnumerateObject().Sum(one => one.Value.GetInt64());
            var done = Count(destination, "accepted") + Count(destination, "rejected") + Count(destination, "unknown")
                + Count(destination, "notAttempted");
            Require(planned == done, "account", $"{destination.GetProperty("name")}: {planned} planned, {done} done", facts);
        }
    }

    private static long Count(JsonElement json, string name) => json.GetProperty(name).GetInt64();

    private void CheckCode(RunFacts facts)
    {
        if (facts.Result is not { } result) return;
        HashSet<int> allowed = [0, .. facts.Run.Troubles.SelectMany(trouble => trouble.Codes)];
        if (!facts.Run.Accepts) allowed.Add(6);
        if (facts.Run.MaxDuration is not null) allowed.Add(8);
        // What could not be listed was not compared.
        if (facts.Run.Full && facts.Run.Troubles.Any(one => one is Trouble.Answered or Trouble.Slow)) allowed.Add(3);
        // With a ledger that may be an old copy, nothing is repaired or sent again.
        if (_refused.Count > 0 || facts.Run.Verb is Verb.Repair or Verb.Retry or Verb.PushOfOneEvent) allowed.Add(3);
        Require(allowed.Contains(result.Code), "exit code", $"{result.Code} is not explained", facts);
        if (facts.Report is not { } report) return;
        Require(report.GetProperty("exitCode").GetInt32() == result.Code, "exit code", "the report has another one", facts);
        foreach (var kind in SandboxItems.Kinds)
        {
            var code = facts.CodeOf(kind);
            Require(Severity(code) >= Severity(result.Code), "exit code", $"{kind} has {code}", facts);
            var destination = facts.DestinationOf(kind)!.Value;
            var failed = Count(destination, "rejected") + Count(destination, "unknown") + Count(destination, "notAttempted");
            Require(code != 0 || failed == 0 || facts.Run.Verb == Verb.Plan, "exit code", $"{kind} is done, but for {failed} steps", facts);
        }
    }

    private static int Severity(int code) => Array.IndexOf(BySeverity, code);

    /// <summary>What is known of MISP after the run.</summary>
    private void Note(RunFacts facts)
    {
        foreach (var kind in facts.Run is { Verb: Verb.Push, HasLedger: true } ? SandboxItems.Kinds : [])
        {
            var code = facts.CodeOf(kind);
            if (code == 0 && facts.IsReadComplete) _accepted[(kind, SourceOf(facts.Run))] = world.Selection;
            else if (code != 6) _accepted.Remove((kind, SourceOf(facts.Run)));
        }

        if (facts.Run.Verb is not (Verb.Push or Verb.PushOfOneEvent)) return;
        var source = SourceOf(facts.Run);
        var isWhole = facts.Run.Verb == Verb.Push && facts.IsReadComplete;
        // Which events were read is not known: their last state may be either.
        _read[source] = isWhole ? NowOf(source) : Common(_read.GetValueOrDefault(source) ?? [], NowOf(source));
        if (!isWhole) return;
        if (facts.Result is { Code: 0 }) _done.Add(source);
        if (_done.Count == world.Keys.Count) _mayForget = false;
    }

    private void CheckEqual(string kind, RunFacts facts)
    {
        if (facts.Run.Verb != Verb.Push || !facts.IsReadComplete || facts.CodeOf(kind) != 0 || facts.MayLackList(kind)) return;
        if (world.Keys.Count > 1 && _done.Count < world.Keys.Count) return;
        var taken = kind == "defender" ? _taken : [];
        var now = Ours(kind);
        List<string> wanted = [.. world.Events.Wanted(world.Selection)
            .Where(one => !taken.Contains(one.Key) && !_refused.Contains(one.Key)).Select(one => Text(kind, one.Key, one.Value))];
        List<string> held = [.. now.Where(one => !_refused.Contains(one.Value)).Select(one => Text(kind, one.Value, one.Tlp))];
        // Of what may be missing, nothing can be said.
        if (kind == "sentinel" && Sandbox.SentinelState.HidesRevoked && _hasLostLedger && (!facts.Run.Full || facts.Creates(kind)))
            wanted = [.. wanted.Intersect(held)];
        Require(wanted.Order(StringComparer.Ordinal).SequenceEqual(held.Order(StringComparer.Ordinal)), "equal",
            $"{kind} lacks [{string.Join("; ", wanted.Except(held))}], has too much [{string.Join("; ", held.Except(wanted))}]", facts);

        // An indicator is renewed when less than a quarter of its life is left; the shortest is 20 days.
        var soon = world.Time.AddDays(20 / 6.0);
        List<string> old = [.. now.Where(one => one.Expires < soon && !_refused.Contains(one.Value)).Select(one => one.Value)];
        Require(old.Count == 0 || world.Keys.Count > 1, "equal", $"{kind}: not renewed: {string.Join(", ", old)}", facts);
    }

    private static string Text(string kind, string value, string tlp) => kind == "defender" ? value : $"{value} {tlp}";

    private static JsonElement? ReportOf(Step.Run run, ToolResult? result) =>
        run.Verb == Verb.Repair || result is not { Out: ['{', ..] } ? null : result.Json;

    private static void Require(bool holds, string promise, string detail, RunFacts? facts = null)
    {
        if (holds) return;
        var lines = facts?.Result?.Error.Split('\n').Where(line => line.StartsWith("warning: ", StringComparison.Ordinal)) ?? [];
        throw new BrokenPromiseException(promise, $"{detail}\n{facts?.Result?.Out}{string.Join('\n', lines)}");
    }
}

/// <summary>A run as the promises look at it.</summary>
internal sealed record RunFacts(Step.Run Run, ToolResult? Result, JsonElement? Report)
{
    public bool IsKilled => Result is null;

    public bool IsReadComplete => Report is { } report && report.GetProperty("source") is var source
        && source.GetProperty("complete").GetBoolean() && source.GetProperty("error").ValueKind == JsonValueKind.Null;

    public bool Creates(string kind) =>
        DestinationOf(kind) is { } it && it.GetProperty("planned").GetProperty("create").GetInt64() > 0;

    public JsonElement? DestinationOf(string kind) => Report is not { } report ? null
        : report.GetProperty("destinations").EnumerateArray().FirstOrDefault(one => one.GetProperty("kind").GetString() == kind) is
        { ValueKind: JsonValueKind.Object } found ? found : null;

    /// <summary>The exit code of a destination; that of the run where its report has none.</summary>
    public int CodeOf(string kind) => DestinationOf(kind)?.GetProperty("exitCode").GetInt32() ?? Result?.Code ?? -1;

    /// <summary>The run could not see that anything was withdrawn, or had to leave it.</summary>
    /// <param name="isOfMisp">False: it reads a folder, which is there while MISP is out of reach.</param>
    public bool MustDeleteNothing(string kind, bool isOfMisp)
    {
        if (Run.Verb is Verb.Plan or Verb.PushOfOneEvent) return true;
        if (isOfMisp && Run.Troubles.Any(trouble => trouble is Trouble.Outage)) return true;
        if (Run.Verb != Verb.Push || IsKilled) return false;
        return Report is not { } report || report.GetProperty("source").GetProperty("error").ValueKind != JsonValueKind.Null
            || CodeOf(kind) == 6 || (!IsReadComplete && Run.Troubles.Any(trouble => trouble is Trouble.Dropped));
    }

    /// <summary>MISP gave no event.</summary>
    public bool IsUnread => Run.Verb == Verb.Push && !IsKilled && Run.Troubles.Any(trouble => trouble is Trouble.Unread);

    /// <summary>A new ledger and no list: what an earlier ledger sent is not known, which the run says. The next one lists.</summary>
    public bool MayLackList(string kind) => kind == "sentinel" && Run.Troubles.Any(trouble =>
        trouble is Trouble.Answered { Target.Service: Service.Management or Service.Entra }
            or Trouble.Slow { Target.Service: Service.Management or Service.Entra });
}

/// <summary>A promise that does not hold.</summary>
internal sealed class BrokenPromiseException(string promise, string detail) : Exception($"{promise}: {detail}")
{
    public string Promise => promise;

    /// <summary>The number of the step; the end of the history where it is none.</summary>
    public int After { get; set; } = int.MaxValue;
}

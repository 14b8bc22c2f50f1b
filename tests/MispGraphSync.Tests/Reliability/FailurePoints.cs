using MispGraphSync.Ledger;
using MispGraphSync.Sandbox;
using MispGraphSync.Text;
using SQLitePCL;

namespace MispGraphSync.Tests.Reliability;

/// <summary>The ways out of the program, and the one way in.</summary>
internal enum Port
{
    /// <summary>A statement that writes to the ledger, or a commit.</summary>
    Ledger,

    /// <summary>A file of its own that is opened to write, or renamed.</summary>
    File,

    /// <summary>A request that is about to arrive.</summary>
    Request,

    /// <summary>The response of a request that was handled.</summary>
    Response,

    /// <summary>A page of MISP that has arrived in part.</summary>
    Page,
}

internal enum Harm
{
    /// <summary>Nothing more reaches the ledger, the files or the network.</summary>
    Kill,

    /// <summary>One call fails as on a full disk.</summary>
    NoSpace,

    /// <summary>One call fails as on a broken disk.</summary>
    BadDisk,

    /// <summary>One connection breaks.</summary>
    Reset,
}

/// <param name="Number">From 1, among those of its port in one run.</param>
internal sealed record FailurePoint(Port Port, int Number, string What)
{
    public IReadOnlyList<Harm> Harms =>
        Port is Port.Ledger or Port.File ? [Harm.Kill, Harm.NoSpace, Harm.BadDisk] : [Harm.Kill, Harm.Reset];

    /// <summary>It is this one, in another run of the same history.</summary>
    public bool Is(FailurePoint other) => (Port, Number) == (other.Port, other.Number);

    public override string ToString() => $"{Port} {Number} ({What})";
}

/// <summary>
/// Counts the points of one run at which it can fail or be killed, and strikes at one of them. Each port reports its own calls, so
/// a new caller needs nothing.
/// </summary>
/// <param name="at">The first such point; null: count only.</param>
internal sealed class FailurePoints(SandboxRun run, Func<FailurePoint, bool>? at = null, Harm harm = Harm.Kill)
{
    private const int NoSpace = 28;
    private const int BadDisk = 5;

    private static readonly AsyncLocal<FailurePoints?> Watching = new();
    private static readonly Service[] Services = [.. Enum.GetValues<Service>().Except([Service.Control])];

    private readonly Lock _gate = new();
    private readonly List<FailurePoint> _seen = [];
    private Action? _stop;
    private bool _isDead;

    static FailurePoints()
    {
        // Other tests run at the same time.
        Sqlite.BeforeStep = static statement => Watching.Value?.OfStatement(statement);
        PrivateFile.BeforeChange = static path => Watching.Value?.OfFile(path);
    }

    public IReadOnlyList<FailurePoint> Seen => _seen;

    /// <summary>The run came to the point.</summary>
    public bool IsReached { get; private set; }

    /// <summary>Removes all faults of the sandbox afterwards.</summary>
    public async Task<ToolResult> RunAsync(params string[] args)
    {
        var faults = run.Sandbox.Faults;
        foreach (var service in Services)
        {
            faults.Add(service, new Fault.Reset(), times: int.MaxValue, when: one => Strikes(Port.Request, one));
            faults.Add(service, new Fault.Reset(AfterHandling: true), times: int.MaxValue, when: one => Strikes(Port.Response, one));
        }

        faults.Add(Service.Misp, new Fault.CutOff(), times: int.MaxValue, when: one => Strikes(Port.Page, one));
        var stop = new CancellationTokenSource();
        _stop = () => _ = stop.CancelAsync();
        (run.Interrupt, run.Abort) = (stop.Token, stop.Token);
        Watching.Value = this;
        try
        {
            return await run.RunAsync(args);
        }
        finally
        {
            Watching.Value = null;
            (run.Interrupt, run.Abort) = (default, default);
            faults.Clear();
        }
    }

    private bool Strikes(Port port, SeenRequest request)
    {
        // A killed program makes no request, so there is no response either.
        lock (_gate)
        {
            if (_isDead && port != Port.Request) return false;
        }

        return Strikes(port, $"{request.Service} {request.Method} {request.Path.Split('?')[0]}");
    }

    // As SQLite answers: an I/O error ends the transaction, a full disk only where it fails the commit.
    private int? OfStatement(sqlite3_stmt statement)
    {
        var sql = raw.sqlite3_sql(statement).utf8_to_string();
        var isCommit = sql == "COMMIT";
        if (!isCommit && raw.sqlite3_stmt_readonly(statement) != 0) return null;
        if (raw.sqlite3_stmt_busy(statement) != 0) return null;
        if (!Strikes(Port.Ledger, sql)) return null;
        var database = raw.sqlite3_db_handle(statement);
        if ((!IsFull || isCommit) && raw.sqlite3_get_autocommit(database) == 0) raw.sqlite3_exec(database, "ROLLBACK");
        return IsFull ? raw.SQLITE_FULL : raw.SQLITE_IOERR;
    }

    private void OfFile(string path)
    {
        if (!Strikes(Port.File, Path.GetFileName(path))) return;
        throw IsFull
            ? new IOException($"No space left on device : '{path}'", NoSpace)
            : new IOException($"Input/output error : '{path}'", BadDisk);
    }

    private bool IsFull => harm == Harm.NoSpace;

    private bool Strikes(Port port, string what)
    {
        lock (_gate)
        {
            if (_isDead)
            {
                _stop?.Invoke();
                return true;
            }

            var point = new FailurePoint(port, _seen.Count(one => one.Port == port) + 1, string.Join(' ', what.Split().Take(5)));
            _seen.Add(point);
            if (IsReached || at?.Invoke(point) != true) return false;
            IsReached = true;
            if (harm != Harm.Kill) return true;
            _isDead = true;
            // Before a response is lost, its request is handled. Without a stop, the program waits to try again.
            if (port is not (Port.Response or Port.Page)) _stop?.Invoke();
            return true;
        }
    }
}

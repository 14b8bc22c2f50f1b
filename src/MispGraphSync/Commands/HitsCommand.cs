using System.CommandLine;
using System.Globalization;
using MispGraphSync.Hits;
using MispGraphSync.Ledger;
using MispGraphSync.Output;

namespace MispGraphSync.Commands;

/// <summary>What <c>hits</c> looks at.</summary>
internal sealed record HitsRequest(CommonArguments Common)
{
    /// <summary>Empty: all enabled ones.</summary>
    public IReadOnlyList<string> Destinations { get; init; } = [];

    /// <summary>Null: as the settings say.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Empty: all of them.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>Write sightings, whatever the settings say.</summary>
    public bool Sightings { get; init; }

    public bool IsDryRun { get; init; }

    public TimeSpan Wait { get; init; }
}

/// <summary><c>misp-graph hits</c>: which indicators fired; with <c>--sightings</c> MISP gets to know.</summary>
internal sealed class HitsCommand : Command
{
    private readonly Option<string[]> _destinations = NewOption.Destinations();
    private readonly Option<string?> _since = NewOption.Of<string?>(
        "--since", "TIME",
        "List what fired since then, such as 30d or 2026-01-31, at most a year. Default: as many days as alerts.lookBackDays.");

    private readonly Option<string[]> _sources = NewOption.Of<string[]>(
        "--source", "NAME", "Only indicators of this source; may be given several times. Default: all.");

    private readonly Option<bool> _sightings = NewOption.Flag("--sightings", "Write the hits to MISP as sightings, each once.");
    private readonly Option<bool> _dryRun = NewOption.Flag(
        "--dry-run", "Write nothing; with --sightings, list what would be written.", "-n");

    private readonly Option<string?> _wait = NewOption.Of<string?>(
        "--wait", "DURATION", "How long to wait while another run holds the lock, such as 10m.");

    public HitsCommand(CommonOptions common, ToolHost host, Func<HitsRequest, Task<HitsReport>> runAsync)
        : base("hits", "Lists which indicators fired, from Microsoft's alerts; writes MISP sightings.")
    {
        foreach (var option in (Option[])[_destinations, _since, _sources, _sightings, _dryRun, _wait]) Add(option);
        SetAction(async (args, _) =>
        {
            var format = common.Format(args);
            var request = new HitsRequest(common.Read(args))
            {
                Destinations = args.GetValue(_destinations) ?? [],
                Since = SinceOf(args, host),
                Sources = args.GetValue(_sources) ?? [],
                Sightings = args.GetValue(_sightings),
                IsDryRun = args.GetValue(_dryRun),
                Wait = RunOptions.DurationOf(args, _wait) ?? TimeSpan.Zero,
            };
            var report = await runAsync(request).ConfigureAwait(false);
            var page = common.NewPage(args, host);
            HitsOutput.Write(format, host.Out, report, page, isVerbose: request.Common.IsVerbose);
            foreach (var failure in HitsOutput.Failures(report)) host.Warn(failure);
            return ExitCodes.Of(report.Outcome);
        });
    }

    private DateTimeOffset? SinceOf(ParseResult args, ToolHost host)
    {
        if (args.GetValue(_since) is not { } text) return null;
        var now = host.Time.GetUtcNow();
        var oldest = now - HitLedger.Kept;
        if (Durations.Parse(text) is { } duration) return duration < HitLedger.Kept ? now - duration : oldest;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && at <= now)
            return at > oldest ? at : oldest;
        throw RunOptions.Wrong(_since, text, "a duration such as 30d, or a day in the past such as 2026-01-31");
    }
}

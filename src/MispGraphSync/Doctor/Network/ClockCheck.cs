using MispGraphSync.Core.Ports;

namespace MispGraphSync.Doctor.Network;

/// <summary>This machine's clock against what the services' answers say: tokens and signatures are only good for minutes around now.</summary>
internal sealed class ClockCheck(Connectivity reach) : ICheck
{
    /// <summary>Entra allows so much.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Noticeable = TimeSpan.FromMinutes(1);

    public string Name => "clock";

    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken ct)
    {
        var told = (await reach.ProbeAllAsync().ConfigureAwait(false)).Where(one => one.ClockAhead is not null).ToList();
        if (told.Count == 0) return [CheckResult.Skipped("needs a host that answers")];
        var off = told.Where(one => one.ClockAhead!.Value.Duration() > Noticeable).ToList();
        if (off.Count == 0) return [CheckResult.Ok("agrees with the services' within a minute")];

        // Where some agree with us, it is the others that are wrong.
        if (off.Count < told.Count)
            return [.. off.Select(one => CheckResult.Warning(
                $"The clock of {one.Endpoint.Address} ({string.Join(", ", one.Endpoint.Purposes)}) is {Off(one.ClockAhead!.Value)}; this machine's agrees with the others'.",
                "Set that server's clock right (NTP)."))];

        var ahead = off.OrderBy(one => one.ClockAhead!.Value.Duration()).First().ClockAhead!.Value;
        var cause = $"This machine's clock is {Off(-ahead)}, by what the services say.";
        const string Remedy = "Set it right and keep it so (NTP): timedatectl set-ntp true, or w32tm /resync on Windows.";
        return [ahead.Duration() < Most ? CheckResult.Warning(cause, Remedy) : CheckResult.Failed(RunOutcome.SignInFailed, cause, Remedy)];
    }

    private static string Off(TimeSpan ahead)
    {
        var by = ahead.Duration();
        var length = by < TimeSpan.FromHours(2) ? $"{by.TotalMinutes:0} minutes" : by < TimeSpan.FromDays(2) ? $"{by.TotalHours:0} hours" : $"{by.TotalDays:0} days";
        return $"{length} {(ahead > TimeSpan.Zero ? "ahead" : "behind")}";
    }
}

using MispGraphSync.Core.Sync;

namespace MispGraphSync.Doctor.Network;

/// <summary>This machine's clock against what the services' answers say: tokens and signatures are only good for minutes around now.</summary>
internal sealed class ClockCheck(Reach reach) : ICheck
{
    /// <summary>Entra allows so much.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Noticeable = TimeSpan.FromMinutes(1);

    public string Name => "clock";

    public async Task<IReadOnlyList<Diagnosis>> RunAsync(CancellationToken ct)
    {
        var told = (await reach.AllAsync().ConfigureAwait(false)).Where(one => one.Ahead is not null).ToList();
        if (told.Count == 0) return [Diagnosis.Skipped("needs a host that answers")];
        var off = told.Where(one => one.Ahead!.Value.Duration() > Noticeable).ToList();
        if (off.Count == 0) return [Diagnosis.Ok("agrees with the services' within a minute")];

        // Where some agree with us, it is the others that are wrong.
        if (off.Count < told.Count)
            return [.. off.Select(one => Diagnosis.Warning(
                $"The clock of {one.Host.Address} ({string.Join(", ", one.Host.Purposes)}) is {Off(one.Ahead!.Value)}; this machine's agrees with the others'.",
                "Set that server's clock right (NTP)."))];

        var ahead = off.OrderBy(one => one.Ahead!.Value.Duration()).First().Ahead!.Value;
        var cause = $"This machine's clock is {Off(-ahead)}, by what the services say.";
        const string Remedy = "Set it right and keep it so (NTP): timedatectl set-ntp true, or w32tm /resync on Windows.";
        return [ahead.Duration() < Most ? Diagnosis.Warning(cause, Remedy) : Diagnosis.Failed(ExitCode.SignIn, cause, Remedy)];
    }

    private static string Off(TimeSpan ahead)
    {
        var by = ahead.Duration();
        var length = by < TimeSpan.FromHours(2) ? $"{by.TotalMinutes:0} minutes" : by < TimeSpan.FromDays(2) ? $"{by.TotalHours:0} hours" : $"{by.TotalDays:0} days";
        return $"{length} {(ahead > TimeSpan.Zero ? "ahead" : "behind")}";
    }
}

using MispGraphSync.Core.Ports;

namespace MispGraphSync.Doctor.Local;

/// <summary>Whether requests can be recorded, and for how long there is room.</summary>
internal sealed class LogsCheck(LogsFolder logs) : ICheck
{
    private const long Little = 200L * 1024 * 1024;

    public string Name => "logs";

    public Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<CheckResult>>([Look()]);

    private CheckResult Look()
    {
        var folder = logs.Settings.Directory;
        if (logs.Fault is { } fault)
            return CheckResult.Failed(
                RunOutcome.InvalidInput, $"The log folder {folder} cannot be written: {fault}",
                "Nothing is sent that is not recorded. Give the account that runs misp-graph write access, or set logs.directory to another folder.");
        if (Free(folder) is { } free && free < Little)
            return CheckResult.Warning($"Only {free / (1024 * 1024)} MB are left for {folder}.", "Make room, shorten logs.retentionDays, or set logs.requests to errors.");
        return CheckResult.Ok($"{folder} can be written");
    }

    private static long? Free(string folder)
    {
        try
        {
            return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder)! : folder).AvailableFreeSpace;
        }
        catch (Exception fault) when (fault is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

using MispGraphSync.Destinations;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;
using MispGraphSync.Ledger;
using MispGraphSync.Settings;

namespace MispGraphSync.Doctor;

/// <summary>What can be seen on this machine: settings, file permissions, ledger, log folder.</summary>
internal static class LocalChecks
{
    private const long LittleSpace = 200L * 1024 * 1024;

    /// <summary>Every fault in the settings, and what is allowed but may not be meant.</summary>
    public static Check Settings(SettingsInspection inspection) => new("settings", () => LookAtSettings(inspection));

    /// <param name="failure">There are no settings to look at.</param>
    public static Check Settings(RunFailedException failure) => new("settings", () => [CheckResult.FromFailure(failure)]);

    /// <summary>Whether other users of this machine may read what is secret: settings, files with secrets, the ledger.</summary>
    public static Check Permissions(SettingsInspection inspection) => new("permissions", () => LookAtPermissions(inspection));

    /// <summary>Whether the ledger can be read, or made, and written. Nothing in it is touched.</summary>
    public static Check Ledger(AppSettings settings) =>
        new("ledger", () => [settings.Ledger is { } path ? LookAtLedger(path) : LookAtNoLedger(settings.LockedFile)]);

    /// <summary>Whether requests can be recorded, and for how long there is room.</summary>
    /// <param name="error">As <see cref="ErrorOfWritingTo"/> says.</param>
    public static Check Logs(string folder, string? error) => new("logs", () => [LookAtLogs(folder, error)]);

    /// <summary>Whether the metrics file can be written, and read by its collector. No check where none is set.</summary>
    /// <param name="error">Why it cannot be written; null when it can.</param>
    public static IEnumerable<Check> Metrics(AppSettings settings, string? error) =>
        settings.MetricsTextfile is { } path ? [new Check("metrics", () => [LookAtMetrics(path, error)])] : [];

    /// <summary>Makes a file in the folder and removes it; makes the folder where it is missing, as a push would.</summary>
    /// <returns>Null when the folder can be written.</returns>
    public static string? ErrorOfWritingTo(string folder)
    {
        try
        {
            ProbeFolder(folder);
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return fault.Message;
        }
    }

    private static IReadOnlyList<CheckResult> LookAtSettings(SettingsInspection inspection)
    {
        if (inspection.Faults.Count > 0)
            return [.. inspection.Faults.Select(fault => CheckResult.Failed(
                RunOutcome.InvalidInput, fault.ToString(),
                "Correct it and run misp-graph config validate; docs/configuration.md explains every key."))];

        var ofPermissions = SettingsWarnings.OfOpenSecret(inspection.Values, inspection.File);
        CheckResult[] warnings =
        [
            .. inspection.Warnings.Where(warning => warning != ofPermissions)
                .Select(warning => CheckResult.Warning(warning, "Change it if it is not meant so.")),
            .. inspection.Placeholders
                .Select(label => CheckResult.Warning($"{label} still has the sample's placeholder.", "Put your own value there.")),
            .. OfInstance(inspection.Settings.Instance),
        ];
        if (warnings.Length > 0) return warnings;
        var enabled = inspection.Settings.Destinations.Where(one => one.Enabled).Select(one => one.Name);
        return [CheckResult.Ok($"{inspection.File ?? "from the environment"}; sends to {string.Join(", ", enabled)}")];
    }

    private static IEnumerable<CheckResult> OfInstance(string instance)
    {
        if (instance != new AppSettings().Instance) yield break;
        yield return CheckResult.Warning(
            $"instance has its default, {instance}. A second installation with that name would take the indicators of this one for its "
            + "own, and delete them.",
            "Before the first push, set instance to a name of your own. After it, keep the name if no other installation writes to these "
            + "destinations; otherwise run misp-graph purge, change it, and push again.");
    }

    private static IReadOnlyList<CheckResult> LookAtPermissions(SettingsInspection inspection)
    {
        if (OperatingSystem.IsWindows())
            return [CheckResult.Skipped("on Windows, files take the rights of their folder: see docs/operations.md")];
        var found = new List<CheckResult>();
        if (SettingsWarnings.OfOpenSecret(inspection.Values, inspection.File) is not null)
            found.Add(CheckResult.Warning(
                $"{inspection.File} holds a secret and other users may read it.",
                $"Run chmod {SettingsWarnings.PrivateMode(inspection.File!)} {inspection.File}, "
                + "or write the secret as env:NAME or file:PATH."));
        var files = SecretFiles(inspection.Settings).Append(inspection.Settings.Ledger).OfType<string>().Distinct(StringComparer.Ordinal);
        found.AddRange(files.Where(SettingsWarnings.IsReadableByOthers).Select(file => CheckResult.Warning(
            $"Other users may read {file}.", $"Run chmod {SettingsWarnings.PrivateMode(file)} {file}.")));
        return found.Count > 0 ? found : [CheckResult.Ok("settings, secrets and ledger are for their owner alone")];
    }

    private static IEnumerable<string> SecretFiles(AppSettings settings)
    {
        var signIns = settings.Destinations.Where(one => one.Enabled).SelectMany(one => new[] { one.Auth, one.Auth.VaultSignIn });
        return signIns.OfType<AuthSettings>()
            .SelectMany(auth => new[] { auth.ClientSecret?.File, auth.Certificate?.Path, auth.Certificate?.Password?.File })
            .Concat(settings.Sources.Select(one => one.Key?.File)).OfType<string>();
    }

    private static CheckResult LookAtLedger(string path)
    {
        try
        {
            if (Directory.Exists(path))
                return CheckResult.Failed(RunOutcome.InvalidInput, $"The ledger {path} is a folder.", "Set ledger to the path of a file.");
            // SQLite puts two more files beside it while it works.
            ProbeFolder(Path.GetDirectoryName(path)!);
            if (!File.Exists(path)) return CheckResult.Ok($"{path} does not exist yet: the first push creates it");
            using (File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete)) { }
            using var ledger = LedgerFile.OpenToRead(path);
            var destinations = DestinationRow.All(ledger).Count;
            return RunLock.OwnerOf(path) is { } owner
                ? CheckResult.Ok($"{path}; a run is at work: process {owner.Process} on {owner.Host}")
                : CheckResult.Ok($"{path}, knows {destinations} {(destinations == 1 ? "destination" : "destinations")}");
        }
        catch (RunFailedException failure)
        {
            return CheckResult.FromFailure(failure);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return CheckResult.Failed(
                RunOutcome.InvalidInput, $"The ledger {path} cannot be written: {fault.Message}",
                "Give the account that runs misp-graph write access there, or set ledger to another path.");
        }
    }

    private static CheckResult LookAtNoLedger(string locked) => CheckResult.Ok(
        "none is kept: each run reads all of MISP and lists the destinations"
        + (RunLock.OwnerOf(locked) is { } owner ? $"; a run is at work: process {owner.Process} on {owner.Host}" : ""));

    private static CheckResult LookAtLogs(string folder, string? error)
    {
        if (error is not null)
            return CheckResult.Failed(
                RunOutcome.InvalidInput, $"The log folder {folder} cannot be written: {error}",
                "Nothing is sent that is not recorded. Give the account that runs misp-graph write access, or change logs.directory.");
        return RequestLog.FreeSpaceOf(folder) is { } free && free < LittleSpace
            ? CheckResult.Warning(
                $"Only {free / (1024 * 1024)} MB are left for {folder}.",
                "Make room, shorten logs.retentionDays, or set logs.requests to errors.")
            : CheckResult.Ok($"{folder} can be written");
    }

    private static CheckResult LookAtMetrics(string path, string? error)
    {
        if (error is not null)
            return CheckResult.Warning(
                $"The metrics file {path} cannot be written: {error}",
                "Give the account that runs misp-graph write access to its folder, or change metrics.textfile.");
        return ClosedFolder(Path.GetDirectoryName(path)!) is { } closed
            ? CheckResult.Warning(
                $"The collector cannot read the metrics file {path}: only the owner of {closed} may enter that folder.",
                "Set metrics.textfile to a file in the folder that the collector reads, such as /var/lib/node_exporter.")
            : CheckResult.Ok($"{path} can be written");
    }

    /// <summary>The folder or the outermost of its parents that only its owner may enter; null for none.</summary>
    private static string? ClosedFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return null;
        const UnixFileMode Enter = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        var outer = Path.GetDirectoryName(folder);
        return (outer is null ? null : ClosedFolder(outer)) ?? ((File.GetUnixFileMode(folder) & Enter) == 0 ? folder : null);
    }

    private static void ProbeFolder(string folder)
    {
        PrivateFile.CreateFolder(folder);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose };
        using var probe = new FileStream(Path.Combine(folder, $".misp-graph-doctor-{Path.GetRandomFileName()}.tmp"), options);
        probe.WriteByte(0);
    }
}

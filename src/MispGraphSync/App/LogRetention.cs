using System.Globalization;
using System.Text.RegularExpressions;
using MispGraphSync.Http;

namespace MispGraphSync.App;

/// <summary>
/// Removes log files older than <c>logs.retentionDays</c>, at the end of a run, also of one that failed: some file systems
/// make new files slowly for minutes after many were removed. Touches nothing but files named as ours are.
/// </summary>
internal static partial class LogRetention
{
    public static void Tidy(LogSettings settings, DateTimeOffset now)
    {
        var oldest = now.UtcDateTime.AddDays(-settings.RetentionDays);
        var oldestDay = oldest.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        try
        {
            foreach (var file in Directory.EnumerateFiles(settings.Directory))
            {
                var name = Path.GetFileName(file);
                if (Ours().Match(name) is not { Success: true } match) continue;
                // A file that a killed run left half written has no date in its name.
                var isOld = match.Groups["day"] is { Success: true } day
                    ? string.CompareOrdinal(day.Value, oldestDay) < 0
                    : File.GetLastWriteTimeUtc(file) < oldest;
                if (isOld) Remove(file);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Old files are no reason to fail a run that has done its work; the next one tries again.
        }
    }

    private static void Remove(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // One that belongs to another account keeps no other from going.
        }
    }

    [GeneratedRegex(
        @"^((?<day>\d{8})T\d{6}\.\d{3}Z_\d{6,}_[A-Za-z0-9-]+_\w+\.json|misp-graph-(?<day>\d{8})(_\d{3})?\.(log|jsonl)|\.\d+-\d+\.tmp)\z")]
    private static partial Regex Ours();
}

using System.Text.RegularExpressions;
using MispGraphSync.Configuration;

namespace MispGraphSync;

/// <summary>
/// Removes request files older than <c>logs.retentionDays</c>, at the end of a run: some file systems make new files
/// slowly for minutes after many were removed. Touches nothing but files named as ours are.
/// </summary>
internal static partial class LogRetention
{
    public static void Tidy(LogSettings settings, DateTimeOffset now)
    {
        var oldest = now.UtcDateTime.AddDays(-settings.RetentionDays).ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture);
        try
        {
            foreach (var file in Directory.EnumerateFiles(settings.Directory, "????????T*.json"))
            {
                var name = Path.GetFileName(file);
                if (string.CompareOrdinal(name, 0, oldest, 0, 8) < 0 && RequestFile().IsMatch(name)) File.Delete(file);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Old files are no reason to fail a run that has done its work; the next one tries again.
        }
    }

    [GeneratedRegex(@"^\d{8}T\d{6}\.\d{3}Z_\d{6,}_[A-Za-z0-9-]+_\w+\.json$")]
    private static partial Regex RequestFile();
}

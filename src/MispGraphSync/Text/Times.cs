using System.Globalization;

namespace MispGraphSync.Text;

/// <summary>Moments, always in UTC.</summary>
internal static class Times
{
    /// <summary>For machines: <c>2026-01-02T03:04:05Z</c>.</summary>
    public static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    public static string? Iso(DateTimeOffset? time) => time is { } known ? Iso(known) : null;

    /// <summary>For people: <c>2026-01-02 03:04 UTC</c>.</summary>
    public static string Text(DateTimeOffset time) => Minute(time) + " UTC";

    /// <summary>The same where UTC is stated elsewhere.</summary>
    public static string Minute(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>A dash where there is none.</summary>
    public static string Text(DateTimeOffset? time) => time is { } known ? Text(known) : "-";
}

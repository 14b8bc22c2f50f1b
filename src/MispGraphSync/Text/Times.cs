using System.Globalization;

namespace MispGraphSync.Text;

/// <summary>Times, always in UTC.</summary>
internal static class Times
{
    /// <summary>For machines: <c>2026-01-02T03:04:05Z</c>.</summary>
    public static string Iso(DateTimeOffset time) => Format(time, "yyyy-MM-ddTHH:mm:ssZ");

    public static string? Iso(DateTimeOffset? time) => time is { } known ? Iso(known) : null;

    /// <summary>For people: <c>2026-01-02 03:04 UTC</c>, or a dash.</summary>
    public static string Text(DateTimeOffset? time) => time is { } known ? Minute(known) + " UTC" : "-";

    /// <summary>The same where UTC is stated elsewhere.</summary>
    public static string Minute(DateTimeOffset time) => Format(time, "yyyy-MM-dd HH:mm");

    private static string Format(DateTimeOffset time, string format) => time.UtcDateTime.ToString(format, CultureInfo.InvariantCulture);
}

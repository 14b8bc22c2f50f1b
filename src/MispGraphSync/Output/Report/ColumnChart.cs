namespace MispGraphSync.Output.Report;

/// <summary>
/// A chart with a column for each day, without text, so that it stretches to any width. The scale is logarithmic, and says so,
/// where a few days dwarf all others.
/// </summary>
internal static class ColumnChart
{
    /// <summary>Ordinary columns would be invisible beside a day that is so many times the median.</summary>
    private const int DwarfingFactor = 40;

    /// <param name="kind">The class of its colour.</param>
    public static void Write(Html html, string id, string kind, string title, DateOnly first, IReadOnlyList<long> values)
    {
        var (most, total) = (values.Max(), values.Sum());
        var isLogarithmic = IsDwarfed(values, most);
        html.Write($"<figure class=\"days {kind}\">\n<figcaption><b>{title}</b> <span data-figure=\"{id}\">{total}</span>");
        if (most > 0) html.Write($" <small>most in a day {most}{(isLogarithmic ? ", logarithmic scale" : "")}</small>");
        html.Write($"</figcaption>\n<svg viewBox=\"0 0 {values.Count * 10} 100\" preserveAspectRatio=\"none\" role=\"img\" ");
        html.Write($"aria-labelledby=\"{id}\">");
        html.Write($"<title id=\"{id}\">{title} by day from {first} to {first.AddDays(values.Count - 1)}: {total} in all");
        if (most > 0) html.Write($", most on {first.AddDays(values.ToList().IndexOf(most))}: {most}");
        html.Write($"</title>");
        for (var i = 0; i < values.Count; i++)
        {
            var height = Height(values[i], most, isLogarithmic);
            html.Write($"<g><title>{first.AddDays(i)}: {values[i]}</title>");
            Rect("hit", i * 10.0, 0, 10, 100);
            if (height > 0) Rect("bar", (i * 10) + 1.5, 100 - height, 7, height);
            html.Write($"</g>");
        }

        html.Write($"</svg>\n</figure>\n");

        void Rect(string part, double x, double y, double width, double size) =>
            html.Write($"<rect class=\"{part}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{size}\"/>");
    }

    public static void Axis(Html html, DateOnly first, int days)
    {
        html.Write($"<p class=\"axis\" aria-hidden=\"true\">");
        foreach (var day in new[] { 0, days / 2, days - 1 }) html.Write($"<span>{first.AddDays(day)}</span>");
        html.Write($"</p>\n");
    }

    private static double Height(long value, long most, bool isLogarithmic)
    {
        if (value == 0) return 0;
        return Math.Max(2, 100 * (isLogarithmic ? Math.Log(1 + value) / Math.Log(1 + most) : (double)value / most));
    }

    private static bool IsDwarfed(IReadOnlyList<long> values, long most)
    {
        var some = values.Where(value => value > 0).Order().ToList();
        return some.Count > 2 && most > DwarfingFactor * some[some.Count / 2];
    }
}

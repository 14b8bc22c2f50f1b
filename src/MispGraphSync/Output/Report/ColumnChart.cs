namespace MispGraphSync.Output.Report;

/// <summary>
/// A chart of columns, one a day. It is drawn without text and stretches to any width; its words stand beside it. Where a few
/// days dwarf all others the scale is logarithmic, and says so.
/// </summary>
internal static class ColumnChart
{
    /// <summary>From so many times the middle day on, columns of the others would not be seen.</summary>
    private const int Dwarfing = 40;

    /// <param name="name">What is counted; also the class of its colour.</param>
    public static void Write(Html html, string id, string name, string title, DateOnly first, IReadOnlyList<long> values)
    {
        var most = values.Max();
        var total = values.Sum();
        var isLogarithmic = IsDwarfed(values, most);
        var peak = first.AddDays(values.ToList().IndexOf(most));
        html.Write($"<figure class=\"days {name}\">\n<figcaption><b>{title}</b> <span data-figure=\"{id}\">{total}</span>");
        if (most > 0) html.Write($" <small>most in a day {most}{(isLogarithmic ? ", logarithmic scale" : "")}</small>");
        html.Write($"</figcaption>\n<svg viewBox=\"0 0 {values.Count * 10} 100\" preserveAspectRatio=\"none\" role=\"img\" aria-labelledby=\"{id}\">");
        html.Write($"<title id=\"{id}\">{title} by day from {first} to {first.AddDays(values.Count - 1)}: {total} in all");
        if (most > 0) html.Write($", most on {peak}: {most}");
        html.Write($"</title>");
        for (var i = 0; i < values.Count; i++)
        {
            var height = most == 0 ? 0 : Math.Max(values[i] > 0 ? 2 : 0, 100 * (isLogarithmic ? Math.Log(1 + values[i]) / Math.Log(1 + most) : (double)values[i] / most));
            html.Write($"<g><title>{first.AddDays(i)}: {values[i]}</title><rect class=\"hit\" x=\"{i * 10.0}\" y=\"0\" width=\"10\" height=\"100\"/>");
            if (height > 0) html.Write($"<rect class=\"bar\" x=\"{(i * 10) + 1.5}\" y=\"{100 - height}\" width=\"7\" height=\"{height}\"/>");
            html.Write($"</g>");
        }

        html.Write($"</svg>\n</figure>\n");
    }

    public static void Axis(Html html, params DateOnly[] days)
    {
        html.Write($"<p class=\"axis\" aria-hidden=\"true\">");
        foreach (var day in days) html.Write($"<span>{day}</span>");
        html.Write($"</p>\n");
    }

    private static bool IsDwarfed(IReadOnlyList<long> values, long most)
    {
        var some = values.Where(value => value > 0).Order().ToList();
        return some.Count > 2 && most > Dwarfing * some[some.Count / 2];
    }
}

namespace MispGraphSync.Output.Report;

/// <summary>A list of bars: a name, a bar as long as its share of the whole, a number. A title says the same for screen readers.</summary>
internal sealed class BarList(Html html, long whole)
{
    public void Write(Action rows)
    {
        html.Write($"<ul class=\"bars\">\n");
        rows();
        html.Write($"</ul>\n");
    }

    /// <param name="kind">The class of its colour.</param>
    /// <param name="inner">The part that is drawn strongly; null: all.</param>
    /// <param name="figure">The number's name for tests.</param>
    public void Row(string kind, string? name, string? more, long count, long? inner = null, string? link = null, string? figure = null)
    {
        html.Write($"<li class=\"{kind}\"><span class=\"name\">");
        if (Html.IsSafeLink(link)) html.Write($"<a href=\"{link,2_000}\" rel=\"noreferrer noopener\">{name}</a>");
        else html.Write($"{name}");
        if (more is not null) html.Write($" <small>{more}</small>");
        html.Write($"</span><svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" role=\"img\">");
        html.Write($"<title>{count} of {whole}");
        if (inner is { } part) html.Write($", {part} of them held");
        html.Write($"</title><rect class=\"whole\" width=\"{Width(count)}\" height=\"10\"/>");
        if (inner is { } strong and > 0) html.Write($"<rect class=\"part\" width=\"{Width(strong)}\" height=\"10\"/>");
        html.Write($"</svg><span class=\"number\"");
        if (figure is not null) html.Write($" data-figure=\"{figure,200}\"");
        html.Write($">{count}</span></li>\n");
    }

    private double Width(long count) => count == 0 ? 0 : Math.Max(4, 1000.0 * count / Math.Max(1, whole));
}

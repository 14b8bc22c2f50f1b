namespace MispGraphSync.Output.Report;

/// <summary>A list of bars: a name, a bar as long as its share, a number. The bar says the same in words to who cannot see it.</summary>
internal sealed class BarList(Html html, long whole)
{
    public static void Begin(Html html) => html.Write($"<ul class=\"bars\">\n");

    public static void End(Html html) => html.Write($"</ul>\n");

    /// <param name="kind">The class of its colour.</param>
    /// <param name="inner">The part of it that is drawn strongly; null: all.</param>
    public void Row(string kind, string? name, string? more, long count, long? inner = null, string? link = null, string? figure = null)
    {
        html.Write($"<li class=\"{kind}\"><span class=\"name\">");
        if (IsSafe(link)) html.Write($"<a href=\"{link,2_000}\" rel=\"noreferrer noopener\">{name}</a>");
        else html.Write($"{name}");
        if (more is not null) html.Write($" <small>{more}</small>");
        html.Write($"</span><svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" role=\"img\"><title>{count} of {whole}");
        if (inner is { } part) html.Write($", {part} of them held");
        html.Write($"</title><rect class=\"whole\" width=\"{Width(count)}\" height=\"10\"/>");
        if (inner is { } strong and > 0) html.Write($"<rect class=\"part\" width=\"{Width(strong)}\" height=\"10\"/>");
        html.Write($"</svg><span class=\"number\"");
        if (figure is not null) html.Write($" data-figure=\"{figure,200}\"");
        html.Write($">{count}</span></li>\n");
    }

    // MISP's own link goes nowhere but to a web page.
    internal static bool IsSafe(string? link) =>
        Uri.TryCreate(link, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp);

    private double Width(long count) => count == 0 ? 0 : Math.Max(4, 1000.0 * count / Math.Max(1, whole));
}

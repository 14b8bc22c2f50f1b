namespace MispGraphSync.Output.Report;

/// <summary>What the services turned down, why, and what to do; then what is held back.</summary>
internal static class RejectedSection
{
    public static void Write(Html html, ReportData facts)
    {
        var turned = facts.Rejected;
        html.Write($"<section>\n<h2>Turned down</h2>\n");
        if (turned.Reasons.Count == 0)
        {
            html.Write($"<p class=\"none\">Nothing is turned down.</p>\n</section>\n");
            return;
        }

        html.Write($"<p class=\"note\"><b data-figure=\"held-back\">{turned.Suppressed}</b> held back until the attribute or a setting changes, <b data-figure=\"sent-again\">{turned.Retried}</b> tried again by the next push.</p>\n<ol class=\"reasons\">\n");
        foreach (var reason in turned.Reasons)
        {
            html.Write($"<li><p class=\"number\">{reason.Count}</p><div><p class=\"said\">{reason.Reason}</p><p>{reason.Remedy,1_000}</p><p class=\"where\">{reason.Destination,80}</p></div></li>\n");
        }

        if (turned.Others > 0) html.Write($"<li><p class=\"number\">{turned.Others}</p><div><p class=\"said\">for other reasons</p></div></li>\n");
        html.Write($"</ol>\n");
        if (turned.Listed.Count > 0) HeldBack(html, turned);
        html.Write($"</section>\n");
    }

    private static void HeldBack(Html html, RejectedItems turned)
    {
        var rest = turned.Suppressed - turned.Listed.Count;
        html.Write($"<h3>Held back</h3>\n<ul class=\"items\">\n");
        foreach (var line in turned.Listed) Item(html, line);
        html.Write($"</ul>\n<p class=\"note\">");
        if (rest > 0) html.Write($"And {rest} more. ");
        html.Write($"<code>misp-graph errors</code> lists them all, <code>misp-graph errors --retry</code> sends them again.</p>\n");
    }

    private static void Item(Html html, RejectedItem line)
    {
        var rejection = line.Rejection;
        html.Write($"<li><code class=\"value\">{line.Value ?? "(withdrawn in MISP)",200}</code><span>{rejection.Destination,80}, run {rejection.Run}");
        if (BarList.IsSafe(rejection.EventLink)) html.Write($", <a href=\"{rejection.EventLink,2_000}\" rel=\"noreferrer noopener\">event</a>");
        html.Write($"</span><q>{rejection.Response,240}</q></li>\n");
    }
}

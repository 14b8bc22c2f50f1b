using MispGraphSync.Ledger;

namespace MispGraphSync.Output.Report;

/// <summary>What runs out when, and what is renewed before that.</summary>
internal static class ExpirySection
{
    public static void Write(Html html, ReportData facts)
    {
        var known = facts.Status.Destinations.Where(one => one.IsKnown).ToList();
        html.Write($"<section>\n<h2>What runs out when</h2>\n");
        if (known.All(one => one.Held == 0))
        {
            html.Write($"<p class=\"none\">Nothing is held, so nothing runs out.</p>\n</section>\n");
            return;
        }

        html.Write($"<p class=\"note\">At all destinations together, if no run came. What MISP still has is renewed before its day.</p>\n");
        var today = DateOnly.FromDateTime(facts.Status.Now.UtcDateTime);
        ColumnChart.Write(html, "expiries", "expiring", $"Run out in {ReportData.ComingDays} days", today, [.. facts.Expiries.Take(ReportData.ComingDays)]);
        ColumnChart.Axis(html, today, today.AddDays(ReportData.ComingDays / 2), today.AddDays(ReportData.ComingDays - 1));
        if (facts.Expiries[^1] > 0) html.Write($"<p class=\"note\">{facts.Expiries[^1]} later than that.</p>\n");
        html.Write($"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Expiries and renewals\"><table class=\"terms\"><thead><tr><th scope=\"col\">Destination</th><th scope=\"col\">Today</th><th scope=\"col\">7 days</th><th scope=\"col\">30 days</th><th scope=\"col\">Next</th></tr></thead><tbody>\n");
        foreach (var one in known)
        {
            Row($"{one.Info.Name} expire", one.Expiries);
            Row($"{one.Info.Name} renewed", one.Renewals);
        }

        html.Write($"</tbody></table></div>\n</section>\n");

        void Row(string name, ExpirySummary term) =>
            html.Write($"<tr><th scope=\"row\">{name,100}</th><td>{term.Today}</td><td>{term.Within7Days}</td><td>{term.Within30Days}</td><td>{Html.Moment(term.Next)}</td></tr>\n");
    }
}

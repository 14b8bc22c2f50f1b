using System.Reflection;

namespace MispGraphSync.Output.Report;

/// <summary>
/// The whole page: one file that needs no network, no script and no font of its own, and that says so to the browser.
/// </summary>
internal static class ReportPage
{
    /// <summary>How every one of our pages begins, so that nothing else is ever replaced by one.</summary>
    public const string Opening = "<!doctype html>\n<!-- misp-graph report -->\n";

    public static void Write(TextWriter to, ReportData facts)
    {
        var html = new Html(to);
        to.Write(Opening);
        html.Write($"""
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="no-referrer">
            <title>misp-graph report, {facts.Status.Now} UTC</title>
            <style>

            """);
        to.Write(Style());
        html.Write($"</style>\n</head>\n<body>\n");
        SummarySection.Write(html, facts);
        html.Write($"<main>\n");
        RunDaysSection.Write(html, facts);
        FunnelSection.Write(html, facts);
        BreakdownSection.Write(html, facts);
        ExpirySection.Write(html, facts);
        RejectedSection.Write(html, facts);
        RecentRunsSection.Write(html, facts);
        html.Write($"</main>\n<footer><p>Made by misp-graph {Version} from the ledger {Path.GetFileName(facts.Status.Ledger)} on {facts.Status.Now}. All times are UTC. This page asks nothing of any network.</p></footer>\n</body>\n</html>\n");
    }

    private static string Version =>
        typeof(ReportPage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private static string Style()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("MispGraphSync.Output.Report.Style.css")
            ?? throw new InvalidOperationException("The program lacks its Style.css.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}

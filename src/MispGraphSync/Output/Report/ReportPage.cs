using System.Reflection;

namespace MispGraphSync.Output.Report;

/// <summary>The whole page: one file that loads nothing and runs no script; its policy enforces that.</summary>
internal static class ReportPage
{
    /// <summary>The beginning of each page of ours, so that a page replaces nothing else.</summary>
    private const string Opening = "<!doctype html>\n<!-- misp-graph report -->\n";

    private static string Version =>
        typeof(ReportPage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    /// <summary>Writes a private file, atomically, over nothing but an older page or an empty file.</summary>
    public static void Save(string path, ReportData data)
    {
        try
        {
            if (!PrivateFile.IsFreeFor(path, Opening))
            {
                throw new RunFailedException(
                    RunOutcome.InvalidInput, $"{path} exists and is no report of misp-graph; it was not changed.",
                    "Name another file with --to, or remove this one.");
            }

            if (Path.GetDirectoryName(path) is { Length: > 0 } folder) PrivateFile.CreateFolder(folder);
            PrivateFile.Replace(path, overwrite: true, file => Write(file, data));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"{path} cannot be written: {fault.Message}", "Check the folder and who may write there.", fault);
        }
    }

    private static void Write(TextWriter to, ReportData data)
    {
        var html = new Html(to);
        to.Write(Opening);
        html.Write($"""
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy"
              content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="no-referrer">
            <title>misp-graph report, {data.Status.Now} UTC</title>
            <style>

            """);
        to.Write(Style());
        html.Write($"</style>\n</head>\n<body>\n");
        DestinationSections.Summary(html, data);
        html.Write($"<main>\n");
        Section($"Runs, the last {ReportData.PastDays} days", RunSections.Days);
        Section($"What fired, the last {ReportData.PastDays} days", FiredSections.Write);
        Section("From MISP to Microsoft", AttributeSections.Funnel);
        if (data.Breakdown.All.Attributes > 0) Section("Attributes by type, TLP, organisation and event", AttributeSections.Breakdown);
        Section("Expiry", DestinationSections.Expiry);
        Section("Rejected", DestinationSections.Rejected);
        Section("The last runs", RunSections.Recent);
        html.Write($"""
            </main>
            <footer><p>Made by misp-graph {Version} from the ledger {Path.GetFileName(data.Status.Ledger)} on {data.Status.Now}.
            All times are UTC. This page loads nothing from any network.</p></footer>
            </body>
            </html>

            """);

        void Section(string title, Action<Html, ReportData> write)
        {
            html.Write($"<section>\n<h2>{title}</h2>\n");
            write(html, data);
            html.Write($"</section>\n");
        }
    }

    private static string Style()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("MispGraphSync.Output.Report.Style.css")
            ?? throw new InvalidOperationException("The program lacks its Style.css.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}

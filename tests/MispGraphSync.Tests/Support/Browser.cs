using System.Diagnostics;
using Xunit;

namespace MispGraphSync.Tests;

/// <summary>A headless Chromium, where the machine has one: <c>MISP_GRAPH_BROWSER</c>, else one on the path.</summary>
internal static class Browser
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

    /// <summary>The page after loading, and the errors that the browser reported.</summary>
    public static async Task<(string Dom, string Complaints)> OpenAsync(string page, string folder)
    {
        var browser = Find();
        Assert.SkipWhen(browser is null, "There is no Chromium on this machine; MISP_GRAPH_BROWSER can name one.");
        var start = new ProcessStartInfo(browser!) { RedirectStandardOutput = true, RedirectStandardError = true };
        // Chromium's sandbox does not work for root or in most containers; the page is ours and runs no script.
        string[] options =
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--enable-logging=stderr", "--v=0", $"--user-data-dir={Path.Combine(folder, "browser")}", "--dump-dom",
            new Uri(page).AbsoluteUri,
        ];
        foreach (var option in options) start.ArgumentList.Add(option);
        using var process = Process.Start(start)!;
        var result = await process.EndAsync();
        var complaints = result.Error.Split('\n').Where(line => line.Contains("CONSOLE", StringComparison.Ordinal));
        return (result.Out, string.Join('\n', complaints));
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("MISP_GRAPH_BROWSER") is { Length: > 0 } named) return named;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
    }
}

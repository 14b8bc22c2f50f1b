using System.Globalization;
using System.Runtime.CompilerServices;
using MispGraphSync.Core.Hits;
using MispGraphSync.Http.SignIn;

namespace MispGraphSync.Destinations;

/// <summary>The alerts that changed in a span of time, from its start to before its end.</summary>
internal readonly record struct AlertWindow(DateTimeOffset From, DateTimeOffset Until)
{
    /// <summary>With a fraction only where there is one: some services count whole seconds.</summary>
    public static string Text(DateTimeOffset at) => at.UtcDateTime.ToString(
        at.Millisecond == 0 ? "yyyy-MM-ddTHH:mm:ssZ" : "yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}

/// <param name="Alerts">Those that matter.</param>
/// <param name="Next">Where the next page is; null where the page names none.</param>
/// <param name="IsFull">It has as many as a page holds, so there may be more although it names no next page.</param>
/// <param name="Gap">Why the service says that something is missing; null for nothing.</param>
internal sealed record AlertPage(IReadOnlyList<Alert> Alerts, string? Next, bool IsFull, string? Gap = null);

/// <summary>
/// Reads all alerts of a window. Services leave next links out and limit offsets, so a full page without a next link is not the end:
/// the window is halved. What comes twice is the caller's to fold.
/// </summary>
/// <param name="client">Of the service, disposed with this; so are its tokens.</param>
/// <param name="least">The shortest window that the service distinguishes.</param>
/// <param name="fetch">Reads a page: the first of a window, or the one that the last one named.</param>
internal sealed class AlertReader(
    DestinationClient client, MsalTokenSource tokens, TimeSpan least,
    Func<AlertWindow, string?, CancellationToken, Task<AlertPage>> fetch) : IDisposable
{
    private const int MaxPages = 100_000;

    /// <summary>Why not everything was read; null for nothing.</summary>
    public string? Gap { get; private set; }

    public async IAsyncEnumerable<AlertPage> ReadAsync(AlertWindow whole, [EnumeratorCancellation] CancellationToken ct)
    {
        var windows = new Stack<AlertWindow>([whole]);
        var pages = 0;
        while (windows.TryPop(out var window))
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            string? next = null;
            while (true)
            {
                if (++pages > MaxPages)
                    throw new RunFailedException(RunOutcome.Unreachable, "The list of alerts does not end.", "Run again.");
                var page = await fetch(window, next, ct).ConfigureAwait(false);
                Gap ??= page.Gap;
                yield return page;
                next = page.Next is { } link && seen.Add(link) ? link : null;
                if (next is not null) continue;
                if (page.IsFull) Halve(window, windows);
                break;
            }
        }
    }

    public void Dispose()
    {
        client.Dispose();
        tokens.Dispose();
    }

    private void Halve(AlertWindow window, Stack<AlertWindow> windows)
    {
        var half = (window.Until - window.From).Ticks / least.Ticks / 2 * least;
        if (half <= TimeSpan.Zero)
        {
            Gap ??= $"more alerts changed at {AlertWindow.Text(window.From)} than one answer holds";
            return;
        }

        var middle = window.From + half;
        windows.Push(new AlertWindow(middle, window.Until));
        windows.Push(new AlertWindow(window.From, middle));
    }
}

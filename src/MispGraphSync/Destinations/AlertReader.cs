using System.Globalization;
using System.Runtime.CompilerServices;
using MispGraphSync.Core.Hits;
using MispGraphSync.Http.SignIn;

namespace MispGraphSync.Destinations;

/// <summary>The alerts that changed in a span of time, from its start to before its end.</summary>
internal readonly record struct AlertWindow(DateTimeOffset From, DateTimeOffset Until)
{
    public TimeSpan Length => Until - From;

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
/// the window is halved. So it is where an answer is too long; where one does not come in time, the window is cut into more parts. What
/// comes twice is the caller's to fold.
/// </summary>
/// <param name="client">Of the service, disposed with this; so are its tokens.</param>
/// <param name="least">The shortest window that the service distinguishes.</param>
/// <param name="fetch">Reads a page: the first of a window, or the one that the last one named.</param>
internal sealed class AlertReader(
    DestinationClient client, MsalTokenSource tokens, TimeSpan least,
    Func<AlertWindow, string?, CancellationToken, Task<AlertPage>> fetch) : IDisposable
{
    private const int MaxPages = 100_000;

    /// <summary>A time-out and its retries take minutes, so that few may be needed to find a length that works.</summary>
    private const int PartsAfterTimeout = 8;

    /// <summary>A service that gives no answer even for this time is not slow because it is asked for too much.</summary>
    private static readonly TimeSpan SlowOnlyAbove = TimeSpan.FromHours(1);

    /// <summary>The shortest window whose answer did not come in time.</summary>
    private TimeSpan _tooSlow = TimeSpan.MaxValue;

    /// <summary>Why not everything was read; null for nothing.</summary>
    public string? Gap { get; private set; }

    public async IAsyncEnumerable<AlertPage> ReadAsync(AlertWindow whole, [EnumeratorCancellation] CancellationToken ct)
    {
        var windows = new Stack<AlertWindow>([whole]);
        var pages = 0;
        while (windows.TryPop(out var window))
        {
            if (window.Length >= _tooSlow)
            {
                Cut(window, PartsAfterTimeout, windows);
                continue;
            }

            var seen = new HashSet<string>(StringComparer.Ordinal);
            string? next = null;
            while (true)
            {
                if (++pages > MaxPages)
                    throw new RunFailedException(RunOutcome.Unreachable, "The list of alerts does not end.", "Run again.");
                if (await FetchAsync(window, next, windows, ct).ConfigureAwait(false) is not { } page) break;
                Gap ??= page.Gap;
                yield return page;
                next = page.Next is { } link && seen.Add(link) ? link : null;
                if (next is not null) continue;
                if (page.IsFull && !Cut(window, 2, windows))
                    Gap ??= $"more alerts changed at {AlertWindow.Text(window.From)} than one answer holds";
                break;
            }
        }
    }

    public void Dispose()
    {
        client.Dispose();
        tokens.Dispose();
    }

    // Null: the window asks for too much, and is cut.
    private async Task<AlertPage?> FetchAsync(AlertWindow window, string? next, Stack<AlertWindow> windows, CancellationToken ct)
    {
        try
        {
            return await fetch(window, next, ct).ConfigureAwait(false);
        }
        catch (RunFailedException failure) when (failure.BrokenLimit == AnswerLimit.Time && window.Length > SlowOnlyAbove)
        {
            _tooSlow = window.Length;
            Cut(window, PartsAfterTimeout, windows);
            return null;
        }
        catch (RunFailedException failure) when (failure.BrokenLimit == AnswerLimit.Length)
        {
            if (!Cut(window, 2, windows)) throw;
            return null;
        }
    }

    // False: the service does not distinguish shorter windows.
    private bool Cut(AlertWindow window, int parts, Stack<AlertWindow> windows)
    {
        var step = window.Length.Ticks / least.Ticks / parts * least;
        if (step <= TimeSpan.Zero) return false;
        // The earliest is read first.
        var until = window.Until;
        for (var part = parts - 1; part >= 0; part--)
        {
            var from = window.From + (part * step);
            windows.Push(new AlertWindow(from, until));
            until = from;
        }

        return true;
    }
}

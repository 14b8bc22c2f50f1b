using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;

namespace MispGraphSync.Output.Report;

/// <summary>
/// Writes HTML from interpolated strings: literal text is markup, interpolated values are escaped. No value can be written
/// unescaped, since most of them are hostile.
/// </summary>
internal sealed class Html(TextWriter to)
{
    private const int MaxLength = 300;

    private TextWriter Writer => to;

    /// <summary>A time in UTC, which the page states once.</summary>
    public static string Moment(DateTimeOffset? time) => time is { } known ? Times.Minute(known) : "none";

    /// <summary>Only web links become links; others could run scripts or open files.</summary>
    public static bool IsSafeLink(string? link) =>
        Uri.TryCreate(link, UriKind.Absolute, out var address) && address.Scheme is "https" or "http";

#pragma warning disable CA1822 // The handler writes, and is given this object.
    public void Write([InterpolatedStringHandlerArgument("")] Markup markup) => _ = markup;
#pragma warning restore CA1822

    public void Note(string text) => Write($"<p class=\"note\">{text}</p>\n");

    /// <summary>In place of an empty list.</summary>
    public void None(string text) => Write($"<p class=\"none\">{text}</p>\n");

    /// <summary>A table that scrolls sideways where it is too wide.</summary>
    public void ScrollTable(string label, string kind, string[] columns, Action rows)
    {
        Write($"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{label}\"><table class=\"{kind}\">");
        Rows(columns, rows);
        Write($"</table></div>\n");
    }

    public void Rows(string[] columns, Action rows)
    {
        Write($"<thead><tr>");
        foreach (var column in columns) Write($"<th scope=\"col\">{column}</th>");
        Write($"</tr></thead><tbody>\n");
        rows();
        Write($"</tbody>");
    }

    public void Row(string head, IEnumerable<string> cells)
    {
        Write($"<tr><th scope=\"row\">{head}</th>");
        foreach (var cell in cells) Write($"<td>{cell}</td>");
        Write($"</tr>\n");
    }

    [InterpolatedStringHandler]
    internal readonly struct Markup
    {
        private readonly TextWriter _to;

        public Markup(int literalLength, int formattedCount, Html html)
        {
            _ = (literalLength, formattedCount);
            _to = html.Writer;
        }

        public void AppendLiteral(string markup) => _to.Write(markup);

        public void AppendFormatted(string? value) => AppendFormatted(value, MaxLength);

        /// <param name="alignment">Where the text is truncated, in characters.</param>
        public void AppendFormatted(string? value, int alignment) =>
            _to.Write(WebUtility.HtmlEncode(Sanitize.ForDisplay(value ?? "", alignment)));

        public void AppendFormatted(long value) => _to.Write(value.ToString("N0", CultureInfo.InvariantCulture));

        /// <summary>A coordinate.</summary>
        public void AppendFormatted(double value) => _to.Write(value.ToString("0.##", CultureInfo.InvariantCulture));

        public void AppendFormatted(DateTimeOffset value) => _to.Write(Moment(value));

        public void AppendFormatted(DateOnly value) => _to.Write(value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
    }
}

using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using MispGraphSync.Text;

namespace MispGraphSync.Output.Report;

/// <summary>
/// Writes HTML from interpolated strings: their text is markup, and whatever stands in their holes is escaped. There is no
/// way to write a value as it is, since most of them are hostile.
/// </summary>
internal sealed class Html(TextWriter to)
{
    private const int Longest = 300;

#pragma warning disable CA1822 // The handler writes, and is given this object.
    public void Write([InterpolatedStringHandlerArgument("")] Markup markup) => _ = markup;
#pragma warning restore CA1822

    /// <summary>A number with its thousands apart.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A moment in UTC, without saying so.</summary>
    public static string Moment(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "none";

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

        public void AppendFormatted(string? value) => AppendFormatted(value, Longest);

        /// <param name="alignment">Where the text is cut, in characters.</param>
        public void AppendFormatted(string? value, int alignment) => _to.Write(WebUtility.HtmlEncode(Sanitize.ForDisplay(value ?? "", alignment)));

        public void AppendFormatted(long value) => _to.Write(Number(value));

        /// <summary>A coordinate.</summary>
        public void AppendFormatted(double value) => _to.Write(value.ToString("0.##", CultureInfo.InvariantCulture));

        /// <summary>In UTC, as the page says once.</summary>
        public void AppendFormatted(DateTimeOffset value) => _to.Write(Moment(value));

        public void AppendFormatted(DateOnly value) => _to.Write(value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
    }

    private TextWriter Writer => to;
}

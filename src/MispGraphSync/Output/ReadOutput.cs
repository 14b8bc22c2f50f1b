using System.Text;

namespace MispGraphSync.Output;

/// <summary>The indicators at a destination, as the service returned them.</summary>
internal static class ReadOutput
{
    public static IItemOutput<RemoteIndicator> For(string format, TextWriter to, string destination, int width) => format == "table"
        ? new ReadTable(to, width)
        : new RowOutput<RemoteIndicator>(
            to, format, indicator => Encoding.UTF8.GetString(indicator.Raw.Span),
            "destination,id,key,type,value,tlp,action,expires,revoked", indicator =>
            [
                destination, indicator.Id, indicator.Key?.ToString(), indicator.Label.Type, indicator.Label.Value, indicator.Tlp,
                indicator.Action, Times.Iso(indicator.Expires), indicator.Revoked ? "true" : "false",
            ]);

    // Each row is written as it comes, so the columns have fixed widths, and the value, which has none, is the last.
    private sealed class ReadTable : IItemOutput<RemoteIndicator>
    {
        private readonly TextWriter _to;
        private const int LeastValue = 16;

        /// <summary>Of the columns before the type, and the space after it.</summary>
        private const int WidthBeforeType = 16 + 2 + 5 + 2 + 6 + 2 + 2;

        private readonly int _width;

        public ReadTable(TextWriter to, int width)
        {
            (_to, _width) = (to, width);
            Row("EXPIRES (UTC)", "TLP", "ACTION", "TYPE", "VALUE");
        }

        public void Add(RemoteIndicator indicator)
        {
            // What is revoked has no effect, whatever its expiry.
            var expires = indicator.Revoked ? "revoked" : indicator.Expires is { } time ? Times.Minute(time) : "never";
            Row(expires, indicator.Tlp, indicator.Action, indicator.Label.Type, indicator.Label.Value);
        }

        public void End()
        {
        }

        private void Row(string expires, string? tlp, string? action, string type, string value)
        {
            // A combined indicator has several types; the value must keep its place.
            var most = Math.Max(8, _width - LeastValue - WidthBeforeType);
            var head = $"{expires,-16}  {Cell(tlp),-5}  {Cell(action),-6}  {TextWidth.Truncate(Cell(type), most),-8}  ";
            _to.WriteLine(head + TextWidth.Truncate(Sanitize.ForDisplay(value, 2_000), Math.Max(LeastValue, _width - TextWidth.Of(head))));
        }

        private static string Cell(string? text) => string.IsNullOrEmpty(text) ? "-" : Sanitize.ForDisplay(text, 80);
    }
}

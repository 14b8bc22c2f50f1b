using System.Text;
using Spectre.Console;

namespace MispGraphSync.Output;

/// <summary>The indicators at a destination, as the service returned them.</summary>
internal static class ReadOutput
{
    public static IItemOutput<RemoteIndicator> For(string format, TextWriter to, string destination, int width) => format == "table"
        ? new ReadTable(to, destination, width)
        : new RowOutput<RemoteIndicator>(
            to, format, indicator => Encoding.UTF8.GetString(indicator.Raw.Span),
            "destination,id,key,type,value,tlp,action,expires", indicator =>
            [
                destination, indicator.Id, indicator.Key?.ToString(), indicator.Type, indicator.Value, indicator.Tlp, indicator.Action,
                Times.Iso(indicator.Expires),
            ]);

    private sealed class ReadTable(TextWriter to, string destination, int width) : IItemOutput<RemoteIndicator>
    {
        /// <summary>The table is laid out in memory, and nobody reads more rows.</summary>
        private const int MaxRows = 1_000;

        private readonly Table _table = new Table().Border(TableBorder.Simple).AddColumns("Type", "Value", "TLP", "Action", "Expires");
        private long _count;

        public void Add(RemoteIndicator indicator)
        {
            if (_count++ >= MaxRows) return;
            var expires = indicator.Expires is { } time ? Times.Minute(time) : null;
            _table.AddRow(new[] { indicator.Type, indicator.Value, indicator.Tlp, indicator.Action, expires }
                .Select(cell => new Spectre.Console.Text(Sanitize.ForDisplay(cell ?? "", 120))));
        }

        public void End()
        {
            if (_count > 0)
            {
                var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(to) });
                console.Profile.Width = width;
                console.Write(_table);
            }

            if (_count > MaxRows) to.WriteLine($"The first {MaxRows} of {_count}: --output jsonl or csv lists them all.");
            to.WriteLine($"{Plural.Of(_count, "indicator")} at '{destination}'.");
        }
    }
}

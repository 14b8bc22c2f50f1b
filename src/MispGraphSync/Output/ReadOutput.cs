using System.Globalization;
using System.Text;
using MispGraphSync.Core.Ports;
using MispGraphSync.Text;
using Spectre.Console;

namespace MispGraphSync.Output;

/// <summary>Writes indicators as a service returned them: all but the table one by one, as they come.</summary>
internal abstract class ReadOutput(TextWriter to)
{
    protected TextWriter To { get; } = to;

    public static ReadOutput For(string format, TextWriter to, string destination, int width) => format switch
    {
        "jsonl" => new Jsonl(to),
        "json" => new Json(to),
        "csv" => new CsvFile(to, destination),
        _ => new ForPeople(to, destination, width),
    };

    public abstract void Add(RemoteIndicator indicator);

    public abstract void End();

    private static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private sealed class Jsonl(TextWriter to) : ReadOutput(to)
    {
        public override void Add(RemoteIndicator indicator) => To.WriteLine(Encoding.UTF8.GetString(indicator.Raw.Span));

        public override void End()
        {
        }
    }

    private sealed class Json(TextWriter to) : ReadOutput(to)
    {
        private bool _hasAny;

        public override void Add(RemoteIndicator indicator)
        {
            To.Write(_hasAny ? ",\n" : "[\n");
            To.Write(Encoding.UTF8.GetString(indicator.Raw.Span));
            _hasAny = true;
        }

        public override void End() => To.WriteLine(_hasAny ? "\n]" : "[]");
    }

    private sealed class CsvFile : ReadOutput
    {
        private readonly string _destination;

        public CsvFile(TextWriter to, string destination)
            : base(to)
        {
            _destination = destination;
            To.WriteLine("destination,id,key,type,value,tlp,action,expires");
        }

        public override void Add(RemoteIndicator indicator) => To.WriteLine(Csv.Row(
            _destination, indicator.Id, indicator.Key?.ToString(), indicator.Type, indicator.Value, indicator.Tlp, indicator.Action, Time(indicator.Expires)));

        public override void End()
        {
        }
    }

    private sealed class ForPeople(TextWriter to, string destination, int width) : ReadOutput(to)
    {
        /// <summary>A table of more rows is read by no one, and would have to be held to be laid out.</summary>
        private const int MostRows = 1_000;

        private readonly Table _table = new Table().Border(TableBorder.Simple).AddColumns("Type", "Value", "TLP", "Action", "Expires");
        private long _count;

        public override void Add(RemoteIndicator indicator)
        {
            if (_count++ >= MostRows) return;
            _table.AddRow(
                Cell(indicator.Type), Cell(indicator.Value), Cell(indicator.Tlp), Cell(indicator.Action),
                Cell(indicator.Expires?.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)));
        }

        public override void End()
        {
            if (_count > 0)
            {
                var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(To) });
                console.Profile.Width = width;
                console.Write(_table);
            }

            if (_count > MostRows) To.WriteLine($"The first {MostRows} of {_count}: --output jsonl or csv lists them all.");
            To.WriteLine($"{_count} {(_count == 1 ? "indicator" : "indicators")} at '{destination}'.");
        }

        private static Spectre.Console.Text Cell(string? text) => new(Sanitize.ForDisplay(text ?? "", 120));
    }
}

using MispGraphSync.Text;

namespace MispGraphSync.Output;

/// <summary>
/// Writes what was turned down. As JSON: an array of <c>{run, destination, key, value, reason, response, event, attribute,
/// remedy}</c>. <c>event</c> is the link to it where there is one, else its UUID; <c>reason</c> is <c>response</c>, the
/// service's own words, without what differs from indicator to indicator. Value, event and attribute are null where MISP has
/// withdrawn it.
/// </summary>
internal abstract class ErrorsOutput(TextWriter to)
{
    protected TextWriter To { get; } = to;

    /// <param name="run">The one run that is asked about; null for all.</param>
    public static ErrorsOutput For(string format, TextWriter to, int width, long? run) => format switch
    {
        "json" => new Json(to),
        "jsonl" => new Jsonl(to),
        "csv" => new CsvFile(to),
        _ => new ErrorsText(to, width, run),
    };

    public abstract void Add(RejectedItem line);

    public abstract void End();

    private static string? EventOf(RejectedItem line) => line.Rejection.EventLink ?? line.Rejection.Event?.ToString("D");

    private static string Object(RejectedItem line) => JsonText.Of(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("run", line.Rejection.Run);
        json.WriteString("destination", line.Rejection.Destination);
        json.WriteString("key", line.Rejection.Key);
        json.WriteString("value", line.Value);
        json.WriteString("reason", line.Reason);
        json.WriteString("response", line.Rejection.Response);
        json.WriteString("event", EventOf(line));
        json.WriteString("attribute", line.Rejection.Attribute?.ToString("D"));
        json.WriteString("remedy", line.Remedy);
        json.WriteEndObject();
    });

    private sealed class Jsonl(TextWriter to) : ErrorsOutput(to)
    {
        public override void Add(RejectedItem line) => To.WriteLine(Object(line));

        public override void End()
        {
        }
    }

    private sealed class Json(TextWriter to) : ErrorsOutput(to)
    {
        private bool _hasAny;

        public override void Add(RejectedItem line)
        {
            To.Write(_hasAny ? ",\n" : "[\n");
            To.Write(Object(line));
            _hasAny = true;
        }

        public override void End() => To.WriteLine(_hasAny ? "\n]" : "[]");
    }

    private sealed class CsvFile : ErrorsOutput
    {
        public CsvFile(TextWriter to)
            : base(to) => To.WriteLine("run,destination,key,value,reason,response,event,attribute,remedy");

        public override void Add(RejectedItem line) => To.WriteLine(Csv.Row(
            $"{line.Rejection.Run}", line.Rejection.Destination, $"{line.Rejection.Key:D}", line.Value, line.Reason,
            Sanitize.ForDisplay(line.Rejection.Response, 2_000), EventOf(line), line.Rejection.Attribute?.ToString("D"), line.Remedy));

        public override void End()
        {
        }
    }
}

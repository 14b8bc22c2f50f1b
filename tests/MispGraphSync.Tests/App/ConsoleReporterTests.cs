using System.Buffers;
using System.CommandLine;
using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using MispGraphSync.App;
using MispGraphSync.Commands;
using MispGraphSync.Core.Ports;
using MispGraphSync.Http;
using Xunit;

namespace MispGraphSync.Tests.App;

/// <summary>Progress and notices, on a terminal and elsewhere.</summary>
public sealed class ConsoleReporterTests : IDisposable
{
    private static readonly SourceInfo Misp = new("misp", "misp");
    private static readonly DestinationInfo Graph = new("graph", "graph", "tenant", "Azure Sentinel");

    private readonly FakeTimeProvider _time = new(Some.Now);
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();
    private readonly CancellationTokenSource _interrupt = new();

    [Fact]
    public void Progress_of_reading_shows_count_rate_and_time_left()
    {
        var talk = Begin(isTerminal: true);

        talk.Reading(Misp, 0, 1_000);
        Pass(10);
        talk.Reading(Misp, 200, 1_000);
        Pass(0.25);

        Assert.Equal("reading misp: 200 of 1,000 events, 20/s, 41 s left", Shown());
    }

    [Fact]
    public void Progress_of_sending_shows_the_quota()
    {
        var talk = Begin(isTerminal: true);

        talk.Planned(Graph, new PlanCounts(5_000, 0, 0, 0));
        Pass(10);
        talk.Request(Line(HttpStatusCode.OK));
        talk.Request(Line(HttpStatusCode.OK));
        talk.Applied(Graph, new StepTally(200, 0, 0, 0), 5_000);
        Pass(0.25);

        Assert.Equal("graph: 200 of 5,000 sent, 20/s, 2 of 1,000 requests/min, 5 min left", Shown());
    }

    [Fact]
    public void Progress_counts_requests_of_the_last_minute()
    {
        var talk = Begin(isTerminal: true);
        talk.Planned(Graph, new PlanCounts(5_000, 0, 0, 0));
        talk.Request(Line(HttpStatusCode.OK));
        Pass(45);
        talk.Request(Line(HttpStatusCode.OK));
        Pass(30);

        Assert.Contains("1 of 1,000 requests/min", Shown(), StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_shows_the_seconds_of_a_throttle()
    {
        var talk = Begin(isTerminal: true);
        talk.Planned(Graph, new PlanCounts(5_000, 0, 0, 0));

        talk.Paused("graph", _time.GetUtcNow() + TimeSpan.FromSeconds(30));
        Pass(10);

        Assert.Contains("throttled: waits 20 s", Shown(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100, "sending graph 50% 49/s, 11 s left · sentinel 2% 2/s, 9 min left · defender 50% 49/s, 11 s left")]
    [InlineData(80, "sending graph 50% 49/s · sentinel 2% 2/s · defender 50% 49/s, 9 min left")]
    [InlineData(70, "sending graph 50% · sentinel 2% · defender 50%, 100/s, 9 min left")]
    [InlineData(60, "3 destinations, 100/s, 9 min left: sending graph 50% · sen…")]
    public void Progress_of_several_destinations_shows_phase_rate_and_time_left_on_a_narrow_line(int width, string shown)
    {
        var talk = Begin(isTerminal: true, width: width);
        foreach (var name in (string[])["graph", "sentinel", "defender"]) talk.Planned(
            Graph with { Name = name }, new PlanCounts(1_000, 0, 0, 0));
        Pass(10);
        foreach (var name in (string[])["graph", "sentinel", "defender"]) talk.Applied(
            Graph with { Name = name }, new StepTally(name == "sentinel" ? 20 : 500, 0, 0, 0), 1_000);
        Pass(0.25);

        Assert.Equal(shown, Shown());
    }

    [Fact]
    public void Progress_of_destinations_in_several_phases_names_each_phase_once()
    {
        var talk = Begin(isTerminal: true, width: 100);
        talk.Planned(Graph, new PlanCounts(5_000, 0, 0, 0));
        talk.Listed(Graph with { Name = "sentinel" }, 12_000);
        talk.Planned(Graph with { Name = "defender" }, new PlanCounts(1_000, 0, 0, 0));
        talk.Paused("graph", _time.GetUtcNow() + TimeSpan.FromSeconds(30));
        Pass(10);
        talk.Applied(Graph, new StepTally(2_500, 0, 0, 0), 5_000);
        Pass(0.25);

        Assert.Equal("sending graph 50% 244/s (throttled), 11 s left · defender 0% · listing sentinel 12,000 1,171/s", Shown());
    }

    [Fact]
    public void Progress_shows_no_list_any_more_while_the_source_is_read()
    {
        var talk = Begin(isTerminal: true);
        talk.Listed(Graph, 12_000);
        Pass(1);
        Assert.Contains("graph: 12,000 listed", Shown(), StringComparison.Ordinal);

        talk.Reading(Misp, 1, 9);
        Pass(1);

        Assert.Equal("reading misp: 1 of 9 events", Shown());
    }

    [Fact]
    public void Progress_line_is_cleared_before_other_output_and_at_the_end()
    {
        var talk = Begin(isTerminal: true);
        talk.Reading(Misp, 1, 9);
        Pass(1);

        talk.Warn("look");
        Pass(1);
        talk.End();

        Assert.Equal(["warning: look", ""], Screen(_error.ToString()));
    }

    [Fact]
    public void Progress_is_not_drawn_after_the_end()
    {
        var talk = Begin(isTerminal: true);
        talk.Reading(Misp, 1, 9);
        talk.End();
        var before = _error.ToString();

        Pass(60);

        Assert.Equal(before, _error.ToString());
    }

    [Fact]
    public void Progress_without_a_terminal_is_a_plain_line_each_30_seconds()
    {
        var talk = Begin(isTerminal: false);
        talk.Reading(Misp, 0, 900);
        Pass(20);
        talk.Reading(Misp, 100, 900);

        Pass(10);
        Pass(29);
        Pass(1);

        Assert.Equal(["reading misp: 100 of 900 events, 3.3/s, 4 min left", "reading misp: 100 of 900 events, 1.7/s, 8 min left", ""],
            _error.ToString().ReplaceLineEndings("\n").Split('\n'));
    }

    [Fact]
    public void Quiet_prints_no_progress()
    {
        var talk = Begin(isTerminal: true, "--quiet");
        talk.Reading(Misp, 1, 9);
        talk.Request(Line(HttpStatusCode.OK));

        Pass(60);

        Assert.Empty(_error.ToString());
        Assert.Empty(_out.ToString());
    }

    [Fact]
    public void Progress_never_goes_to_stdout()
    {
        var talk = Begin(isTerminal: true);
        talk.Reading(Misp, 1, 9);
        Pass(60);

        talk.End();

        Assert.Empty(_out.ToString());
    }

    [Fact]
    public void Interruption_is_acknowledged_immediately()
    {
        var talk = Begin(isTerminal: true);
        talk.Reading(Misp, 1, 9);
        Pass(1);

        using (talk.WarnOnInterrupt()) _interrupt.Cancel();
        talk.End();

        Assert.Equal(
            ["warning: Stopping after the requests in flight. Press Ctrl-C again to stop now (safe).", ""], Screen(_error.ToString()));
    }

    [Fact]
    public void Narrow_request_line_names_the_file_without_its_date()
    {
        Begin(isTerminal: false).Request(Line(HttpStatusCode.OK, 91, "20261124T104559.786Z_000006_graph_submit_200.json"));
        Assert.Equal("graph submit: 91 items, 200  20261124T104559.786Z_000006_graph_submit_200.json", _out.ToString().TrimEnd());
        _out.GetStringBuilder().Clear();

        Begin(isTerminal: false, width: 72).Request(Line(HttpStatusCode.OK, 91, "20261124T104559.786Z_000006_graph_submit_200.json"));
        Assert.Equal("graph submit: 91 items, 200  *T104559.786Z_000006_graph_submit_200.json", _out.ToString().TrimEnd());
    }

    [Theory]
    [InlineData(false, false, true)]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)]
    public void Terminal_shows_a_request_only_when_it_failed(bool isTerminal, bool failed, bool isShown)
    {
        var attempt = Line(HttpStatusCode.OK);
        if (failed) attempt.Finish(99, 1, failed: true);

        Begin(isTerminal).Request(attempt);

        Assert.Equal(isShown ? $"graph submit: 100 items, 200{(failed ? ", 1 failed" : "")}" : "", _out.ToString().TrimEnd());
    }

    [Theory]
    [InlineData("-v", "graph submit: 100 items, 200")]
    [InlineData("-vv", "graph submit: 100 items, 200\n  > {\"value\":1}")]
    public void Verbose_shows_each_request_and_very_verbose_its_bodies(string option, string shown)
    {
        Begin(isTerminal: true, option).Request(Line(HttpStatusCode.OK, body: "{\"value\":1}"));

        Assert.Equal(shown, _out.ToString().TrimEnd().ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Hostile_source_name_cannot_move_the_cursor()
    {
        var talk = Begin(isTerminal: true);

        talk.Reading(new SourceInfo("\e[2Jmisp\n", "misp"), 1, 9);
        Pass(1);

        Assert.DoesNotContain('\e', _error.ToString());
        Assert.DoesNotContain('\n', _error.ToString());
    }

    public void Dispose() => _interrupt.Dispose();

    private ConsoleReporter Begin(bool isTerminal, params string[] args) => Begin(isTerminal, 100, args);

    private ConsoleReporter Begin(bool isTerminal, int width, params string[] args)
    {
        var common = new CommonOptions();
        var root = new RootCommand();
        common.AddTo(root);
        var host = new ToolHost
        {
            Out = _out,
            Error = _error,
            Environment = new Dictionary<string, string>(),
            WorkingDirectory = "",
            Time = _time,
            IsTerminal = isTerminal,
            IsOutTerminal = isTerminal,
            Interrupt = _interrupt.Token,
            Width = width,
            ErrorWidth = () => width,
        };
        var talk = new ConsoleReporter(host, common.Read(root.Parse(args)), printsRequests: true);
        talk.Begin("misp", [("graph", 1_000)]);
        return talk;
    }

    private void Pass(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));

    private string Shown() => Screen(_error.ToString())[^1];

    /// <summary>What a terminal shows after this was written to it.</summary>
    private static string[] Screen(string written)
    {
        var lines = new List<string>();
        foreach (var line in written.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n'))
        {
            var cells = new List<char>();
            var at = 0;
            foreach (var sign in line)
            {
                if (sign == '\r')
                {
                    at = 0;
                    continue;
                }

                if (at < cells.Count) cells[at] = sign;
                else cells.Add(sign);
                at++;
            }

            lines.Add(new string([.. cells]).TrimEnd());
        }

        return [.. lines];
    }

    private static LoggedAttempt Line(HttpStatusCode status, int items = 100, string? file = null, string? body = null)
    {
        var written = new PooledBuffer();
        if (body is not null) written.Write(Encoding.UTF8.GetBytes(body));
        var call = new ApiCall
        {
            Destination = "graph",
            Operation = "submit",
            Method = HttpMethod.Post,
            Uri = new Uri("http://localhost"),
            Items = items,
            Body = body is null ? null : written,
        };
        call.BeginAttempt(call.Uri);
        return new LoggedAttempt(new RequestLog(new LogSettings { Requests = RequestLogging.None }, 1, TimeProvider.System), call,
            call.Uri)
        { Status = status, FileName = file };
    }
}

using System.CommandLine;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using MispGraphSync.Commands;
using MispGraphSync.Core.Sync;
using MispGraphSync.Http;
using Xunit;

namespace MispGraphSync.Tests;

/// <summary>Progress and notices, on a terminal and elsewhere.</summary>
public sealed class TalkTests : IDisposable
{
    private static readonly SourceInfo Misp = new("misp", "misp");
    private static readonly DestinationInfo Graph = new("graph", "graph", "tenant", "Azure Sentinel");

    private readonly FakeTimeProvider _time = new(Some.Now);
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();
    private readonly CancellationTokenSource _interrupt = new();

    [Fact]
    public void Reading_tells_how_far_how_fast_and_how_long()
    {
        var talk = Begin(isTerminal: true);

        talk.Reading(Misp, 0, 1_000);
        Pass(10);
        talk.Reading(Misp, 200, 1_000);
        Pass(0.25);

        Assert.Equal("reading misp: 200 of 1,000 events, 20/s, 41 s left", Shown());
    }

    [Fact]
    public void Sending_tells_the_quota_too()
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
    public void Requests_count_for_a_minute()
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
    public void Being_throttled_is_told_with_the_seconds()
    {
        var talk = Begin(isTerminal: true);
        talk.Planned(Graph, new PlanCounts(5_000, 0, 0, 0));

        talk.Paused("graph", _time.GetUtcNow() + TimeSpan.FromSeconds(30));
        Pass(10);

        Assert.Contains("throttled: waits 20 s", Shown(), StringComparison.Ordinal);
    }

    [Fact]
    public void Several_destinations_share_a_narrow_line()
    {
        var talk = Begin(isTerminal: true, width: 60);
        foreach (var name in (string[])["graph", "sentinel", "defender"]) talk.Planned(Graph with { Name = name }, new PlanCounts(1_000, 0, 0, 0));
        Pass(10);
        foreach (var name in (string[])["graph", "sentinel", "defender"]) talk.Applied(Graph with { Name = name }, new StepTally(name == "sentinel" ? 20 : 500, 0, 0, 0), 1_000);
        Pass(0.25);

        Assert.Equal("graph 50 % · sentinel 2 % · defender 50 %, 9 min left", Shown());
    }

    [Fact]
    public void The_line_is_taken_away_before_anything_else_is_written_and_at_the_end()
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
    public void Nothing_is_drawn_after_the_end()
    {
        var talk = Begin(isTerminal: true);
        talk.Reading(Misp, 1, 9);
        talk.End();
        var before = _error.ToString();

        Pass(60);

        Assert.Equal(before, _error.ToString());
    }

    [Fact]
    public void Elsewhere_a_plain_line_comes_every_half_minute()
    {
        var talk = Begin(isTerminal: false);
        talk.Reading(Misp, 0, 900);
        Pass(20);
        talk.Reading(Misp, 100, 900);

        Pass(10);
        Pass(29);
        Pass(1);

        Assert.Equal(["reading misp: 100 of 900 events, 3.3/s, 4 min left", "reading misp: 100 of 900 events, 1.7/s, 8 min left", ""], _error.ToString().ReplaceLineEndings("\n").Split('\n'));
    }

    [Fact]
    public void Quiet_is_quiet()
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
    public void An_interruption_is_answered_at_once()
    {
        var talk = Begin(isTerminal: true);
        talk.Reading(Misp, 1, 9);
        Pass(1);

        using (talk.TellOnInterrupt()) _interrupt.Cancel();
        talk.End();

        Assert.Equal(["warning: Told to end: what is under way is finished and saved. Once more ends it at once, safely", "  too.", ""], Screen(_error.ToString()));
    }

    [Fact]
    public void Where_a_line_has_no_room_for_both_the_file_says_what_the_request_was()
    {
        Begin(isTerminal: false).Request(Line(HttpStatusCode.OK) with { Items = 91, FileName = "20261124T104559.786Z_000006_graph_submit_200.json" });
        Assert.Equal("graph submit: 91 items, 200  20261124T104559.786Z_000006_graph_submit_200.json", _out.ToString().TrimEnd());
        _out.GetStringBuilder().Clear();

        Begin(isTerminal: false, width: 70).Request(Line(HttpStatusCode.OK) with { Items = 91, FileName = "20261124T104559.786Z_000006_graph_submit_200.json" });
        Assert.Equal("91 items, 200  20261124T104559.786Z_000006_graph_submit_200.json", _out.ToString().TrimEnd());
    }

    [Fact]
    public void A_hostile_source_name_cannot_move_the_cursor()
    {
        var talk = Begin(isTerminal: true);

        talk.Reading(new SourceInfo("\e[2Jmisp\n", "misp"), 1, 9);
        Pass(1);

        Assert.DoesNotContain('\e', _error.ToString());
        Assert.DoesNotContain('\n', _error.ToString());
    }

    public void Dispose() => _interrupt.Dispose();

    private Talk Begin(bool isTerminal, params string[] args) => Begin(isTerminal, 100, args);

    private Talk Begin(bool isTerminal, int width, params string[] args)
    {
        var common = new CommonOptions();
        var root = new RootCommand();
        foreach (var option in common.All) root.Add(option);
        var host = new ToolHost
        {
            Out = _out,
            Error = _error,
            Environment = new Dictionary<string, string>(),
            WorkingDirectory = "",
            Time = _time,
            IsTerminal = isTerminal,
            Interrupt = _interrupt.Token,
            Width = width,
            ErrorWidth = () => width,
        };
        var talk = new Talk(host, common, root.Parse(args), printsRequests: true);
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

    private static RequestLine Line(HttpStatusCode status) =>
        new("graph", "submit", 100, 100, 0, status, 1, Failed: false, TimeSpan.Zero, FileName: null, Error: null, default, default);
}

using System.Globalization;
using System.Text.RegularExpressions;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Alerts;
using Xunit;

namespace MispGraphSync.Tests.Hits;

/// <summary>A service that cannot give the alerts of a long time in one answer is asked for shorter times.</summary>
public sealed partial class AlertWindowTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly AlertWindow Week = new(Start, Start.AddDays(7));

    [Theory]
    [InlineData("late", 3)]
    [InlineData("too long", 48)]
    public async Task Alerts_of_a_week_come_in_parts_where_one_answer_cannot_hold_them(string fault, int hours)
    {
        await using var stage = await HitsStage.StartAsync("defender");
        for (var day = 0; day < 6; day += 2)
        {
            stage.Alerts.Put(stage.Custom($"{day}", Alert.Address(HitsStage.Address)));
            stage.Run.Time.Advance(TimeSpan.FromDays(2));
        }

        var rule = stage.Sandbox.Faults.Add(
            Service.Graph, fault == "late" ? new Fault.Status(504) : new Fault.Bomb("gzip", 1L << 27, "{\"value\":[\""),
            times: int.MaxValue, when: request => LengthOf(request) > TimeSpan.FromHours(hours));
        var whole = await stage.HitsAsync(0, "--json");
        stage.Run.Time.Advance(TimeSpan.FromHours(1));
        var next = await stage.HitsAsync(0, "--json");

        Assert.InRange(rule.Struck, 3, 12);
        Assert.Equal(3, Assert.Single(whole.Json.GetProperty("hits").EnumerateArray()).GetProperty("alerts").GetInt64());
        Assert.Equal(
            whole.Json.GetProperty("destinations")[0].GetProperty("until").GetDateTimeOffset().AddHours(-1),
            next.Json.GetProperty("destinations")[0].GetProperty("from").GetDateTimeOffset(), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_service_that_never_answers_in_time_ends_the_look_after_few_requests()
    {
        await using var stage = await HitsStage.StartAsync("defender");
        stage.Alerts.Put(stage.Custom("1", Alert.Address(HitsStage.Address)));
        var rule = stage.Sandbox.Faults.Add(Service.Graph, new Fault.Status(504), times: int.MaxValue);

        var silent = await stage.HitsAsync(5);
        stage.Sandbox.Faults.Clear();
        var whole = await stage.HitsAsync(0, "--json");

        Assert.Contains("504", silent.Error, StringComparison.Ordinal);
        // Six attempts each, at a week, 21 hours, three hours and 20 minutes.
        Assert.Equal(24, rule.Struck);
        Assert.Single(whole.Json.GetProperty("hits").EnumerateArray());
    }

    [Fact]
    public async Task Each_moment_is_read_where_answers_break_a_limit()
    {
        var read = new List<AlertWindow>();
        var reader = NewReader(TimeSpan.FromSeconds(1), (window, _) =>
        {
            if (window.Length > TimeSpan.FromDays(1)) throw Broken(AnswerLimit.Length);
            if (window.Length > TimeSpan.FromHours(2)) throw Broken(AnswerLimit.Time);
            read.Add(window);
            return new AlertPage([], null, IsFull: false);
        });

        await foreach (var _ in reader.ReadAsync(Week, TestContext.Current.CancellationToken)) continue;

        Assert.Equal((Week.From, Week.Until), (read[0].From, read[^1].Until));
        Assert.All(read.Zip(read.Skip(1)), pair => Assert.Equal(pair.First.Until, pair.Second.From));
        Assert.All(read, window => Assert.Equal(0, window.From.Ticks % TimeSpan.TicksPerSecond));
        Assert.Null(reader.Gap);
    }

    [Fact]
    public async Task Time_that_was_too_long_once_is_not_asked_for_a_second_time()
    {
        var late = 0;
        var reader = NewReader(TimeSpan.FromMilliseconds(1), (window, _) =>
        {
            if (window.Length <= TimeSpan.FromHours(3)) return new AlertPage([], null, IsFull: false);
            late++;
            throw Broken(AnswerLimit.Time);
        });

        await foreach (var _ in reader.ReadAsync(Week, TestContext.Current.CancellationToken)) continue;

        Assert.Equal(2, late);
    }

    [Fact]
    public async Task A_later_page_that_is_too_long_is_read_in_shorter_windows()
    {
        var firsts = 0;
        var reader = NewReader(TimeSpan.FromMilliseconds(1), (window, next) =>
        {
            if (next is not null && window.Length > TimeSpan.FromDays(4)) throw Broken(AnswerLimit.Length);
            if (next is null) firsts++;
            return new AlertPage([], next is null ? "page 2" : null, IsFull: false);
        });

        await foreach (var _ in reader.ReadAsync(Week, TestContext.Current.CancellationToken)) continue;

        Assert.Equal(3, firsts);
    }

    [Theory]
    [InlineData(AnswerLimit.Length, 31)]
    [InlineData(AnswerLimit.Time, 4)]
    [InlineData(AnswerLimit.None, 1)]
    public async Task A_service_that_always_breaks_a_limit_is_a_failure(AnswerLimit limit, int most)
    {
        var asked = 0;
        var reader = NewReader(TimeSpan.FromMilliseconds(1), (_, _) =>
        {
            asked++;
            throw Broken(limit);
        });

        var failure = await Assert.ThrowsAsync<RunFailedException>(async () =>
        {
            await foreach (var _ in reader.ReadAsync(Week, TestContext.Current.CancellationToken)) continue;
        });

        Assert.Equal(limit, failure.BrokenLimit);
        Assert.InRange(asked, 1, most);
    }

    // Without a connection, so there is nothing to dispose of.
    private static AlertReader NewReader(TimeSpan least, Func<AlertWindow, string?, AlertPage> fetch) =>
        new(null!, null!, least, (window, next, _) => Task.FromResult(fetch(window, next)));

    private static RunFailedException Broken(AnswerLimit limit) =>
        new(RunOutcome.Unreachable, "It gives no usable answer.") { BrokenLimit = limit };

    private static TimeSpan LengthOf(SeenRequest request)
    {
        var window = Window().Match(Uri.UnescapeDataString(request.Path));
        return window.Success ? At(window.Groups["until"]) - At(window.Groups["from"]) : TimeSpan.Zero;
    }

    private static DateTimeOffset At(Group text) => DateTimeOffset.Parse(text.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("DateTime ge (?<from>[^ &]+) and [a-zA-Z]+ lt (?<until>[^ &]+)")]
    private static partial Regex Window();
}

using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Reliability;

/// <summary>Stdout and stderr that cannot be written.</summary>
public sealed class OutputTests : IAsyncLifetime
{
    private const int BrokenPipe = 32;
    private const int NoRoom = 28;

    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync() => _run = await SandboxRun.StartAsync();

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Theory]
    [InlineData("push")]
    [InlineData("push -vv")]
    [InlineData("push --json")]
    [InlineData("plan")]
    [InlineData("plan --output jsonl")]
    [InlineData("read")]
    [InlineData("read --output csv")]
    [InlineData("status")]
    [InlineData("errors")]
    [InlineData("doctor")]
    [InlineData("verify")]
    [InlineData("purge --dry-run")]
    [InlineData("config show")]
    [InlineData("config validate")]
    [InlineData("report")]
    [InlineData("completions bash")]
    [InlineData("--help")]
    public async Task Full_stdout_exits_5_with_one_sentence_and_closed_stdout_is_quiet(string verb)
    {
        var code = (await _run.RunAsync(verb.Split(' '))).Code;

        _run.Out = new FailingWriter(NoRoom);
        var full = await _run.RunAsync(verb.Split(' '));
        _run.Out = new FailingWriter(BrokenPipe);
        var unread = await _run.RunAsync(verb.Split(' '));

        Assert.Equal(code == 0 ? 5 : code, full.Code);
        Assert.Equal("error: The output could not be written: 28",
            full.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1].TrimEnd('\r'));
        Assert.Equal(code, unread.Code);
        Assert.DoesNotContain("error: The output", unread.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(NoRoom)]
    [InlineData(BrokenPipe)]
    public async Task Unwritable_output_neither_loses_nor_repeats_a_request(int fault)
    {
        (_run.Out, _run.Error) = (new FailingWriter(fault), new FailingWriter(fault));

        await _run.RunAsync("push", "-vv");

        var submits = _run.Sandbox.RequestsTo(Service.Graph)
            .Count(request => request.Path.EndsWith("submitTiIndicators", StringComparison.Ordinal));
        Assert.Equal(1, submits);
        Assert.Single(_run.RequestFiles(), file => file.Contains("_submit_200", StringComparison.Ordinal));
        (_run.Out, _run.Error) = (null, null);
        Assert.Equal(0, (await _run.RunAsync("push", "--json")).Json.GetProperty("destinations")[0].GetProperty("planned")
            .GetProperty("create").GetInt32());
    }

    [Theory]
    [InlineData(NoRoom, 5)]
    [InlineData(BrokenPipe, 0)]
    public async Task Output_that_fails_in_the_middle_of_a_push_loses_no_record(int fault, int code)
    {
        await using var run = await StartWithManyAsync();
        run.Out = new FailingWriter(fault, after: 2);

        var push = await run.RunAsync("push", "-vv");

        Assert.Equal(code, push.Code);
        await AssertRecordedAsync(run);
    }

    [Fact]
    public async Task Pipe_that_closes_in_the_middle_of_a_push_loses_no_record()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It needs bash.");
        await using var run = await StartWithManyAsync();
        using var process = ToolProcess.Start(
            run.Folder, "exec > >(head -n 1 >/dev/null)", new Dictionary<string, string>(), "push", "-vv");

        var push = await process.EndAsync();

        Assert.Equal((0, ""), (push.Code, push.Error));
        await AssertRecordedAsync(run);
    }

    [Fact]
    public async Task Read_stops_when_nobody_reads_its_output()
    {
        await using var run = await StartWithManyAsync();
        run.Sandbox.GraphState.MaxPageSize = 10;
        await run.RunAsync("push");
        run.Sandbox.ForgetRequests();
        run.Out = new FailingWriter(BrokenPipe, after: 15);

        var read = await run.RunAsync("read", "--output", "jsonl");

        Assert.Equal((0, ""), (read.Code, read.Error));
        // The question whether Graph lets us in, and two pages.
        Assert.Equal(3, run.Sandbox.RequestsTo(Service.Graph).Count);
    }

    [Fact]
    public async Task Read_stops_when_its_pipe_closes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It needs bash.");
        await using var run = await StartWithManyAsync();
        run.Sandbox.GraphState.MaxPageSize = 10;
        await run.RunAsync("push");
        run.Sandbox.ForgetRequests();
        using var process = ToolProcess.Start(
            run.Folder, "exec > >(head -n 2 >/dev/null)", new Dictionary<string, string>(), "read");

        var read = await process.EndAsync();

        Assert.Equal((0, ""), (read.Code, read.Error));
        // To its end there would be more than 70 pages.
        Assert.InRange(run.Sandbox.RequestsTo(Service.Graph).Count, 2, 40);
    }

    private static async Task<SandboxRun> StartWithManyAsync()
    {
        var run = await SandboxRun.StartAsync(new SandboxOptions());
        run.Sandbox.MispState.Generate(5, 200, 1);
        return run;
    }

    private static async Task AssertRecordedAsync(SandboxRun run)
    {
        var submits = run.Sandbox.RequestsTo(Service.Graph)
            .Count(request => request.Path.EndsWith("submitTiIndicators", StringComparison.Ordinal));
        Assert.InRange(submits, 4, 100);
        Assert.Equal(submits, run.RequestFiles().Count(file => file.Contains("_submit_200", StringComparison.Ordinal)));
        run.Out = null;
        var planned = (await run.RunAsync("push", "--json")).Destination();
        Assert.Equal((0, run.Sandbox.GraphState.Count),
            (planned.GetProperty("planned").GetProperty("create").GetInt32(), planned.GetProperty("unchanged").GetInt32()));
    }

    [Theory]
    [InlineData("exec >/dev/full", 5)]
    [InlineData("exec >&-", 0)]
    [InlineData("exec 2>/dev/full", 0)]
    [InlineData("exec 2>&-", 0)]
    [InlineData("exec >&- 2>&-", 0)]
    public async Task Process_with_full_or_closed_streams_ends_cleanly(string streams, int code)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no /dev/full.");
        using var process = ToolProcess.Start(_run.Folder, streams, new Dictionary<string, string>(), "push");

        var ended = await process.EndAsync();

        Assert.Equal(code, ended.Code);
        Assert.Equal(code == 5, ended.Error.Contains("error: The output could not be written", StringComparison.Ordinal));
        Assert.True(_run.Sandbox.GraphState.Count > 0);
    }

    [Fact]
    public async Task Unwritable_progress_does_not_end_the_process()
    {
        _run.Error = new FailingWriter(NoRoom);
        _run.Sandbox.Faults.Add(Service.Graph, new Fault.Throttle(TimeSpan.FromSeconds(1)), times: 2);

        Assert.Equal(0, (await _run.RunAsync("push")).Code);
    }

    /// <param name="after">So many writes succeed before.</param>
    private sealed class FailingWriter(int fault, int after = 0) : StringWriter
    {
        private int _written;

        public override void Write(char value) => Fail();

        public override void Write(char[] buffer, int index, int count) => Fail();

        public override void Write(string? value) => Fail();

        public override void WriteLine(string? value) => Fail();

        private void Fail()
        {
            if (++_written > after) throw new IOException(fault.ToString(System.Globalization.CultureInfo.InvariantCulture), fault);
        }
    }
}

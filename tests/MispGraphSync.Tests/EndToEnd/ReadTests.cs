using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary><c>misp-graph read</c>: what is listed, in which words, and when it stops.</summary>
public sealed class ReadTests : IAsyncLifetime
{
    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        _run = await SandboxRun.StartAsync(new SandboxOptions { SampleEvents = true });
        _run.Sandbox.GraphState.MaxPageSize = 10;
        await _run.RunAsync("push");
    }

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task First_row_is_written_before_the_second_page_is_asked_for()
    {
        _run.Sandbox.ForgetRequests();
        using var rows = new ObservedWriter(() => _run.Sandbox.RequestsTo(Service.Graph).Count);
        _run.Out = rows;

        await _run.RunAsync("read");

        // The question whether Graph lets us in, and the first page.
        Assert.Equal(2, rows.AtSecondLine);
        Assert.InRange(_run.Sandbox.RequestsTo(Service.Graph).Count, 9, 20);
    }

    [Fact]
    public async Task Limit_ends_the_list_and_asks_for_no_more_pages()
    {
        _run.Sandbox.ForgetRequests();

        var read = await _run.RunAsync("read", "--limit", "12");

        Assert.Equal(13, read.Out.TrimEnd().Split('\n').Length);
        Assert.Equal("12 indicators at 'graph'; there may be more.", read.Error.TrimEnd());
        Assert.Equal(3, _run.Sandbox.RequestsTo(Service.Graph).Count);
    }

    [Fact]
    public async Task Type_selects_indicators()
    {
        var read = await _run.RunAsync("read", "--type", "Domain", "--output", "csv");

        var rows = read.Out.TrimEnd().Split('\n')[1..];
        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Equal("domain", row.Split(',')[3]));
        Assert.Contains($", of {_run.Sandbox.GraphState.Count}.", read.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Type_that_is_not_there_is_answered_with_those_that_are()
    {
        var read = await _run.RunAsync("read", "--type", "domian");

        Assert.Equal((0, 1), (read.Code, read.Out.TrimEnd().Split('\n').Length));
        Assert.Contains("0 indicators of the type domian at 'graph'", read.Error, StringComparison.Ordinal);
        Assert.Matches("Types there: .*domain [0-9]+, ", read.Error);
    }

    [Fact]
    public async Task Limit_of_nothing_lists_nothing()
    {
        var read = await _run.RunAsync("read", "--limit", "0");

        Assert.Equal((0, 1), (read.Code, read.Out.TrimEnd().Split('\n').Length));
        Assert.Equal("0 indicators at 'graph'; there may be more.", read.Error.TrimEnd());
    }

    [Fact]
    public async Task Revoked_indicator_is_called_so_in_the_table_the_count_and_the_CSV()
    {
        _run.Configure(["sentinel"], _ => { });
        File.Delete(_run.Ledger);
        await _run.RunAsync("push");
        foreach (var @event in _run.Sandbox.MispState.Uuids.Skip(1)) _run.Sandbox.MispState.Remove(@event);
        await _run.RunAsync("push", "--max-delete", "100%");

        var table = await _run.RunAsync("read");
        var csv = (await _run.RunAsync("read", "--output", "csv")).Out.TrimEnd().Split('\n');

        var revoked = csv.Count(row => row.TrimEnd().EndsWith(",true", StringComparison.Ordinal));
        Assert.InRange(revoked, 1, csv.Length - 2);
        Assert.Equal(revoked, table.Out.Split('\n').Count(line => line.StartsWith("revoked  ", StringComparison.Ordinal)));
        Assert.Contains($", {revoked} of them revoked.", table.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limit_that_is_no_number_is_a_usage_error() =>
        Assert.Equal(2, (await _run.RunAsync("read", "--limit", "many")).Code);

    [Theory]
    [InlineData("graph")]
    [InlineData("sentinel")]
    [InlineData("defender")]
    public async Task Plan_and_read_show_an_indicator_in_the_same_words(string kind)
    {
        _run.Configure([kind], _ => { });
        File.Delete(_run.Ledger);
        if (kind == "graph") _run.Sandbox.GraphState.Clear();
        _run.Width = 4_000;
        var head = $"+ {kind}: ";
        var planned = (await _run.RunAsync("plan")).Out.Split('\n')
            .Where(line => line.StartsWith(head, StringComparison.Ordinal)).Select(line => line[head.Length..].TrimEnd()).ToList();
        await _run.RunAsync("push");

        var read = (await _run.RunAsync("read")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..]
            .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4..]));

        Assert.InRange(planned.Count, 40, 200);
        Assert.Equal(planned.Select(Known).Order(StringComparer.Ordinal), read.Select(Known).Order(StringComparer.Ordinal));

        // Graph has no word for most algorithms.
        static string Known(string line) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Replace("sha512 ", "hash ", StringComparison.Ordinal).Replace("imphash ", "hash ", StringComparison.Ordinal);
    }

    private sealed class ObservedWriter(Func<int> observe) : StringWriter
    {
        private int _lines;

        /// <summary>After the head of the table.</summary>
        public int? AtSecondLine { get; private set; }

        public override void WriteLine(string? value) => AtSecondLine ??= _lines++ == 1 ? observe() : null;
    }
}

namespace MispGraphSync.Sandbox.Running;

/// <summary>
/// A first run: start all services, push the sample events, read them back, push again, and check each
/// step against what the sandbox holds.
/// </summary>
internal sealed class Tour(string executable, DirectoryInfo folder, IReadOnlyList<string> only, TextWriter output, CancellationToken ct)
{
    private readonly Service[] _destinations = [.. new[] { Service.Graph, Service.Sentinel, Service.Defender }
        .Where(service => only.Count == 0 || only.Contains(NameOf(service)))];

    private readonly List<string> _differences = [];

    /// <returns>0 when no difference was found, else 1.</returns>
    public async Task<int> RunAsync()
    {
        await using var sandbox = await SandboxHost.StartAsync(new SandboxOptions { SampleEvents = true }, ct);
        await ServeCommand.WriteFilesAsync(sandbox, folder, only, ct);
        await SayAsync($"""
            A MISP server with {sandbox.MispState.Count} made-up events is running on this machine, and beside it stand-ins for
            Microsoft's sign-in, Graph, Sentinel and Defender. Nothing leaves the machine. Settings, logs and ledger: {folder.FullName}
            """);
        var product = new Product(executable, folder.FullName);

        await PushAsync(sandbox, product);
        foreach (var destination in _destinations) await ReadAsync(sandbox, product, destination);
        await PushAgainAsync(sandbox, product);
        return await SummariseAsync();
    }

    private async Task PushAsync(SandboxHost sandbox, Product product)
    {
        await SayAsync("1. Push: read MISP, work out what is missing at each product, send it.");
        await RunAsync(product, "push");
        foreach (var destination in _destinations)
        {
            var held = Held(sandbox, destination).Count;
            await output.WriteLineAsync($"    → {destination} now holds {held} indicators.");
            if (held == 0) Differs($"nothing arrived at {destination}");
        }

        var twins = sandbox.GraphState.All().GroupBy(one => one.ExternalId).Count(group => group.Count() > 1);
        if (twins > 0) Differs($"{twins} indicators are at Graph twice");
    }

    private async Task ReadAsync(SandboxHost sandbox, Product product, Service destination)
    {
        var name = NameOf(destination);
        await SayAsync($"2. Read back what is at {destination}: the first five, then all of them.");
        if (!await RunAsync(product, "read", "--destination", name, "--output", "table", "--limit", "5")) return;

        // All for machines, and compared with the sandbox's own memory, one by one.
        string[] command = ["read", "--config", "config.json", "--destination", name, "--output", "jsonl"];
        var (_, lines) = await product.RunAsync(command, TextWriter.Null, ct);
        var read = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var held = Held(sandbox, destination);
        var missing = held.Count(id => !read.Any(line => line.Contains($"\"{id}\"", StringComparison.Ordinal)));
        if (missing > 0 || read.Length != held.Count)
            Differs($"{destination} holds {held.Count} indicators, {read.Length} were read, {missing} of those held are not among them");
        else
            await output.WriteLineAsync($"    → all {held.Count} were read back.");
    }

    private async Task PushAgainAsync(SandboxHost sandbox, Product product)
    {
        await SayAsync("3. Push again: nothing changed in MISP, so nothing may be sent.");
        sandbox.ForgetRequests();
        await RunAsync(product, "push");
        var sent = sandbox.Requests.Where(request => _destinations.Contains(request.Service) && request.Method != "GET").ToArray();
        if (sent.Length > 0) Differs($"the second push sent {sent.Length} requests, the first of them {sent[0]}");
        else await output.WriteLineAsync("    → nothing was sent.");
    }

    private async Task<bool> RunAsync(Product product, params string[] arguments)
    {
        await output.WriteLineAsync($"  $ misp-graph {string.Join(' ', arguments)}");
        var (exitCode, text) = await product.RunAsync([arguments[0], "--config", "config.json", .. arguments[1..]], output, ct);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            await output.WriteLineAsync($"    {line.TrimEnd('\r')}");
        if (exitCode != 0) Differs($"`misp-graph {string.Join(' ', arguments)}` ended with exit code {exitCode}");
        return exitCode == 0;
    }

    private async Task<int> SummariseAsync()
    {
        if (_differences.Count == 0)
        {
            await SayAsync($"""
                No differences found: each product holds what MISP marks for detection once, and a second push changes nothing.
                Next: look at {Path.Combine(folder.FullName, "logs")}, or run the sandbox with `-- serve` and try things yourself.
                """);
            return 0;
        }

        await SayAsync("Differences found:");
        foreach (var difference in _differences) await output.WriteLineAsync($"  - {difference}");
        return 1;
    }

    private static List<string> Held(SandboxHost sandbox, Service destination) => destination switch
    {
        Service.Graph => [.. sandbox.GraphState.All().Select(one => one.Id.ToString())],
        Service.Sentinel => [.. sandbox.SentinelState.Active().Select(one => one.Id)],
        _ => [.. sandbox.DefenderState.All().Select(one => one.Id)],
    };

    private static string NameOf(Service destination) => destination.ToString().ToLowerInvariant();

    private void Differs(string what) => _differences.Add(what);

    private async Task SayAsync(string text)
    {
        await output.WriteLineAsync();
        await output.WriteLineAsync(text);
    }
}

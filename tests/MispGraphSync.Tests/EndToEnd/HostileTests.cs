using MispGraphSync.Sandbox;
using MispGraphSync.Tests.Http;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>
/// Something else answers in a service's place, or nothing does. Whatever it is: the run ends with the right code and a
/// sentence, no credential goes elsewhere, nothing is deleted, and the next run puts everything right.
/// </summary>
public sealed class HostileTests : IAsyncLifetime
{
    private static readonly string[] Kinds = ["graph", "sentinel", "defender"];

    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        _run = await SandboxRun.StartAsync(new SandboxOptions { Time = new VirtualTime() }, Kinds);
        for (var i = 0; i < 3; i++) _run.Sandbox.MispState.AddEvent(SomeMisp.Event(i, domains: 20));
    }

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    public static TheoryData<Service, string> Impostors()
    {
        var all = new TheoryData<Service, string>();
        foreach (var service in (Service[])[Service.Misp, Service.Entra, Service.Graph, Service.Sentinel, Service.Defender])
        {
            foreach (var answer in (string[])["redirect", "page", "deep", "text", "nothing", "gone"])
            {
                // Sentinel says nothing when all is well.
                if (service != Service.Sentinel || answer != "nothing") all.Add(service, answer);
            }
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(Impostors))]
    public async Task Hostile_responses_lose_and_delete_nothing_and_get_no_credential(Service service, string answer)
    {
        await using var elsewhere = await SandboxHost.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        Assert.Equal(0, (await _run.RunAsync("push")).Code);
        var before = Held();
        // One event goes, one comes: there is something to delete, and something to create.
        _run.Sandbox.MispState.Remove(_run.Sandbox.MispState.Events[0]["uuid"]!.GetValue<string>());
        _run.Sandbox.MispState.AddEvent(SomeMisp.Event(7, domains: 20));
        Fault fault = answer switch
        {
            "redirect" => new Fault.Redirect(new Uri(elsewhere.Misp, "/somewhere")),
            "page" => new Fault.Html(),
            "deep" => new Fault.Reply(200, string.Concat(Enumerable.Repeat("{\"value\":", 5_000)) + "1" + new string('}', 5_000)),
            "text" => new Fault.Reply(200, "\"\\ud800\""),
            "nothing" => new Fault.Reply(200, ""),
            _ => new Fault.Reset(),
        };
        _run.Sandbox.Faults.Add(service, fault, times: int.MaxValue);

        var push = await _run.RunAsync("push", "--json");

        Assert.True(push.Code == 5, $"exit {push.Code}\n{push.Out}\n{push.Error}");
        Assert.Empty(elsewhere.Requests);
        var spoken = push.Json.GetProperty("source").GetProperty("error").GetString() + push.Json.GetProperty("destinations");
        Assert.Contains(service switch { Service.Misp => "MISP", Service.Entra => "igning in", _ => service.ToString() },
            spoken + push.Error, StringComparison.OrdinalIgnoreCase);
        Assert.All(before.Zip(Held()), pair => Assert.True(pair.Second >= pair.First - 20, $"{pair.First} were held, {pair.Second} are"));
        if (service is Service.Misp or Service.Entra) Assert.Equal(before, Held());
        await PutRightAsync();
    }

    [Theory]
    [InlineData(Service.Misp, "gzip", "{\"response\":[{\"Event\":{\"uuid\":\"11111111-1111-4111-8111-111111111111\",\"info\":\"")]
    [InlineData(Service.Misp, "br", "{\"response\":[{\"Event\":{\"uuid\":\"11111111-1111-4111-8111-111111111111\",\"nobody\":\"")]
    [InlineData(Service.Entra, "gzip", "{\"access_token\":\"")]
    [InlineData(Service.Graph, "br", "{\"value\":[\"")]
    [InlineData(Service.Sentinel, "gzip", "{\"errors\":[\"")]
    [InlineData(Service.Defender, "br", "{\"value\":[\"")]
    public async Task Decompression_bomb_is_refused_within_a_memory_bound(Service service, string coding, string start)
    {
        _run.Sandbox.Faults.Add(service, new Fault.Bomb(coding, 1L << 30, start), times: int.MaxValue, when: IsWork);

        using var process = ToolProcess.Start(
            _run.Folder, limits: null, new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = "0x10000000" }, "push", "--json");
        var push = await process.EndAsync();

        Assert.True(push.Code == 5, $"exit {push.Code}\n{push.Out}\n{push.Error}");
        await PutRightAsync();
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("other name")]
    [InlineData("expired")]
    public async Task Untrusted_MISP_certificate_gets_no_key(string what)
    {
        var asked = 0;
        await using var server = await StartAsync(what, () => asked++);
        _run.Change(settings => settings["misp"]!["url"] = server.At("localhost").AbsoluteUri);

        var push = await _run.RunAsync("push", "--json");

        Assert.True(push.Code == 5, $"exit {push.Code}\n{push.Out}\n{push.Error}");
        Assert.Contains("secure connection", push.Json.GetProperty("source").GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, asked);
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("other name")]
    [InlineData("expired")]
    public async Task Untrusted_Microsoft_certificate_gets_no_token(string what)
    {
        var asked = 0;
        await using var server = await StartAsync(what, () => asked++);
        foreach (var at in (int[])[0, 1, 2]) _run.Change(settings =>
            settings["destinations"]![at]!["endpoint"] = server.At("localhost").AbsoluteUri);

        var push = await _run.RunAsync("push", "--json");

        Assert.True(push.Code == 5, $"exit {push.Code}\n{push.Out}\n{push.Error}");
        Assert.All(Enumerable.Range(0, 3), at =>
            Assert.Contains("certificate", push.Destination(at).GetProperty("error").GetString(), StringComparison.Ordinal));
        Assert.Equal(0, asked);
    }

    [Theory]
    [InlineData("https://misp.invalid")]
    [InlineData("http://127.0.0.1:1")]
    public async Task Missing_host_exits_5_and_is_named(string address)
    {
        var host = new Uri(address).Host;
        _run.Change(settings => settings["misp"]!["url"] = address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        var misp = await _run.RunAsync("push", "--json");
        _run.Change(settings => settings["misp"]!["url"] = _run.Sandbox.Misp.AbsoluteUri);
        foreach (var at in (int[])[0, 1, 2]) _run.Change(settings => settings["destinations"]![at]!["endpoint"] = address);
        var destinations = await _run.RunAsync("push", "--json");

        Assert.Equal((5, 5), (misp.Code, destinations.Code));
        Assert.Contains(host.Replace("127.0.0.1", "localhost", StringComparison.Ordinal),
            misp.Json.GetProperty("source").GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.All(Enumerable.Range(0, 3), at =>
            Assert.Contains(host, destinations.Destination(at).GetProperty("error").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Token_that_expires_during_a_run_is_renewed_and_nothing_is_sent_twice()
    {
        foreach (var destination in (int[])[0, 1, 2]) _run.Change(settings =>
            settings["destinations"]![destination]!["parallelRequests"] = 2);
        for (var i = 10; i < 16; i++) _run.Sandbox.MispState.AddEvent(SomeMisp.Event(i, domains: 100));
        var asked = 0;
        _run.Sandbox.Faults.Add(Service.Graph, new Fault.Slow(TimeSpan.Zero), when: request =>
        {
            if (request.Method == "POST" && ++asked == 3) _run.Sandbox.EntraState.RevokeTokens();
            return false;
        });

        var push = await _run.RunAsync("push", "--json");

        Assert.True(push.Code == 0, $"exit {push.Code}\n{push.Out}\n{push.Error}");
        Assert.Contains(_run.Sandbox.RequestsTo(Service.Graph), request => request.Status == 401);
        Assert.All(Held(), held => Assert.Equal(660, held));
        Assert.Equal(660, _run.Sandbox.GraphState.All().Select(one => one.ExternalId).Distinct().Count());
    }

    // What is asked first, of MISP, is not what is read.
    private static bool IsWork(SeenRequest request) =>
        request.Service != Service.Misp || request.Path.Contains("restSearch", StringComparison.Ordinal);

    private int[] Held() =>
        [_run.Sandbox.GraphState.Count, _run.Sandbox.SentinelState.All().Count(one => !one.Revoked), _run.Sandbox.DefenderState.Count];

    private async Task PutRightAsync()
    {
        _run.Sandbox.Faults.Clear();
        var push = await _run.RunAsync("push", "--json");

        Assert.True(push.Code == 0, $"exit {push.Code}\n{push.Out}\n{push.Error}");
        Assert.All(Held(), held => Assert.Equal(60, held));
        Assert.Equal(60, _run.Sandbox.GraphState.All().Select(one => one.ExternalId).Distinct().Count());
    }

    // Its authority is trusted, but for the unknown one.
    private async Task<TlsServer> StartAsync(string what, Action asked)
    {
        var server = await TlsServer.StartAsync(
            context =>
            {
                asked();
                return Task.CompletedTask;
            },
            what == "other name" ? "other.example" : "localhost",
            isExpired: what == "expired");
        var trusted = Path.Combine(_run.Folder, "trusted.pem");
        await File.WriteAllTextAsync(
            trusted, _run.Sandbox.CaPem + (what == "unknown" ? "" : "\n" + await File.ReadAllTextAsync(server.CaFile)));
        _run.Change(settings => settings["caFile"] = trusted);
        return server;
    }
}

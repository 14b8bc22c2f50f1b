using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Graph;
using Xunit;

namespace MispGraphSync.Tests.Reliability;

/// <summary>
/// The real process, killed at random moments. <c>MISP_GRAPH_KILLS</c> sets how often (50), <c>MISP_GRAPH_SEED</c> repeats a run.
/// </summary>
public sealed class KillTests
{
    private const int Events = 30;
    private const int Attributes = 25;

    /// <summary>Ledgers that are killed side by side: most of a run is the start of its process.</summary>
    private const int Lanes = 2;

    private static readonly int Kills = Number("MISP_GRAPH_KILLS", 50);
    private static readonly int Seed = Number("MISP_GRAPH_SEED", Environment.TickCount);

    [Fact]
    public Task Kill_at_any_instant_loses_and_duplicates_nothing() =>
        Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => Task.Run(() => KillAsync(Seed + lane, (Kills + lane) / Lanes))));

    private static async Task KillAsync(int seed, int kills)
    {
        await using var run = await SandboxRun.StartAsync(new SandboxOptions());
        run.Change(settings => settings["destinations"]![0]!["requestsPerMinute"] = 60_000);
        run.Sandbox.Faults.SetLatency(Service.Graph, TimeSpan.FromMilliseconds(40));
        run.Sandbox.Faults.SetLatency(Service.Misp, TimeSpan.FromMilliseconds(20));
        var random = new Random(seed);
        Fill(run, random);

        // How long a whole run takes here: kills are spread over a little more than that.
        var started = TimeProvider.System.GetTimestamp();
        var first = await ToolProcess.Start(run.Folder, "push", "-q").EndAsync();
        Assert.True(first.Code == 0, $"{first.Out}\n{first.Error}");
        var whole = TimeProvider.System.GetElapsedTime(started);

        for (var kill = 1; kill <= kills; kill++)
        {
            Change(run, random);
            using var process = ToolProcess.Start(run.Folder, "push", "-q");
            var ended = process.EndAsync();
            await Task.WhenAny(ended, Task.Delay(whole * (1.1 * random.NextDouble()), TestContext.Current.CancellationToken));
            process.Kill();
            await ended;
            if (kill % 5 == 0 || kill == kills) await SettleAndCompareAsync(run, kill, seed);
        }
    }

    private static async Task SettleAndCompareAsync(SandboxRun run, int kill, int seed)
    {
        var clean = await run.RunAsync("push", "--json", "--accept-changes", "--max-delete", "100%");
        Assert.True(clean.Code == 0, $"after {kill} kills (seed {seed}): exit {clean.Code}\n{clean.Out}\n{clean.Error}");
        var wanted = run.Sandbox.MispState.Events.SelectMany(Domains).Distinct().Order(StringComparer.Ordinal).ToList();
        var held = run.Sandbox.GraphState.All().Select(Domain).Order(StringComparer.Ordinal).ToList();
        Assert.True(
            wanted.SequenceEqual(held),
            $"after {kill} kills (seed {seed}): {wanted.Except(held).Count()} lost, {held.Except(wanted).Count()} orphaned, "
            + $"{held.Count - held.Distinct().Count()} twice");
    }

    private static void Fill(SandboxRun run, Random random)
    {
        for (var i = 0; i < Events; i++)
        {
            var attributes = new JsonArray();
            for (var j = 0; j < Attributes; j++) attributes.Add(NewDomain(random));
            run.Sandbox.MispState.AddEvent(new JsonObject { ["info"] = $"Event {i}", ["Attribute"] = attributes });
        }
    }

    // Some events change, so that every run creates, updates and deletes.
    private static void Change(SandboxRun run, Random random)
    {
        foreach (var uuid in run.Sandbox.MispState.Events.Select(one => one["uuid"]!.GetValue<string>())
            .Where(_ => random.Next(5) == 0)
            .ToList())
        {
            switch (random.Next(4))
            {
                case 0:
                    run.Sandbox.MispState.AddAttribute(uuid, NewDomain(random));
                    break;
                case 1:
                    run.Sandbox.MispState.SetEventTags(uuid, random.Next(2) == 0 ? "tlp:green" : "tlp:amber");
                    break;
                case 2:
                    var attributes = run.Sandbox.MispState.Get(uuid)!["Attribute"]!.AsArray();
                    if (attributes.Count > 5) run.Sandbox.MispState.RemoveAttribute(
                        attributes[random.Next(attributes.Count)]!["uuid"]!.GetValue<string>());
                    break;
                default:
                    run.Sandbox.MispState.TouchTimestamp(uuid);
                    break;
            }
        }
    }

    private static JsonObject NewDomain(Random random) => new()
    {
        ["type"] = "domain",
        ["category"] = "Network activity",
        ["to_ids"] = true,
        ["value"] = $"d{random.Next(1_000_000)}.example",
    };

    private static IEnumerable<string> Domains(JsonObject @event) =>
        (@event["Attribute"] as JsonArray ?? [])
            .Where(one => one!["deleted"]?.GetValue<bool>() != true)
            .Select(one => one!["value"]!.GetValue<string>());

    private static string Domain(TiIndicator one)
    {
        using var json = JsonDocument.Parse(one.Json);
        return json.RootElement.GetProperty("domainName").GetString()!;
    }

    private static int Number(string variable, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : usual;
}

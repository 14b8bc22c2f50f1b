using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;

namespace MispGraphSync.Bench.Whole;

/// <summary>
/// What Python's <c>json.loads</c> needs for the same events, and nothing else: a measure of the machine, so that figures of two machines
/// can be compared.
/// </summary>
internal static class JsonLoads
{
    private const int MostEventsPerPage = 50;

    private const string Script =
        """
        import json, sys, time
        spent = 0
        for line in sys.stdin.buffer:
            start = time.process_time()
            json.loads(line)
            spent += time.process_time() - start
        print(spent)
        """;

    /// <summary>Null where there is no Python.</summary>
    /// <param name="directory">Where the script is written.</param>
    public static async Task<TimeSpan?> OfAllEventsAsync(SandboxHost services, string directory)
    {
        using var http = new HttpClient { BaseAddress = services.Misp };
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", services.Options.MispKey);
        http.DefaultRequestHeaders.Accept.ParseAdd("application/json");
        var script = Path.Combine(directory, "loads.py");
        await File.WriteAllTextAsync(script, Script);
        if (Start(script) is not { } python) return null;
        using (python)
        {
            var spent = python.StandardOutput.ReadToEndAsync();
            var events = services.MispState.Uuids;
            foreach (var page in events.Chunk(MostEventsPerPage))
            {
                using var answer = await http.PostAsJsonAsync("events/restSearch", BodyFor(page));
                var json = await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
                // A line for each answer: outside its texts, a space is as good as a line feed.
                json.AsSpan().Replace((byte)'\n', (byte)' ');
                await python.StandardInput.BaseStream.WriteAsync(json);
                await python.StandardInput.BaseStream.WriteAsync("\n"u8.ToArray());
            }

            python.StandardInput.Close();
            // Else its CPU time is added to the next process's.
            await python.WaitForExitAsync();
            return TimeSpan.FromSeconds(double.Parse(await spent, CultureInfo.InvariantCulture));
        }
    }

    private static JsonObject BodyFor(string[] events) => new()
    {
        ["returnFormat"] = "json",
        ["eventid"] = new JsonArray([.. events.Select(uuid => (JsonNode)uuid)]),
        ["limit"] = events.Length,
        ["page"] = 1,
        ["excludeGalaxy"] = 1,
        ["includeWarninglistHits"] = 1,
        ["enforceWarninglist"] = 0,
    };

    private static Process? Start(string script)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("python3", [script])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            });
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}

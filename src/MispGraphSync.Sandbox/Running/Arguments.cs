using System.Globalization;

namespace MispGraphSync.Sandbox.Running;

/// <summary>The command line of the sandbox itself.</summary>
internal sealed class Arguments
{
    public const string Help = $"""
        The sandbox: MISP, Entra, Graph, Sentinel and Defender on this machine only, to try misp-graph without an account.

          dotnet run --project src/MispGraphSync.Sandbox
              Start it, push the sample events with the real misp-graph, read them back, push again; then stop.
              Exit code 0: all arrived once. The tool is looked for in MISP_GRAPH_EXE, then in the sibling project's output.

          dotnet run --project src/MispGraphSync.Sandbox -- serve [options]
              Keep it up until Ctrl+C, and print the settings to use with it.

        Option of both:
          --only KIND         enable this destination only: graph, sentinel or defender; repeatable

        Options of serve:
          --port N            first port; the services take N, N+1, … (default: free ones)
          --directory DIR     where config.json and ca.pem are written (default: a new temporary folder)
          --seed-events N     N generated events instead of the sample events (0 = an empty server)
          --attributes N      attributes of each (default 500)
          --seed N            another seed gives other values (default 1)
          --page-size N       indicators a page in Graph's lists (default 50)
          --capacity N        indicators that Defender takes (default 15000)
          --limits            apply the services' documented rate limits
          --latency MS        real time before each answer of Graph, Sentinel, ARM and Defender
          --tls               https for all services
          --journal N         requests remembered for /_control/requests (default 2000)
          --fault FAULT       SERVICE=KIND[@NTH][xTIMES][~PROBABILITY][/TEXT], repeatable, e.g. graph=429@2,
                              sentinel=reset-after~0.05, graph=500/evil.example (every request with that in its body)
                              kinds: {FaultText.Kinds}

        While it serves, GET /_control/state at the control address shows what every service holds.
        """;

    public bool WantsHelp { get; private init; }

    public bool Serves { get; private init; }

    /// <summary>The destinations to enable; empty = all.</summary>
    public List<string> Only { get; } = [];

    public int Port { get; private set; }

    public string? Directory { get; private set; }

    public int? SeedEvents { get; private set; }

    public int Attributes { get; private set; } = 500;

    public int Seed { get; private set; } = 1;

    public int PageSize { get; private set; } = 50;

    public int Capacity { get; private set; } = 15_000;

    public bool Limits { get; private set; }

    public TimeSpan Latency { get; private set; }

    public bool Tls { get; private set; }

    public int Journal { get; private set; } = 2000;

    public List<FaultRule> Faults { get; } = [];

    /// <exception cref="FormatException">With a sentence for the user.</exception>
    public static Arguments Parse(string[] args)
    {
        if (args.Any(arg => arg is "--help" or "-h" or "-?")) return new Arguments { WantsHelp = true };

        var parsed = new Arguments { Serves = args is ["serve", ..] };
        var rest = new Queue<string>(parsed.Serves ? args[1..] : args);
        while (rest.TryDequeue(out var name))
            parsed.Take(name, () => rest.TryDequeue(out var value) ? value : throw new FormatException($"{name} needs a value."));
        return parsed;
    }

    private void Take(string name, Func<string> value)
    {
        if (!Serves && name != "--only") throw new FormatException($"'{name}' is not known here; see --help.");

        switch (name)
        {
            case "--only": Only.Add(KindOf(value())); break;
            case "--port": Port = Number(name, value()); break;
            case "--directory": Directory = value(); break;
            case "--seed-events": SeedEvents = Number(name, value()); break;
            case "--attributes": Attributes = Number(name, value()); break;
            case "--seed": Seed = Number(name, value()); break;
            case "--page-size": PageSize = Number(name, value()); break;
            case "--capacity": Capacity = Number(name, value()); break;
            case "--limits": Limits = true; break;
            case "--latency": Latency = TimeSpan.FromMilliseconds(Number(name, value())); break;
            case "--tls": Tls = true; break;
            case "--journal": Journal = Number(name, value()); break;
            case "--fault": Faults.Add(FaultText.Parse(value())); break;
            default: throw new FormatException($"'{name}' is not known; see --help.");
        }
    }

    private static string KindOf(string text) => text is "graph" or "sentinel" or "defender"
        ? text
        : throw new FormatException($"--only takes graph, sentinel or defender, not '{text}'.");

    private static int Number(string name, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"{name} needs a number, not '{text}'.");
}

using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.App;
using MispGraphSync.Commands;
using MispGraphSync.Sandbox;

namespace MispGraphSync.Tests;

/// <summary>
/// The whole tool against a sandbox of its own, with settings, logs and ledger in a folder of its own: in process, or the native
/// binary that <c>MISP_GRAPH_EXE</c> names, unless a test sets the clock or simulates a terminal.
/// </summary>
internal sealed class SandboxRun : IAsyncDisposable
{
    /// <summary>Requests in a minute, far more than a test sends.</summary>
    public const int Unlimited = 60_000;

    private readonly Dictionary<string, string> _environment = [];
    private readonly bool _isGuest;

    private SandboxRun(SandboxHost sandbox, ShiftedTime time, string folder, bool isGuest)
    {
        Sandbox = sandbox;
        Time = time;
        Folder = folder;
        _isGuest = isGuest;
    }

    public SandboxHost Sandbox { get; }

    public ShiftedTime Time { get; }

    public string Folder { get; }

    public string Logs => Path.Combine(Folder, "logs");

    public string Ledger => Path.Combine(Folder, "misp-graph.db");

    public string ConfigFile => Path.Combine(Folder, "config.json");

    public IDictionary<string, string> Environment => _environment;

    /// <summary>Terminal input; null: no terminal.</summary>
    public string? Answers { get; set; }

    public int Width { get; set; } = 120;

    /// <summary>Never another process: the test asks for this one's number, or for a terminal's columns.</summary>
    public bool IsInProcess { get; set; }

    public bool HasColor { get; set; }

    public CancellationToken Interrupt { get; set; }

    public CancellationToken Abort { get; set; }

    /// <summary>In the place of stdout and stderr; null: what is written there is in the result.</summary>
    public TextWriter? Out { get; set; }

    public TextWriter? Error { get; set; }

    /// <summary>The tool's clock, where it is not the sandbox's.</summary>
    public TimeProvider? ToolTime { get; set; }

    public static async Task<SandboxRun> StartAsync(SandboxOptions? options = null, params string[] kinds)
    {
        var time = options?.Time as ShiftedTime ?? new ShiftedTime();
        var sandbox = await SandboxHost.StartAsync((options ?? new SandboxOptions { SampleEvents = true }) with { Time = time });
        return await CreateAsync(sandbox, time, isGuest: false, kinds);
    }

    /// <summary>Another machine or installation at the same sandbox, with a folder of its own.</summary>
    public Task<SandboxRun> BesideAsync(params string[] kinds) => CreateAsync(Sandbox, Time, isGuest: true, kinds);

    private static async Task<SandboxRun> CreateAsync(SandboxHost sandbox, ShiftedTime time, bool isGuest, string[] kinds)
    {
        var folder = Directory.CreateTempSubdirectory("misp-graph-e2e-").FullName;
        await sandbox.WriteCaPemAsync(Path.Combine(folder, "ca.pem"));
        var run = new SandboxRun(sandbox, time, folder, isGuest);
        run.Configure(kinds.Length > 0 ? kinds : ["graph"], _ => { });
        return run;
    }

    /// <summary>Rewrites the settings for these kinds of destination. No request waits for its turn.</summary>
    /// <param name="file">The name of the settings' file; null: the usual one.</param>
    public void Configure(string[] kinds, Action<JsonObject> change, string? file = null)
    {
        var settings = JsonNode.Parse(SandboxConfig.For(Sandbox, "ca.pem", kinds))!.AsObject();
        foreach (var destination in settings["destinations"]!.AsArray()) destination!["requestsPerMinute"] = Unlimited;
        if (Time is VirtualTime) settings["misp"]!["timeoutSeconds"] = (int)VirtualTime.RequestLimit.TotalSeconds;
        change(settings);
        var path = file is null ? ConfigFile : Path.Combine(Folder, file);
        File.WriteAllText(path, settings.ToJsonString());
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public void Change(Action<JsonObject> change)
    {
        var settings = JsonNode.Parse(File.ReadAllText(ConfigFile))!.AsObject();
        change(settings);
        File.WriteAllText(ConfigFile, settings.ToJsonString());
    }

    /// <summary>Keeps settings that do not name the sandbox's hosts in the sandbox. No request waits for its turn.</summary>
    public void SetPlaces(params IEnumerable<string> destinations)
    {
        Environment["MISP_GRAPH__CAFILE"] = Path.Combine(Folder, "ca.pem");
        Environment["MISP_GRAPH__AUTH__AUTHORITY"] = Origin(Sandbox.Entra);
        Environment["MISP_GRAPH__ALERTS__ENDPOINT"] = Origin(Sandbox.Graph);
        foreach (var name in destinations)
        {
            var (service, management) = name switch
            {
                "graph" => (Sandbox.Graph, null),
                "defender" => (Sandbox.Defender, null),
                _ => (Sandbox.Sentinel, Sandbox.Management),
            };
            var destination = $"MISP_GRAPH__DESTINATIONS__{name.ToUpperInvariant()}";
            Environment[$"{destination}__ENDPOINT"] = Origin(service);
            Environment[$"{destination}__REQUESTSPERMINUTE"] = $"{Unlimited}";
            if (management is not null) Environment[$"{destination}__MANAGEMENTENDPOINT"] = Origin(management);
        }
    }

    /// <summary>A text at the top of the settings; null when it is not there.</summary>
    public string? Setting(string key) => JsonNode.Parse(File.ReadAllText(ConfigFile))![key]?.GetValue<string>();

    public async Task<ToolResult> RunAsync(params string[] args)
    {
        if (ToolProcess.IsNative && !IsPlayed)
        {
            using var process = ToolProcess.Start(Folder, _environment, args);
            return await process.EndAsync();
        }

        // No run begins at the same time as another, whose files would have the same names, or as what it reads.
        if (Time is VirtualTime) Time.Advance(TimeSpan.FromSeconds(1));
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await Tool.RunAsync(args, new ToolHost
        {
            Out = Out ?? TextWriter.Synchronized(output),
            Error = Error ?? TextWriter.Synchronized(error),
            Environment = _environment,
            WorkingDirectory = Folder,
            Time = ToolTime ?? Time,
            Width = Width,
            HasColor = HasColor,
            Interrupt = Interrupt,
            Abort = Abort,
            In = new StringReader(Answers ?? ""),
            IsInteractive = Answers is not null,
        });
        return new ToolResult(code, output.ToString(), error.ToString());
    }

    private bool IsPlayed =>
        IsInProcess || ToolTime is not null || Time.IsShifted || Answers is not null || HasColor || Width != 120 || Out is not null
            || Error is not null || Interrupt.CanBeCanceled;

    /// <summary>The request files of all runs so far, oldest first, by name.</summary>
    public IReadOnlyList<string> RequestFiles() => !Directory.Exists(Logs)
        ? []
        : [.. Directory.GetFiles(Logs, "*.json").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    private static string Origin(Uri uri) => uri.GetLeftPart(UriPartial.Authority);

    public async ValueTask DisposeAsync()
    {
        if (!_isGuest) await Sandbox.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>The output of a run of the tool.</summary>
internal sealed record ToolResult(int Code, string Out, string Error)
{
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    public JsonElement Destination(int at = 0) => Json.GetProperty("destinations")[at];

    public IReadOnlyList<JsonElement> Lines =>
        [.. Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
}

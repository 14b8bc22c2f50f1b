namespace MispGraphSync.Sandbox.Running;

/// <summary>Runs a sandbox until the process is stopped.</summary>
internal static class ServeCommand
{
    public static async Task RunAsync(Arguments arguments, TextWriter output, CancellationToken ct)
    {
        await using var sandbox = await SandboxHost.StartAsync(OptionsOf(arguments), ct);
        Prepare(sandbox, arguments);
        var folder = arguments.Directory is { } stated
            ? Directory.CreateDirectory(stated)
            : Directory.CreateTempSubdirectory("misp-graph-sandbox-");
        await WriteFilesAsync(sandbox, folder, arguments.Only, ct);

        await output.WriteLineAsync($"""
            MISP        {sandbox.Misp}   key {sandbox.Options.MispKey}
            Entra       {sandbox.Entra}{sandbox.Options.Tenant}
            Graph       {sandbox.Graph}
            Sentinel    {sandbox.Sentinel}
            Management  {sandbox.Management}
            Defender    {sandbox.Defender}
            Key Vault   {sandbox.KeyVault}
            Identity    {sandbox.IdentityEndpoint}   header {sandbox.EntraState.IdentityHeader}
            Control     {sandbox.Control}_control/state

            {Path.Combine(folder.FullName, "config.json")}:
            {SandboxConfig.For(sandbox, "ca.pem", [.. arguments.Only])}

            Use it:      misp-graph push --config {Path.Combine(folder.FullName, "config.json")}
            From source: dotnet run --project src/MispGraphSync -- push --config {Path.Combine(folder.FullName, "config.json")}
            Ready. Ctrl+C stops.
            """);
        await output.FlushAsync(ct);
        try
        {
            await Task.Delay(Timeout.Infinite, ct);
        }
        catch (OperationCanceledException)
        {
            await output.WriteLineAsync("Stopped.");
        }
    }

    /// <summary><c>config.json</c>, for its owner alone since it holds a secret, and the <c>ca.pem</c> it names.</summary>
    public static async Task WriteFilesAsync(SandboxHost sandbox, DirectoryInfo folder, IReadOnlyList<string> kinds, CancellationToken ct)
    {
        var config = Path.Combine(folder.FullName, "config.json");
        File.Delete(config);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var writer = new StreamWriter(config, options))
        {
            await writer.WriteAsync(SandboxConfig.For(sandbox, "ca.pem", [.. kinds]).AsMemory(), ct);
        }

        await sandbox.WriteCaPemAsync(Path.Combine(folder.FullName, "ca.pem"), ct);
    }

    private static SandboxOptions OptionsOf(Arguments arguments) => new()
    {
        Control = true,
        Tls = arguments.Tls,
        SampleEvents = arguments.SeedEvents is null,
        JournalCapacity = arguments.Journal,
        Ports = arguments.Port == 0
            ? new Dictionary<Service, int>()
            : Enum.GetValues<Service>().ToDictionary(service => service, service => arguments.Port + (int)service),
    };

    private static void Prepare(SandboxHost sandbox, Arguments arguments)
    {
        if (arguments.SeedEvents is > 0 and { } events) sandbox.MispState.Generate(events, arguments.Attributes, arguments.Seed);
        foreach (var rule in arguments.Faults) sandbox.Faults.Add(rule);
        foreach (var service in (Service[])[Service.Graph, Service.Sentinel, Service.Management, Service.Defender])
            sandbox.Faults.SetLatency(service, arguments.Latency);
        sandbox.GraphState.PageSize = arguments.PageSize;
        sandbox.DefenderState.Capacity = arguments.Capacity;
        if (!arguments.Limits) return;

        sandbox.GraphState.RequestsPerMinute = 1000;
        sandbox.SentinelState.RequestsPerMinute = 100;
        (sandbox.DefenderState.ImportsPerMinute, sandbox.DefenderState.CallsPerMinute) = (30, 100);
    }
}

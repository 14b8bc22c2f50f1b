using System.Text;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Reliability;

/// <summary>Runs verbs with marked secrets, and searches all output and files for them.</summary>
public abstract class MarkedSecrets : IAsyncLifetime
{
    protected const string Secret = "Marked~Client-Secret.4711_QZ";
    protected const string Key = "MarkedKeyMarkedKeyMarkedKeyMarkedKey4711";

    private readonly List<(string What, string Text)> _said = [];

    internal SandboxRun Run { get; private set; } = null!;

    /// <summary>In real time, as a process of its own has to.</summary>
    protected virtual bool Waits => false;

    public async ValueTask InitializeAsync()
    {
        var options = new SandboxOptions { SampleEvents = true, ClientSecret = Secret, MispKey = Key };
        if (!Waits) options = options with { Time = new VirtualTime() };
        Run = await SandboxRun.StartAsync(options, "graph", "sentinel", "defender");
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Run.DisposeAsync();
    }

    protected static string[] Marks =>
        [Secret, Key, Key[1..], Secret[..20], Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret))[..20],
            Uri.EscapeDataString(Secret), "eyJ"];

    protected async Task RunAsync(params string[] args)
    {
        var result = await Run.RunAsync(args);
        _said.Add(($"'{string.Join(' ', args)}' on stdout", result.Out));
        _said.Add(($"'{string.Join(' ', args)}' on stderr", result.Error));
    }

    protected void Write(string how, string secret, string key)
    {
        File.WriteAllText(Path.Combine(Run.Folder, "secret.txt"), secret + "\n");
        File.WriteAllText(Path.Combine(Run.Folder, "key.txt"), key);
        (Run.Environment["MARKED_SECRET"], Run.Environment["MARKED_KEY"]) = (secret, key);
        Run.Change(settings => (settings["auth"]!["clientSecret"], settings["misp"]!["key"]) = how switch
        {
            "env" => ("env:MARKED_SECRET", "env:MARKED_KEY"),
            "file" => ("file:secret.txt", "file:key.txt"),
            _ => (secret, key),
        });
    }

    protected void AssertNoneIsLeft(string[] marks)
    {
        Assert.All(_said, said =>
            Assert.True(marks.All(mark => !said.Text.Contains(mark, StringComparison.Ordinal)), $"{said.What} says a secret: {said.Text}"));
        AssertNoFileHolds(marks);
    }

    private void AssertNoFileHolds(string[] marks)
    {
        string[] theirOwn = ["config.json", "secret.txt", "key.txt"];
        var files = Directory.GetFiles(Run.Folder, "*", SearchOption.AllDirectories)
            .Where(file => !theirOwn.Contains(Path.GetFileName(file))).ToList();
        Assert.Contains(files, file => file.EndsWith(".db", StringComparison.Ordinal));
        Assert.Contains(files, file => file.EndsWith(".log", StringComparison.Ordinal));
        foreach (var file in files)
        {
            var bytes = File.ReadAllBytes(file);
            Assert.All(marks, mark =>
                Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(mark)) < 0, $"{Path.GetFileName(file)} holds '{mark}'"));
        }
    }
}

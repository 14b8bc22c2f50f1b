using MispGraphSync.Core.Ports;
using MispGraphSync.Settings;
using Xunit;

namespace MispGraphSync.Tests.Settings;

/// <summary>
/// Anything typed at <c>config init</c>: a file that our reader takes, or no file and a sentence; no secret and no control character on
/// the screen.
/// </summary>
public class ConfigInitFuzzTests
{
    private const string Id = "11111111-2222-3333-4444-555555555555";
    private const string Secret = "pLain~Secret.Typed-By-Somebody_0123456";

    private static readonly string[] Usual =
    [
        "", "", "", "y", "n", "misp.example.net", "https://misp.example.net", "sentinel", "defender", "graph", "sentinel,defender,graph",
        "contoso.com", "secret", "certificate", "managed-identity", "token-file", "true", Id, Id, "env:SECRET", "file:secret.txt", "block",
        "alert", "none", "Azure Sentinel",
    ];

    private static readonly string[] Odd =
    [
        " ", ",", ",,", "\0", "\u001b[2J", "\u202e", "\ud800", "env:", "file:", "file:\0", "keyvault:https://x", "keyvault:", "$SECRET",
        "%SECRET%", "https://", "http://[", "https://u:p@misp.example.net/x?y#z", "ftp://x", "//", "../..", "~/x",
        "99999999999999999999", "-1",
        "null", "{}", "[\"a\"]", "\"", "\\", "//", "/*", "*/", "{0}", "sentinel,sentinel", "Sentinel", "SECRET", "x\ty",
    ];

    [Fact]
    public Task Anything_typed_gives_readable_settings_or_none() => Fuzzing.EachAsync(150, (_, random) =>
    {
        using var folder = new SettingsFolder(random.Next(4) == 0 ? SomeSettings.Config() : null);
        string[] answers = [.. Enumerable.Range(0, random.Next(30)).Select(_ => Answer(random))];
        var hidden = random.Next(2) == 0
            ? new Queue<string>(Enumerable.Range(0, 40).Select(_ => random.Next(3) == 0 ? Secret : Answer(random)))
            : null;
        string[] args = random.Next(4) switch
        {
            0 => ["config", "init", "--force"],
            1 => ["config", "init", "--add"],
            _ => ["config", "init"],
        };
        var before = File.Exists(folder.File) ? File.ReadAllText(folder.File) : null;

        var said = "";
        var isDone = false;
        try
        {
            var (code, output, talk) = ConfigRun.Run(folder, args, answers: answers, hidden: hidden);
            said = output + talk;
            isDone = code == 0;
        }
        catch (RunFailedException failure)
        {
            Fuzzing.AssertReadable(failure.Message);
            said = failure.Message;
        }

        if (isDone) folder.Inspect();
        else Assert.Equal(before, File.Exists(folder.File) ? File.ReadAllText(folder.File) : null);
        if (isDone) Assert.DoesNotContain(folder.Inspect().Faults, fault => fault.Key is SettingsFaults.File);
        Assert.DoesNotContain(Secret, said, StringComparison.Ordinal);
        Assert.DoesNotContain(said, c => char.IsControl(c) && c is not '\n');
        return Task.CompletedTask;
    });

    private static string Answer(Random random)
    {
        var pool = random.Next(4) > 0 ? Usual : Odd;
        var answer = pool[random.Next(pool.Length)];
        return random.Next(40) == 0 ? new string('x', 5_000) : answer;
    }
}

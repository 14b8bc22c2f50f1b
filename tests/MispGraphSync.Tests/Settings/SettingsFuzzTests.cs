using System.Text;
using CsCheck;
using MispGraphSync.Core.Ports;
using MispGraphSync.Settings;
using Xunit;

namespace MispGraphSync.Tests.Settings;

/// <summary>Any input gives settings or a message, never a crash.</summary>
public sealed class SettingsFuzzTests : IDisposable
{
    private static readonly byte[] Start = Encoding.UTF8.GetBytes(SomeSettings.Config(
        """ "misp": { "url": "https://m.example", "key": "env:K", "eventFilters": [{ "tags": ["x"] }] }, """
        + """ "expiry": { "url": 3, "tlp:red": 1 }, "guard": { "maxDelete": "5%", "neverBlock": ["a.example"] } """,
        """ "action": "block", "endpoint": "https://x.example" """));

    private static readonly string[] Snippets =
        ["null", "[]", "{}", "\"\"", "-1", "1e400", "true", "\"\\ud800\"", "\"\\u0000\"", "\"https://[\"",
            "[[[[", "//", "/*", ",", "\"a\":1,", "\"misp\":{\"url\":3},"];

    private int _inputs;

    /// <summary>A long run prints how much it tried.</summary>
    public void Dispose() => Fuzzing.Print(_inputs);

    [Fact]
    public void Damaged_file_never_crashes_the_reader()
    {
        using var folder = new SettingsFolder("");
        var damage = Gen.Select(
            Gen.Int[0, Start.Length - 1],
            Gen.Int[0, 40],
            Gen.OneOf(Gen.OneOf(Snippets).Select(Encoding.UTF8.GetBytes), Gen.Byte.Array[0, 8]));

        Gen.Select(damage, damage).Sample(
            (first, second) => Reads(folder, Damage(Damage(Start, first), second), SomeSettings.NoVariables),
            iter: Fuzzing.Seconds is null ? 500 : -1, time: Fuzzing.Seconds ?? -1, threads: 1);
    }

    [Fact]
    public void Arbitrary_bytes_never_crash_the_reader()
    {
        using var folder = new SettingsFolder("");

        Gen.Byte.Array[0, 200].Sample(
            bytes => Reads(folder, bytes, SomeSettings.NoVariables),
            iter: Fuzzing.Seconds is null ? 300 : -1,
            time: Fuzzing.Seconds ?? -1,
            threads: 1);
    }

    [Fact]
    public void Arbitrary_values_never_crash_the_reader()
    {
        using var folder = new SettingsFolder("");
        string[] values = [.. Snippets, "0", "a,b", " ", "\0", "../..", "~/", "https://", "http://x\ny",
            "[1]", "{\"a\":", new string('x', 5000), "\ud800"];
        var keys = SomeSettings.Table.All.Select(k => k.Path).Append("").Append("destinations").ToArray();

        Gen.Select(
            Gen.OneOf(keys),
            Gen.OneOf(Gen.OneOf(values), Gen.String),
            Gen.OneOf("", "DESTINATIONS__GRAPH__", "DESTINATIONS__1__", "DESTINATIONS__NEW__")).Sample(
            (key, value, prefix) =>
            {
                var name = $"MISP_GRAPH__{prefix}{key.Replace(".", "__", StringComparison.Ordinal)}";
                return Reads(
                    folder, Start, new Dictionary<string, string> { [name] = value, ["MISP_GRAPH__DESTINATIONS__NEW__KIND"] = "defender" });
            },
            iter: Fuzzing.Seconds is null ? 500 : -1, time: Fuzzing.Seconds ?? -1, threads: 1);
    }

    private static byte[] Damage(byte[] text, (int At, int Length, byte[] By) damage)
    {
        var at = Math.Min(damage.At, text.Length);
        return [.. text[..at], .. damage.By, .. text[Math.Min(text.Length, at + damage.Length)..]];
    }

    private bool Reads(SettingsFolder folder, byte[] bytes, IReadOnlyDictionary<string, string> variables)
    {
        _inputs++;
        File.WriteAllBytes(folder.File, bytes);
        try
        {
            _ = ConfigShow.ToText(SettingsReader.Inspect(folder.File, variables, SomeSettings.Options), 120);
            SettingsReader.Read(folder.File, variables, SomeSettings.Options);
        }
        catch (RunFailedException e)
        {
            return e.Outcome == RunOutcome.InvalidInput && e.Message.All(c => c == '\n' || !char.IsControl(c));
        }

        return true;
    }
}

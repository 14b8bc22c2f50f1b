using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace MispGraphSync.Tests;

/// <summary>
/// A strict reader of Prometheus's text format: each family has help, a type and samples, in that order, and appears once; no sample
/// appears twice or has a time, which the textfile collector refuses.
/// </summary>
internal sealed partial class Exposition
{
    private readonly Dictionary<string, Dictionary<string, double>> _families = new(StringComparer.Ordinal);

    public IEnumerable<string> Families => _families.Keys;

    /// <summary>The value of a sample with these values of its labels, in their order; null: there is none.</summary>
    public double? Value(string family, params string[] labels) =>
        _families.TryGetValue("misp_graph_" + family, out var samples) && samples.TryGetValue(string.Join('\u0001', labels), out var value)
            ? value
            : null;

    public static Exposition Read(string file) => Parse(File.ReadAllText(file));

    public static Exposition Parse(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        var (exposition, lines) = (new Exposition(), new Queue<string>(text[..^1].Split('\n')));
        while (lines.TryDequeue(out var help))
        {
            var name = Match(HelpLine(), help).Groups[1].Value;
            Assert.Equal($"# TYPE {name} gauge", lines.Dequeue());
            var samples = new Dictionary<string, double>(StringComparer.Ordinal);
            while (lines.TryPeek(out var line) && line[0] != '#')
            {
                var sample = Match(SampleLine(), lines.Dequeue());
                Assert.Equal(name, sample.Groups["name"].Value);
                var labels = sample.Groups["text"].Captures.Select(one => Unescape(one.Value));
                Assert.Distinct(sample.Groups["label"].Captures.Select(one => one.Value));
                samples.Add(string.Join('\u0001', labels), double.Parse(
                    sample.Groups["value"].Value, NumberStyles.Float, CultureInfo.InvariantCulture));
            }

            Assert.NotEmpty(samples);
            exposition._families.Add(name, samples);
        }

        return exposition;
    }

    private static Match Match(Regex form, string line)
    {
        var match = form.Match(line);
        Assert.True(match.Success, line);
        return match;
    }

    private static string Unescape(string text)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++) plain.Append(text[i] != '\\' ? text[i] : text[++i] == 'n' ? '\n' : text[i]);
        return plain.ToString();
    }

    [GeneratedRegex(@"^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (?:[^\\\n]|\\\\|\\n)+\z")]
    private static partial Regex HelpLine();

    [GeneratedRegex("""
        ^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)
        (?:\{(?:(?<label>[a-zA-Z_][a-zA-Z0-9_]*)="(?<text>(?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,(?!\})|(?=\})))+\})?
        [ ](?<value>[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)\z
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex SampleLine();
}

using System.CommandLine;

namespace MispGraphSync.Commands;

/// <summary>
/// Answers a shell that completes a line: <c>misp-graph "[suggest:POSITION]" "LINE"</c>, the line without the program's name.
/// A word a line; nothing where a file's name is due, so that the shell offers files.
/// </summary>
internal static class Suggestions
{
    private const string Asked = "[suggest";

    public static bool IsAsked(IReadOnlyList<string> args) =>
        args.Count > 0 && args[0].StartsWith(Asked, StringComparison.Ordinal) && args[0].EndsWith(']');

    public static IEnumerable<string> Of(RootCommand root, IReadOnlyList<string> args)
    {
        var line = args.Count > 1 ? args[1] : "";
        if (args[0].Split(':') is [_, var number] && int.TryParse(number.TrimEnd(']'), out var position))
            line = line[..Math.Clamp(position, 0, line.Length)];
        var before = line[..(line.LastIndexOf(' ') + 1)];
        var word = line[before.Length..];
        // "--output=js" is completed as "--output js" is.
        var option = "";
        if (word.StartsWith("--", StringComparison.Ordinal) && word.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
        {
            option = word[..(equals + 1)];
            word = word[(equals + 1)..];
            line = $"{before}{option[..^1]} {word}";
        }

        var parsed = root.Parse(line, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var words = parsed.GetCompletions(line.Length).Select(one => one.InsertText ?? one.Label)
            .Where(text => text.StartsWith(word, StringComparison.Ordinal) && (text[0] != '-' || text.Length > 2))
            .Distinct()
            .Order(StringComparer.Ordinal);
        return WithoutOptions([.. words], word, parsed.CommandResult.Command).Select(text => option + text);
    }

    // With nothing typed yet, options come last: after verbs and values, and after a file's name or a value that only the user knows.
    private static List<string> WithoutOptions(List<string> words, string word, Command command)
    {
        if (word.Length > 0 || words.TrueForAll(text => text[0] != '-')) return words;
        var others = words.FindAll(text => text[0] != '-');
        return others.Count > 0 || command.Arguments.Count > 0 ? others : words;
    }

    /// <summary>Adds the values of options.</summary>
    /// <param name="root">All verbs.</param>
    /// <param name="common">The options of every verb.</param>
    /// <param name="values">By the option's name; given the settings file; null: the default one.</param>
    public static void AddCompletions(
        RootCommand root, CommonOptions common, IReadOnlyDictionary<string, Func<string?, IEnumerable<string>>> values)
    {
        common.Output.CompletionSources.Add(context => OutputFormats.Of(context.ParseResult.CommandResult.Command.Name));
        foreach (var option in root.Subcommands.SelectMany(verb => verb.Options))
        {
            if (values.TryGetValue(option.Name, out var all))
                option.CompletionSources.Add(context => all(context.ParseResult.GetValue(common.Config)));
        }
    }
}

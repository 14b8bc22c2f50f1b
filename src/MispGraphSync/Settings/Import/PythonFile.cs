namespace MispGraphSync.Settings.Import;

/// <summary>A name of a Python file.</summary>
internal sealed class PythonName
{
    public PythonValue? Value { get; set; }

    /// <summary>The lines that set or may change it.</summary>
    public SortedSet<int> Lines { get; } = [];

    /// <summary>False: it only occurs in statements that are not executed.</summary>
    public bool IsAssigned { get; set; }

    /// <summary>Whether another name's value was made of it.</summary>
    public bool IsUsed { get; set; }
}

/// <summary>
/// What a Python file assigns, as far as reading tells; nothing is executed. A value is certain only when plain assignments alone set
/// it: each name in another statement may be changed there.
/// </summary>
internal sealed class PythonFile
{
    private static readonly string[] Compound =
        ["if", "elif", "else", "for", "while", "try", "except", "finally", "with", "def", "class", "async"];

    private static readonly string[] ChangesNothing = ["if", "elif", "while", "assert", "raise", "print"];

    /// <summary>Calls that can change any name.</summary>
    private static readonly string[] ChangesAnything = ["exec", "globals", "locals", "vars", "setattr"];

    private const int MaxCandidates = 20;

    private readonly PythonExpression _expressions;

    private PythonFile() => _expressions = new PythonExpression(name =>
    {
        if (Names.TryGetValue(name, out var known)) known.IsUsed = true;
        return known?.Value;
    });

    public Dictionary<string, PythonName> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>The lines of statements that were not executed; an import alone is none of them.</summary>
    public SortedSet<int> UnreadLines { get; } = [];

    /// <summary>
    /// The first line of the statement in the middle of which the file ends; null: it is whole. Python refuses such a file too.
    /// </summary>
    public int? CutOffAt { get; private set; }

    public static PythonFile Read(string text)
    {
        var file = new PythonFile();
        foreach (var (tokens, isIndented, depth) in PythonTokens.Lines(text))
        {
            if (depth == 0) file.Line(tokens.ToArray(), isIndented);
            else file.Skip(tokens.ToArray());
            // Only at the end of a file are there brackets that never close.
            file.CutOffAt = depth > 0 || tokens[^1].Kind == "open" || tokens[^1].Is("=") ? tokens[0].Line : null;
        }

        return file;
    }

    private void Line(ReadOnlySpan<PythonToken> tokens, bool isConditional)
    {
        if (Compound.Any(tokens[0].Is) && PythonExpression.Parts(tokens, ":") is [var header, ..] && header.End.Value < tokens.Length)
        {
            Skip(tokens[header]);
            tokens = tokens[(header.End.Value + 1)..];
            isConditional = true;
        }

        foreach (var part in PythonExpression.Parts(tokens, ";")) Statement(tokens[part], isConditional);
    }

    private void Statement(ReadOnlySpan<PythonToken> tokens, bool isConditional)
    {
        switch (tokens)
        {
            // A text alone is a comment.
            case [] or [{ IsText: true }]:
                break;
            case [{ Kind: "name" } name, { Text: ":" }, ..] when PythonExpression.Parts(tokens, "=") is [_, var value]:
                Assign(name, Value(tokens[value]), isConditional);
                break;
            case [{ Kind: "name" }, { Kind: "other", Text: "=" }, ..]:
                var names = 0;
                while (tokens[names..] is [{ Kind: "name" }, { Kind: "other", Text: "=" }, ..]) names += 2;
                var common = Value(tokens[names..]);
                for (var i = 0; i < names; i += 2) Assign(tokens[i], common, isConditional);
                break;
            case [{ Kind: "name" } name, { Text: "[" }, { Kind: "text" } key, { Text: "]" }, { Kind: "other", Text: "=" }, .. var value]
                when Names.GetValueOrDefault(name.Text) is { Value: PythonValue.Dict dict } known && PythonExpression.IsName(key.Text):
                var member = Value(value);
                dict.Members[key.Text] = isConditional ? Uncertain(dict.Members.GetValueOrDefault(key.Text), member) : member;
                known.Lines.Add(name.Line);
                break;
            default:
                Skip(tokens);
                break;
        }
    }

    private static PythonValue.Either Uncertain(PythonValue? old, PythonValue added) =>
        new([.. (old?.Candidates ?? []).Concat(added.Candidates).Take(MaxCandidates)]);

    private void Assign(PythonToken token, PythonValue value, bool isConditional)
    {
        var name = NameOf(token);
        if (!isConditional) name.Lines.Clear();
        name.Lines.Add(token.Line);
        name.Value = isConditional ? Uncertain(name.Value, value) : value;
        name.IsAssigned = true;
    }

    private void Skip(ReadOnlySpan<PythonToken> tokens)
    {
        var isImport = tokens[0].Is("import") || tokens[0].Is("from");
        if (!isImport) UnreadLines.Add(tokens[0].Line);
        if (ChangesNothing.Any(tokens[0].Is)) return;
        OpenNames(tokens);
        if (isImport && tokens[^1].Is("*")) OpenAll(tokens[0].Line);
    }

    /// <summary>A value that needs execution may change the names that it is made of.</summary>
    private PythonValue Value(ReadOnlySpan<PythonToken> tokens)
    {
        var value = _expressions.Read(tokens);
        if (value == PythonValue.Unknown) OpenNames(tokens);
        return value;
    }

    private void OpenNames(ReadOnlySpan<PythonToken> tokens)
    {
        for (var i = 0; i < tokens.Length; i++)
        {
            if (tokens[i].Kind != "name" || (i > 0 && tokens[i - 1].Is("."))) continue;
            Open(NameOf(tokens[i]), tokens[i].Line);
            if (ChangesAnything.Any(tokens[i].Is)) OpenAll(tokens[i].Line);
        }
    }

    private void OpenAll(int line)
    {
        foreach (var name in Names.Values) Open(name, line);
    }

    private static void Open(PythonName name, int line)
    {
        name.Lines.Add(line);
        if (name.Value is PythonValue.Container container) container.IsOpen = true;
        else name.Value = Uncertain(name.Value, PythonValue.Unknown);
    }

    private PythonName NameOf(PythonToken token)
    {
        if (!Names.TryGetValue(token.Text, out var name)) Names.Add(token.Text, name = new PythonName());
        return name;
    }
}

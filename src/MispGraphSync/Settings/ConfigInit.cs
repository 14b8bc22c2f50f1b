namespace MispGraphSync.Settings;

/// <summary>The guided start: asks for what has no default, and for secrets only by reference.</summary>
internal sealed class ConfigInit(
    SettingsTable table, TextReader answers, TextWriter output, string folder, CancellationToken interrupt = default)
{
    private const int MaxTries = 3;

    private static readonly (string Word, KindQuestion Question)[] SignIns =
    [
        ("secret", new(Keys.ClientSecret, "Where is the client secret?", "env:AZURE_CLIENT_SECRET")),
        ("certificate", new(Keys.CertificatePath, "The certificate's file, PEM with key or PFX")),
        ("managed-identity", new(Keys.ManagedIdentity, "A user-assigned identity's client id, or true for the machine's own", "true")),
        ("token-file", new(Keys.FederatedTokenFile, "The token's file")),
    ];

    public static IReadOnlyList<string> Head { get; } =
    [
        "Settings of misp-graph. Made by `misp-graph config init`; config.sample.json shows every other key.",
        "Check: misp-graph doctor. Look before you push: misp-graph plan",
    ];

    public ConfigDraft Ask()
    {
        output.Write("Press Enter to take the answer in brackets. Secrets are asked for by reference only: env:NAME or file:PATH.\n\n");
        var draft = new ConfigDraft(table);
        draft.Common.Add(Ask(new(Keys.MispUrl, "MISP's address")));
        draft.Common.Add(Ask(new(Keys.MispKey, "Where is MISP's auth key?", "env:MISP_KEY")));

        var kinds = AskWords("Send to which?", [.. table.Kinds.Select(kind => kind.Name)], mayBeSeveral: true);
        draft.Common.Add(Ask(new(Keys.Tenant, "Entra tenant (id or domain)")));
        var signIn = AskWords("How to sign in?", [.. SignIns.Select(one => one.Word)], mayBeSeveral: false)[0];
        if (signIn != "managed-identity") draft.Common.Add(Ask(new(Keys.ClientId, "Application (client) id")));
        draft.Common.Add(Ask(SignIns.First(one => one.Word == signIn).Question));
        draft.Common.Add(Ask(new(Keys.Action, "What should the products do on a match? alert, block or allow", "alert")));
        foreach (var kind in kinds) draft.AddDestination(kind).AddRange(table.Named(kind)!.Questions.Select(Ask));
        return draft;
    }

    private List<string> AskWords(string question, IReadOnlyList<string> known, bool mayBeSeveral)
    {
        var list = string.Join(", ", known);
        return Repeat($"{question} {list}{(mayBeSeveral ? "; several with commas" : "")}", known[0], text =>
        {
            List<string> words = mayBeSeveral
                ? [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct()]
                : [text];
            var wrong = words.Find(word => !known.Contains(word));
            return (words, wrong is null ? null : $"{SettingsFaults.Quote(wrong)} is not one of {list}.");
        });
    }

    private DraftValue Ask(KindQuestion question) => Repeat(question.Text, question.Fallback, text =>
    {
        var key = question.Key;
        var value = key.Type.FromText(text, SettingOrigin.Default, key.Path, new SettingsFaults());
        var draft = new DraftValue(key, value.Json);
        return (draft, draft.IsLiteralSecret
            ? "That would put the secret itself into the file. Write env:NAME or file:PATH."
            : key.Type.FaultsOf(value, key.Path, folder).All is [var fault, ..] ? fault.Text : null);
    });

    /// <summary>Asks until the answer is good, three times at most.</summary>
    private T Repeat<T>(string question, string? fallback, Func<string, (T Value, string? Fault)> read)
    {
        for (var i = 0; i < MaxTries; i++)
        {
            output.Write(fallback is null ? $"{question}: " : $"{question} [{fallback}]: ");
            var line = ReadLine() ?? throw new RunFailedException(RunOutcome.InvalidInput,
                "The input ended before all questions were answered; nothing was written.",
                "Run it at a terminal, or use `misp-graph config init --from-env`.");

            var text = line.Trim() is { Length: > 0 } given ? given : fallback;
            if (text is null) continue;
            var (value, fault) = read(text);
            if (fault is null) return value;
            output.Write($"  {Sanitize.ForDisplay(fault, int.MaxValue)}\n");
        }

        throw new RunFailedException(RunOutcome.InvalidInput,
            $"There was no usable answer to \"{question}\"; nothing was written.", "Run it again, or copy config.sample.json.");
    }

    // Nothing interrupts a read from a terminal; so the read stays behind, and the process ends over it.
    private string? ReadLine() => Task.Run(answers.ReadLine, CancellationToken.None).WaitAsync(interrupt).GetAwaiter().GetResult();
}

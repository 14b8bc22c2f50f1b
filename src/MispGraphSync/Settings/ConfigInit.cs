using MispGraphSync.Core.Ports;
using static MispGraphSync.Settings.SettingsTable;

namespace MispGraphSync.Settings;

/// <summary>The guided start: asks for what has no default, and for secrets only by reference.</summary>
internal sealed class ConfigInit(TextReader answers, TextWriter talk, string folder, CancellationToken interrupt = default)
{
    private const int Tries = 3;

    public static IReadOnlyList<string> Head { get; } =
    [
        "Settings of misp-graph. Made by `misp-graph config init`; config.sample.json shows every other key.",
        "Check: misp-graph doctor. Look before you push: misp-graph plan",
    ];

    public ConfigDraft Ask()
    {
        talk.Write("Press Enter to take what stands in brackets. Secrets are asked for by reference only: env:NAME or file:PATH.\n\n");
        var draft = new ConfigDraft();
        draft.Common.Add(Ask(MispUrl, "MISP's address", fallback: null));
        draft.Common.Add(Ask(MispKey, "Where is MISP's auth key?", "env:MISP_KEY"));

        var kinds = AskKinds();
        draft.Common.Add(Ask(Tenant, "Entra tenant (id or domain)", fallback: null));
        draft.Common.AddRange(AskSignIn());
        draft.Common.Add(Ask(SettingsTable.Action, "What shall the products do on a match? alert, block or allow", "alert"));
        foreach (var kind in kinds) draft.Destinations.Add([.. AskDestination(kind)]);
        return draft;
    }

    private IReadOnlyList<string> AskKinds()
    {
        var known = ((IChoices)Kind.Form).Words;
        var kinds = Repeat($"Send to which? {string.Join(", ", known)}; several with commas", Graph, text =>
        {
            var words = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct().ToList();
            var wrong = words.FirstOrDefault(w => !known.Contains(w));
            return wrong is null ? (words, null) : (words, $"{FaultText.Quote(wrong)} is not one of {string.Join(", ", known)}.");
        });
        return kinds;
    }

    private IEnumerable<DraftValue> AskSignIn()
    {
        string[] ways = ["secret", "certificate", "managed-identity", "token-file"];
        var way = Repeat($"How to sign in? {string.Join(", ", ways)}", "secret", text =>
            (text, ways.Contains(text) ? null : $"{FaultText.Quote(text)} is not one of {string.Join(", ", ways)}."));

        if (way != "managed-identity") yield return Ask(ClientId, "Application (client) id", fallback: null);
        yield return way switch
        {
            "certificate" => Ask(CertificatePath, "The certificate's file, PEM with key or PFX", fallback: null),
            "managed-identity" => Ask(ManagedIdentity, "A user-assigned identity's client id, or true for the machine's own", "true"),
            "token-file" => Ask(FederatedTokenFile, "The token's file", fallback: null),
            _ => Ask(ClientSecret, "Where is the client secret?", "env:AZURE_CLIENT_SECRET"),
        };
    }

    private IEnumerable<DraftValue> AskDestination(string kind)
    {
        yield return DraftValue.Text(Name, kind);
        yield return DraftValue.Text(Kind, kind);
        if (kind == Graph) yield return Ask(TargetProduct,
            "Graph's target product: Azure Sentinel or Microsoft Defender ATP", "Azure Sentinel");
        if (kind == Sentinel) yield return Ask(WorkspaceId, "The Sentinel workspace's id, from its Overview page", fallback: null);
    }

    // Nothing interrupts a read from a terminal; so it is left alone, and the process ends over it.
    private string? ReadLine() => Task.Run(answers.ReadLine, CancellationToken.None).WaitAsync(interrupt).GetAwaiter().GetResult();

    private DraftValue Ask(SettingKey key, string question, string? fallback) => Repeat(question, fallback, text =>
    {
        var faults = new SettingsFaults();
        var origin = new SettingOrigin.Default();
        var value = new DraftValue(key, key.Form.FromText(text, origin, key.Path, faults));
        key.Form.Check(value.Node, key.Path, new ReadingPlace { Faults = faults, Folder = folder, Variable = _ => null });
        return (value, value.IsLiteralSecret ? "That would leave the secret itself in the file. Write env:NAME or file:PATH." : faults.All is [var fault, ..] ? fault.Text : null);
    });

    /// <summary>Asks until the answer is good, three times at most.</summary>
    private T Repeat<T>(string question, string? fallback, Func<string, (T Value, string? Fault)> read)
    {
        for (var i = 0; i < Tries; i++)
        {
            talk.Write(fallback is null ? $"{question}: " : $"{question} [{fallback}]: ");
            var line = ReadLine() ?? throw new RunFailedException(
                RunOutcome.InvalidInput,
                    "The answers ended before the questions did; nothing was written.", "Run it at a terminal, or use `misp-graph config init --from-env`.");

            var text = line.Trim() is { Length: > 0 } given ? given : fallback;
            if (text is null) continue;
            var (value, fault) = read(text);
            if (fault is null) return value;
            talk.Write($"  {FaultText.OneLine(fault)}\n");
        }

        throw new RunFailedException(RunOutcome.InvalidInput,
            $"There was no usable answer to \"{question}\"; nothing was written.", "Run it again, or copy config.sample.json.");
    }
}

using System.Text.Json;
using MispGraphSync.Http;

namespace MispGraphSync.Settings;

/// <summary>The guided start: asks for what has no default, and tests each answer where it can.</summary>
internal sealed class ConfigInit
{
    private const string None = "none";

    private static readonly KindQuestion Application = new(Keys.ClientId, "Application (client) id");

    private static readonly (string Word, string Meaning, KindQuestion[] Questions)[] SignIns =
    [
        ("secret", "a client secret of the app registration",
            [Application,
                new(Keys.ClientSecret, "The client secret: paste it, or write env:NAME or file:PATH", "env:AZURE_CLIENT_SECRET")]),
        ("certificate", "a certificate of the app registration",
            [Application, new(Keys.CertificatePath, "The certificate's file, PEM with key or PFX"),
                new(Keys.CertificatePassword, "Its password: paste it, or write env:NAME or file:PATH", None)]),
        ("managed-identity", "the identity of an Azure machine, without a secret",
            [new(Keys.ManagedIdentity, "A user-assigned identity's client id, or true for the machine's own", "true")]),
        ("token-file", "a token that Kubernetes or a CI system keeps in a file",
            [Application, new(Keys.FederatedTokenFile, "The token's file")]),
    ];

    public static IReadOnlyList<string> Head { get; } =
    [
        "Settings of misp-graph. Made by `misp-graph config init`; config.sample.json shows every other key.",
        "Check: misp-graph doctor. Look before you push: misp-graph plan",
    ];

    public required ReaderOptions Options { get; init; }

    /// <summary>Of the process, for references to secrets.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required Prompt Prompt { get; init; }

    /// <summary>The settings file to write, absolute.</summary>
    public required string File { get; init; }

    /// <summary>Null: nothing is tested.</summary>
    public TestAnswer? Test { get; init; }

    private SettingsTable Table => Options.Table;

    private string Folder => Path.GetDirectoryName(File)!;

    /// <summary>Asks for a whole file.</summary>
    public async Task<ConfigDraft> AskAsync(string instance)
    {
        Say("Press Enter to take the answer in brackets. A secret that you paste is not shown; it is stored in a file of its own next to "
            + "the settings.", hang: 0);
        Say("");
        var draft = new ConfigDraft(Table);
        draft.Common.Add(new DraftValue(Keys.Instance, instance));
        string TextOf() => draft.Write([], hideSecrets: false);

        await AskAsync(draft.Common, [new(Keys.MispUrl, "MISP's address")], AnswerTest.MispAddress, TextOf).ConfigureAwait(false);
        await AskAsync(
            draft.Common, [new(Keys.MispKey, "MISP's auth key: paste it, or write env:NAME or file:PATH", "env:MISP_KEY")],
            AnswerTest.MispKey, TextOf).ConfigureAwait(false);

        Say("");
        ShowKinds();
        var kinds = Prompt.ChooseSome("Where should the indicators go? Several with commas", [.. Table.Kinds.Select(kind => kind.Name)]);
        var destinations = kinds.Select(kind => (Kind: Table.Named(kind)!, Values: Begin(draft, kind, kind))).ToList();

        Say("");
        await AskForSignInAsync(draft.Common, kinds[0], TextOf).ConfigureAwait(false);
        Say("");
        if (destinations.Exists(one => one.Kind.HasActions))
        {
            var words = ActionWords(destinations.TrueForAll(one => one.Kind.TakesWarn));
            draft.Common.Add(new DraftValue(
                Keys.Action, Prompt.Choose($"What should the products do on a match? {string.Join(", ", words)}", words)));
        }

        foreach (var (kind, values) in destinations) await AskForKindAsync(kind, values, TextOf).ConfigureAwait(false);
        return draft;
    }

    /// <summary>Asks for one more destination of a file.</summary>
    /// <param name="existing">The file as it is.</param>
    public async Task<ConfigDraft> AskForDestinationAsync(SettingsInspection existing, string text)
    {
        ShowKinds();
        var word = Prompt.Choose("Which kind?", [.. Table.Kinds.Select(one => one.Name)]);
        var names = existing.Settings.Destinations.Select(one => one.Name).ToList();
        var draft = new ConfigDraft(Table);
        var values = Begin(draft, word, AskForName(word, names));
        string TextOf() => ConfigEdit.Add(text, draft.WriteDestinations());

        var kind = Table.Named(word)!;
        var hasSignIn = Keys.Credentials.Any(key => existing.Values.Find(key).Value is not null);
        if (kind.NeedsSignIn && !hasSignIn) await AskForSignInAsync(values, values[0].Json.GetString()!, TextOf).ConfigureAwait(false);
        await AskForKindAsync(kind, values, TextOf).ConfigureAwait(false);
        return draft;
    }

    /// <summary>A destination with placeholders, so that what is common can be tested with it.</summary>
    private List<DraftValue> Begin(ConfigDraft draft, string kind, string name)
    {
        var settings = Table.Named(kind)!;
        if (settings.Notice is { } notice) Say($"  note  {notice}");
        var values = draft.AddDestination(kind, name);
        values.AddRange(settings.Questions.Where(question => question.Key.Placeholder is not null)
            .Select(question => new DraftValue(question.Key, question.Key.Placeholder!.Trim('"'))));
        return values;
    }

    private string AskForName(string kind, List<string> taken)
    {
        var free = Enumerable.Range(2, taken.Count + 1).Select(i => $"{kind}-{i}").Prepend(kind).First(name => !IsTaken(name));
        return Prompt.Ask("Its name", free, text => (text, IsTaken(text)
            ? $"There is a destination {SettingsFaults.Quote(text)} already; choose another name."
            : FaultOf(Keys.Name, text)));

        bool IsTaken(string name) => taken.Contains(name, StringComparer.OrdinalIgnoreCase);
    }

    private async Task AskForSignInAsync(List<DraftValue> into, string destination, Func<string> text)
    {
        await AskAsync(into, [new(Keys.Tenant, "Entra tenant (id or domain)")], AnswerTest.Tenant, text, destination).ConfigureAwait(false);
        Say("");
        foreach (var (known, meaning, _) in SignIns) Say($"  {known,-16}  {meaning}");
        var word = SignIns[0].Word;
        await AskAsync(
            into,
            () =>
            {
                word = Prompt.Choose("How to sign in?", [.. SignIns.Select(one => one.Word)], word);
                return SignIns.First(one => one.Word == word).Questions;
            },
            AnswerTest.SignIn, text, destination).ConfigureAwait(false);
    }

    private Task AskForKindAsync(KindSettings kind, List<DraftValue> values, Func<string> text)
    {
        values.RemoveAll(value => kind.Questions.Any(question => question.Key == value.Key));
        return AskAsync(values, kind.Questions, AnswerTest.Destination, text, values[0].Json.GetString());
    }

    private Task AskAsync(
        List<DraftValue> into, IReadOnlyList<KindQuestion> questions, AnswerTest test, Func<string> text, string? destination = null) =>
        AskAsync(into, () => questions, test, text, destination);

    /// <summary>Asks and tests until the answers work or the user keeps them. Enter gives the same answer again.</summary>
    private async Task AskAsync(
        List<DraftValue> into, Func<IReadOnlyList<KindQuestion>> choose, AnswerTest test, Func<string> text, string? destination)
    {
        var (kept, answers) = (into.Count, new List<DraftValue>());
        while (true)
        {
            answers = [.. choose().Select(question => AskFor(question, answers.Find(one => one.Key == question.Key)))];
            into.AddRange(answers.Where(one => one.Key != Keys.CertificatePassword || one.Json.GetString() != None));
            if (await PassesAsync(test, text(), destination).ConfigureAwait(false)) return;
            into.RemoveRange(kept, into.Count - kept);
        }
    }

    private async Task<bool> PassesAsync(AnswerTest test, string text, string? destination)
    {
        var soFar = SettingsReader.InspectText(text, File, Environment, Options with { NeedsMisp = true });
        if (test == AnswerTest.Destination && OwnFaults(soFar, destination!) is { Count: > 0 } faults)
        {
            foreach (var fault in faults) Say($"  failed   {fault.Key}: {fault.Text}");
            return false;
        }

        if (Test is null) return true;
        Say("  Testing...");
        var findings = await Test(test, soFar, destination).ConfigureAwait(false);
        foreach (var finding in findings)
        {
            Say($"  {finding.Status,-7}  {finding.Cause}");
            if (finding.Remedy is { } remedy) Say($"           -> {remedy}", hang: 14);
        }

        return !findings.Any(finding => finding.IsFault)
            || Prompt.Choose("Answer again, or keep this and continue? again, keep", ["again", "keep"]) == "keep";
    }

    private static List<SettingsFault> OwnFaults(SettingsInspection soFar, string destination)
    {
        var label = $"{FileLayer.Destinations}.{destination}";
        return [.. soFar.Faults.Where(fault => $"{fault.Key}.".StartsWith($"{label}.", StringComparison.Ordinal))];
    }

    private DraftValue AskFor(KindQuestion question, DraftValue? before)
    {
        var key = question.Key;
        var fallback = before is null || before.IsLiteralSecret ? question.Fallback
            : before.Json.ValueKind == JsonValueKind.String ? before.Json.GetString()
            : SettingsJson.ToText(before.Json);
        return Prompt.Ask(question.Text, fallback, answer =>
        {
            var text = key == Keys.MispUrl && !answer.Contains("://", StringComparison.Ordinal) ? $"https://{answer}" : answer;
            var value = key.Type.FromText(text, SettingOrigin.Default, key.Path, new SettingsFaults());
            return (new DraftValue(key, value.Json), FaultOf(key, text));
        }, key.Type.IsSecret);
    }

    private string? FaultOf(SettingKey key, string text)
    {
        if (key.Type.IsSecret && SecretReference.LooksLikeShellVariable(text))
            return "That looks like a shell's variable, which is not expanded here. Write env:NAME.";
        var value = key.Type.FromText(text, SettingOrigin.Default, key.Path, new SettingsFaults());
        return key.Type.FaultsOf(value, key.Path, Folder).All is [var fault, ..] ? fault.Text : null;
    }

    private static List<string> ActionWords(bool takesWarn) =>
        [.. Keys.Action.Type.Words.Where(word => takesWarn || word != "warn")];

    private void ShowKinds()
    {
        foreach (var kind in Table.Kinds) Say($"  {kind.Name,-8}  {kind.Meaning}");
    }

    private void Say(string line, int? hang = null) => Prompt.Say(line, hang);
}

namespace MispGraphSync.Settings;

/// <summary>
/// <c>config init --from-env</c>: takes MISP_GRAPH__… variables, and the names that MISP and Azure tools commonly use.
/// A secret is written as a reference to its variable, never as itself.
/// </summary>
internal static class ConfigFromEnvironment
{
    private static readonly (SettingKey Key, string[] Variables)[] CommonNames =
    [
        (Keys.MispUrl, ["MISP_URL"]),
        (Keys.MispKey, ["MISP_KEY", "MISP_API_KEY", "MISP_AUTHKEY"]),
        (Keys.Tenant, ["AZURE_TENANT_ID"]),
        (Keys.ClientId, ["AZURE_CLIENT_ID"]),
    ];

    /// <summary>The first one that is set is the way to sign in.</summary>
    private static readonly (SettingKey Key, string[] Variables)[] CommonCredentials =
    [
        (Keys.ClientSecret, ["AZURE_CLIENT_SECRET"]),
        (Keys.CertificatePath, ["AZURE_CLIENT_CERTIFICATE_PATH"]),
        (Keys.FederatedTokenFile, ["AZURE_FEDERATED_TOKEN_FILE"]),
    ];

    /// <summary>The file as the variables describe it; it may lack something.</summary>
    /// <param name="instance">Of the file that is replaced, where no variable has it; null: there is none.</param>
    /// <exception cref="RunFailedException">A MISP_GRAPH__… variable names no key.</exception>
    public static ConfigDraft Draft(IReadOnlyDictionary<string, string> environment, SettingsTable table, string? instance)
    {
        var given = Read(environment, new GivenSettings(table));
        if (given.Sources is [var source, ..])
            throw new RunFailedException(RunOutcome.InvalidInput,
                $"{source.Origin.Place} describes one of several sources; this writes a file with one.",
                "Unset the variables of the others, and write these into the file as a list: docs/configuration.md shows it.");
        foreach (var common in CommonNames) TryAdd(common);
        if (!Keys.Credentials.Any(key => given.Top.Values.ContainsKey(key.Path))) _ = CommonCredentials.FirstOrDefault(TryAdd);

        var draft = new ConfigDraft(table);
        draft.Common.AddRange(given.Top.Values.Select(one => ByReference(table.AtTop[one.Key], one.Value)));
        if (!given.Top.Values.ContainsKey(Keys.Instance.Path))
            draft.Common.Add(new DraftValue(Keys.Instance, instance ?? InstanceName.Of(TextOf(Keys.MispUrl), TextOf(Keys.Tenant))));
        AddDestinations(draft, given.Destinations);
        return draft;

        string TextOf(SettingKey key) => given.Top.Values.GetValueOrDefault(key.Path)?.Text ?? "";

        bool TryAdd((SettingKey Key, string[] Variables) common) =>
            common.Variables.FirstOrDefault(name => environment.GetValueOrDefault(name) is { Length: > 0 }) is { } name
            && given.Top.Values.TryAdd(common.Key.Path, new SettingValue(environment[name], SettingOrigin.Variable(name)));
    }

    /// <summary>The destinations that variables describe, for a file that has others.</summary>
    /// <exception cref="RunFailedException">There is none, or the file has one of that name.</exception>
    public static ConfigDraft Additions(
        IReadOnlyDictionary<string, string> environment, SettingsTable table, string file, SettingValue existing)
    {
        var given = new GivenSettings(table);
        new FileLayer(given, new SettingsFaults()).Add(existing);
        var there = given.Destinations.ToList();
        Read(environment, given);
        var again = there.Find(one => one.Values.GetValueOrDefault(table.Kind.Path)?.Origin.Kind == SettingOrigin.VariableKind);
        if (again is not null)
            throw new RunFailedException(RunOutcome.InvalidInput,
                $"{file} has a destination {again.Name} already; it was not changed.", "Use another name in the variables.");

        var draft = new ConfigDraft(table);
        AddDestinations(draft, given.Destinations.Skip(there.Count));
        return draft.Destinations.Count > 0 ? draft : throw new RunFailedException(RunOutcome.InvalidInput,
            $"No variable describes a new destination; {file} was not changed.", $"Set {NewDestination(table)}.");
    }

    /// <summary>Checks the file that a draft gives.</summary>
    /// <param name="text">Makes the file of the draft.</param>
    /// <exception cref="RunFailedException">Something is missing or wrong, by the variables that give it.</exception>
    public static void Check(
        ConfigDraft draft, Func<string> text, string file, IReadOnlyDictionary<string, string> environment, ReaderOptions options)
    {
        var table = options.Table;
        var lacksDestination = draft.Destinations.Count == 0;
        // One of any kind shows what else is missing.
        if (lacksDestination) draft.AddDestination(table.Kinds[0].Name);
        var faults = SettingsReader.InspectText(text(), file, WithoutSettings(environment), options).Faults
            .Where(fault => !lacksDestination || !fault.Key.StartsWith(FileLayer.Destinations, StringComparison.Ordinal));
        List<string> lines = [.. faults.Select(fault => Line(fault, environment, table))];
        if (lacksDestination) lines.Add(NewDestination(table));
        if (lines.Count == 0) return;
        throw new RunFailedException(RunOutcome.InvalidInput,
            $"Environment variables are missing or wrong:\n  {string.Join("\n  ", lines.Select(line => Sanitize.ForDisplay(line, 400)))}",
            "Set them and run the command again; nothing was written.");
    }

    /// <summary>The variables without those that would hide what a file lacks.</summary>
    public static IReadOnlyDictionary<string, string> WithoutSettings(IReadOnlyDictionary<string, string> environment) => environment
        .Where(one => !one.Key.StartsWith(OverrideLayers.Prefix, StringComparison.OrdinalIgnoreCase)).ToDictionary();

    private static string Line(SettingsFault fault, IReadOnlyDictionary<string, string> environment, SettingsTable table)
    {
        var key = table.AtTop.GetValueOrDefault(fault.Key) ?? table.InDestination.GetValueOrDefault(fault.Key.Split('.')[^1]);
        if (fault.IsMissing && key is not null) return $"{VariablesOf(fault.Key)}: {key.Meaning.Split(". ")[0].TrimEnd('.')}.";
        if (fault.Key != "auth") return $"{VariablesOf(fault.Key)}: {fault.Text}";
        var application = CommonNames[^1].Variables[0];
        return (environment.ContainsKey(application) ? "" : $"{application}, and ")
            + $"{Or(CommonCredentials.SelectMany(one => one.Variables))}: a way to sign in. "
            + $"On an Azure machine, {OverrideLayers.NameOf(Keys.ManagedIdentity.Path)}=true is enough.";
    }

    private static GivenSettings Read(IReadOnlyDictionary<string, string> environment, GivenSettings given)
    {
        var faults = new SettingsFaults();
        new OverrideLayers(given, faults).AddEnvironment(environment);
        return faults.All.Count == 0 ? given : throw new RunFailedException(RunOutcome.InvalidInput,
            $"Some variables are wrong:\n  {string.Join("\n  ", faults.All)}", "Correct or unset them; nothing was written.");
    }

    private static void AddDestinations(ConfigDraft draft, IEnumerable<GivenLevel> destinations)
    {
        foreach (var one in destinations)
            draft.Destinations.Add([.. one.Values.Select(value => ByReference(one.Keys[value.Key], value.Value))]);
    }

    /// <summary>The variables of a first destination, for each kind that can be recommended.</summary>
    private static string NewDestination(SettingsTable table) => string.Join(", or ",
        table.Kinds.Where(kind => kind.Notice is null).Select(kind => string.Join(" and ", kind.Questions
            .Where(question => question.Fallback is null)
            .Select(question => OverrideLayers.NameOf($"{FileLayer.Destinations}.{kind.Name}.{question.Key.Path}"))
            .Prepend(OverrideLayers.NameOf($"{FileLayer.Destinations}.{kind.Name}.{table.Kind.Path}") + $"={kind.Name}"))));

    private static string VariablesOf(string key) =>
        CommonNames.Concat(CommonCredentials).FirstOrDefault(one => one.Key.Path == key) is { Key: not null } common
            ? Or(common.Variables)
            : OverrideLayers.NameOf(key);

    private static string Or(IEnumerable<string> names) => string.Join(" or ", names);

    private static DraftValue ByReference(SettingKey key, SettingValue value)
    {
        var draft = new DraftValue(key, value.Json);
        return draft.IsLiteralSecret ? new DraftValue(key, $"env:{value.Origin.Place}") : draft;
    }
}

using System.Text.Json;

namespace MispGraphSync.Settings.Import;

/// <summary>
/// Makes settings of the config.py of the Python sample or of misp2sentinel. They behave as that tool does; where we recommend
/// another behaviour, a note says so.
/// </summary>
internal sealed class ToolImport
{
    private const string Graph = "graph";
    private const string Sentinel = "sentinel";
    private const string Defender = "defender";
    private const string Misp2SentinelPrefix = "ms_";

    /// <summary>misp2sentinel's name of a workspace's place, and ours.</summary>
    private static readonly (string Theirs, string Ours)[] Place =
        [("subscription_id", "subscriptionId"), ("resourceGroupName", "resourceGroup"), ("workspaceName", "workspaceName")];

    private static readonly string[] OfWorkspace = ["workspace_id", .. Place.Select(one => one.Theirs)];

    /// <summary>The STIX object types that have lifetimes there, and the MISP types that become them.</summary>
    private static readonly Dictionary<string, string[]> MispTypesOf = new(StringComparer.Ordinal)
    {
        ["ipv4-addr"] = ["ip-dst", "ip-src"],
        ["ipv6-addr"] = ["ip-dst", "ip-src"],
        ["domain-name"] = ["domain", "hostname"],
        ["url"] = ["url"],
        ["email-addr"] = ["email-src", "email-dst"],
        ["file"] = ["md5", "sha1", "sha256", "filename"],
    };

    private readonly ConfigImporter _from;
    private readonly OtherTool _tool;
    private readonly GivenValue? _auth;
    private readonly string _kind;

    private ToolImport(PythonFile file, ReaderOptions options, string? kind)
    {
        _from = new ConfigImporter(file, options);
        _tool = ToolOf(file);
        _auth = _from.Find(_tool.Auth);
        var isGraph = _tool == OtherTool.PythonSample || ConfigImporter.IsTrue(_auth?.Member("graph_api")?.Value);
        _kind = kind ?? (isGraph ? Graph : Sentinel);
        AddMisp();
        AddSignIn();
        AddPolicy();
        AddDestination(isChosen: kind is not null, wasGraph: isGraph);
        if (ConfigImporter.IsTrue(_from.Find("dry_run")?.Value))
            Notes.Add(NoteRank.Safety, "dry_run is not imported: misp-graph push sends; misp-graph plan does not.");
        _from.NoteRest(_tool, _auth, ["tenant", "client_id", "client_secret", "graph_api", .. OfWorkspace]);
    }

    public ConfigDraft Draft => _from.Draft;

    public ImportNotes Notes => _from.Notes;

    /// <summary>The same for the same server and tenant, where both are known.</summary>
    public string Instance
    {
        get
        {
            var places = Draft.Common.Where(one => one.Key == Keys.MispUrl || one.Key == Keys.Tenant).Select(one => one.Json.GetString()!);
            return places.ToArray() is [var server, var tenant] && server != SettingKey.FillIn && tenant != SettingKey.FillIn
                ? InstanceName.Of(server, tenant) : InstanceName.New(Environment.MachineName);
        }
    }

    /// <summary>Comment lines at the top of the new file.</summary>
    public IReadOnlyList<string> Head =>
    [
        $"Settings of misp-graph, made from the config.py of {_tool.Name}: they behave as {_tool.Name} does.",
        "Notes at each key recommend changes. Check: misp-graph doctor, then misp-graph plan",
    ];

    /// <summary>Null for a text that has no setting of such a tool.</summary>
    /// <param name="kind">The kind of destination to make; null: the one that the tool sends to.</param>
    public static ToolImport? Read(string text, ReaderOptions options, string? kind = null)
    {
        var file = PythonFile.Read(text);
        // Half a file has half the settings: without its filter it would send every event.
        if (file.CutOffAt is { } line)
            throw new RunFailedException(RunOutcome.InvalidInput,
                $"The file ends in the middle of the statement that begins at line {line}: it was probably copied in part.",
                "Copy the whole file and import again. Nothing was written.");
        var tool = ToolOf(file);
        string[] known =
        [
            tool.Auth, tool.Action, tool.PassiveOnly, tool.TargetProduct, "misp_key", "misp_domain", "misp_verifycert",
            "misp_event_filters", "days_to_expire",
        ];
        return tool == OtherTool.Misp2Sentinel || known.Any(file.Names.ContainsKey) ? new ToolImport(file, options, kind) : null;
    }

    private static OtherTool ToolOf(PythonFile file) =>
        file.Names.Keys.Any(name => name.StartsWith(Misp2SentinelPrefix, StringComparison.Ordinal))
            ? OtherTool.Misp2Sentinel : OtherTool.PythonSample;

    private SettingKey InDestination(string path) => _from.Options.Table.InDestination[path];

    private void AddMisp()
    {
        _from.AddRequired(Keys.MispUrl, _from.Find("misp_domain"), "misp_domain", prefix: "https://");
        _from.AddSecret(Keys.MispKey, _from.Find("misp_key"), "misp_key");
        AddCertificate(_from.Find("misp_verifycert"));
        new FilterImport(_from, _tool).Add();
        _from.AddOptional(Keys.MispPageSize, _from.Find("misp_event_limit_per_page"));
    }

    /// <summary>A text is a file of authorities, as for Python's requests. What is not clear leaves the check on.</summary>
    private void AddCertificate(GivenValue? given)
    {
        if (given is null || ConfigImporter.IsTrue(given.Value)) return;
        if (given.Value.Json is { } json && (json.ValueKind == JsonValueKind.False || json.ToString() == "0"))
            _from.AddBehaviour(Keys.MispVerifyCert, "false",
                $"{_tool.Name} does not check MISP's certificate", "true, with caFile for an authority of your own");
        else if (ConfigImporter.TextOf(given.Value) is { } path)
        {
            if (_from.Add(Keys.CaFile, SettingsJson.OfText(path), given))
                Notes.Add(NoteRank.Changed,
                    $"caFile is the path of {given.Name}; a relative one starts at the settings file's folder.", given.Line);
        }
        else Notes.Add(NoteRank.ToDo,
            $"{given.Name} is not imported: it is {given.Value.Obstacle ?? "empty"}. MISP's certificate is checked (misp.verifyCert).",
            given.Line);
    }

    private void AddSignIn()
    {
        _from.AddRequired(Keys.Tenant, _auth?.Member("tenant"), _tool.Auth + ".tenant");
        _from.AddRequired(Keys.ClientId, _auth?.Member("client_id"), _tool.Auth + ".client_id");
        _from.AddSecret(Keys.ClientSecret, _auth?.Member("client_secret"), _tool.Auth + ".client_secret");
        if (_auth is { Value: not PythonValue.Dict or PythonValue.Dict { IsOpen: true } })
            Notes.Add(NoteRank.ToDo, $"{_tool.Auth} is {_auth.Value.Obstacle}: check the values of auth.", _auth.Line);
    }

    private void AddPolicy()
    {
        var days = _from.Find("days_to_expire");
        if (_from.AddOptional(Keys.DaysToExpire, days) && _tool == OtherTool.PythonSample
            && Draft.Common[^1].Json.ToString() != Keys.DaysToExpire.Default)
            Notes.Add(NoteRank.Changed,
                $"daysToExpire: recommended: {Keys.DaysToExpire.Default}, because indicators that MISP still has are renewed in time.",
                days!.Line);
        AddLifetimes(_from.Find("days_to_expire_mapping"));
        foreach (var name in (string[])["default_confidence", "defaultConfidenceLevel"])
            _from.AddOptional(Keys.DefaultConfidence, _from.Find(name));
        _from.AddBehaviour(Keys.DefaultTlp, $"\"{_tool.DefaultTlp}\"",
            $"{_tool.Name} marks attributes without a TLP tag as {_tool.DefaultTlp}", "\"amber\"");
        _from.AddBehaviour(Keys.MaxTlp, "\"red\"", $"{_tool.Name} sends everything, TLP:RED too", "\"amber+strict\"");
    }

    private void AddLifetimes(GivenValue? mapping)
    {
        if (mapping is not null && (mapping.Value is not PythonValue.Dict || mapping.Value.Obstacle is not null))
            Notes.Add(NoteRank.ToDo,
                $"{mapping.Name} is not imported as a whole: it is {mapping.Value.Obstacle ?? "no dictionary"}. See expiry.", mapping.Line);
        var lifetimes = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (stix, value) in (mapping?.Value as PythonValue.Dict)?.Members ?? [])
        {
            var types = MispTypesOf.GetValueOrDefault(stix);
            if (types is null || value.Json is not { ValueKind: JsonValueKind.Number } days)
            {
                var reason = types is null ? "no MISP type is known for it" : "it is no number";
                Notes.Add(NoteRank.Changed, $"{mapping!.Name}: {stix} is not imported: {reason}; see expiry.", mapping.Line);
                continue;
            }

            foreach (var type in types)
            {
                if (!lifetimes.TryAdd(type, days) && !JsonElement.DeepEquals(lifetimes[type], days))
                    Notes.Add(NoteRank.Changed, $"{mapping!.Name}: {stix} is not imported for {type}: "
                        + $"there is one lifetime for both kinds of address, {lifetimes[type]}.", mapping.Line);
            }
        }

        if (lifetimes.Count > 0) _from.Add(Keys.Expiry, SettingsJson.OfMembers(lifetimes), mapping!);
    }

    private void AddDestination(bool isChosen, bool wasGraph)
    {
        var destination = Draft.AddDestination(_kind);
        var kinds = _from.Options.Table.Kinds;
        if (!isChosen && kinds.First(one => one.Name == _kind).Notice is { } notice)
        {
            var others = string.Join(" or ", kinds.Where(one => one.Notice is null).Select(one => $"--kind {one.Name}"));
            Notes.Add(NoteRank.ToDo,
                $"This destination is {_kind}. {notice} Import with {others} to send elsewhere; --kind {_kind} keeps it.");
        }

        if (wasGraph && _kind != Graph)
            Notes.Add(NoteRank.ToDo, $"The app registration needs the permissions of {_kind}: docs/{_kind}.md");
        var product = _from.Find(_tool.TargetProduct);
        AddAction(wasForDefender: ConfigImporter.TextOf(product?.Value)?.Contains("Defender", StringComparison.Ordinal) == true);
        if (_kind == Graph) AddProduct(product, destination);
        else NoteUnused(product);
        if (_kind == Sentinel) AddWorkspace(destination);
        else foreach (var name in OfWorkspace) NoteUnused(_auth?.Member(name));
        var rate = _from.Find("ms_max_requests_minute");
        var key = InDestination(Keys.RequestsPerMinute.Path);
        if (rate?.Value.Json?.ToString() != key.DefaultFor(_kind)) _from.AddOptional(key, rate, destination);
    }

    private void NoteUnused(GivenValue? given)
    {
        if (given is not null)
            Notes.Add(NoteRank.Skipped, $"{given.Name} is not imported: a {_kind} destination has no such setting.", given.Line);
    }

    private void AddProduct(GivenValue? given, List<DraftValue> to)
    {
        var key = InDestination("targetProduct");
        const string Current = "Azure Sentinel";
        if (ConfigImporter.TextOf(given?.Value) == "Microsoft Sentinel")
        {
            Notes.Add(NoteRank.Changed,
                $"{given!.Name} \"Microsoft Sentinel\" is an error at Graph; \"{Current}\" is written instead.", given.Line);
            to.Add(new DraftValue(key, Current));
        }
        else if (!_from.AddOptional(key, given, to)) to.Add(new DraftValue(key, Current));
    }

    /// <param name="wasForDefender">What Graph hands to Sentinel is not blocked or allowed anywhere, whatever its action is.</param>
    private void AddAction(bool wasForDefender)
    {
        var (action, passiveOnly) = (_from.Find(_tool.Action), _from.Find(_tool.PassiveOnly));
        if (_kind == Graph) _from.AddOptional(Keys.PassiveOnly, passiveOnly);
        else NoteUnused(passiveOnly);
        if (_kind == Sentinel) NoteUnused(action);
        else if (_kind == Defender && !wasForDefender && action is not null && ConfigImporter.TextOf(action.Value) != "alert")
            Notes.Add(NoteRank.Safety, $"{action.Name} is not imported: Defender would act on it, where the old destination did not. "
                + "The action is alert.", action.Line);
        else if (ConfigImporter.TextOf(action?.Value) is { } word)
            _from.AddOptional(Keys.Action, action! with { Value = PythonValue.Text(word.ToLowerInvariant()) });
        else _from.AddOptional(Keys.Action, action);
    }

    private void AddWorkspace(List<DraftValue> to)
    {
        _from.AddRequired(InDestination("workspaceId"), _auth?.Member("workspace_id"), _tool.Auth + ".workspace_id", to);
        foreach (var (theirs, ours) in Place) _from.AddOptional(InDestination(ours), _auth?.Member(theirs), to);
        if (Place.Any(one => to.All(value => value.Key.Path != one.Ours)))
            Notes.Add(NoteRank.ToDo, "subscriptionId, resourceGroup and workspaceName are not all set. They are found by workspaceId "
                + "where the app's role shows the workspace; else add them: docs/sentinel.md");
        if (_tool != OtherTool.Misp2Sentinel) return;
        var source = ConfigImporter.TextOf(_from.Find("sourcesystem")?.Value) ?? "MISP";
        Notes.Add(NoteRank.Changed, $"sourceSystem is \"misp-graph\"; misp2sentinel uploads under \"{source}\". After the first push: "
            + $"misp-graph verify --adopt misp2sentinel{(source == "MISP" ? "" : ":" + source)}");
    }
}

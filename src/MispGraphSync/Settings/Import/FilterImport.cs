using System.Text.Json;

namespace MispGraphSync.Settings.Import;

/// <summary>
/// Takes the filter of events. A filter, or a member of one, that cannot be read becomes a placeholder that the settings are refused
/// for, because no filter means every event.
/// </summary>
internal sealed class FilterImport(ConfigImporter from, OtherTool tool)
{
    private const string Name = "misp_event_filters";
    private static readonly JsonElement FillIn = SettingsJson.OfText(SettingKey.FillIn);

    /// <summary>Members that limit what is read without selecting events by what they are.</summary>
    private static readonly string[] Limits = ["limit", "page"];

    /// <summary>Members that choose what is fetched of an event, or how.</summary>
    private static readonly string[] WithoutSelection =
    [
        "metadata", "withAttachments", "with_attachments", "returnFormat", "return_format", "controller", "pythonify", "debug", "order",
        "sgReferenceOnly", "sg_reference_only", "headerless", "requested_attributes", "excludeDecayed", "enforceWarninglist",
        "enforce_warninglist",
    ];

    private bool _isMarkedOnly;
    private bool _isWarninglistEnforced;

    public void Add()
    {
        var given = from.Find(Name);
        var filter = given switch
        {
            null => ToFillIn("not set", 0),
            { Value: PythonValue.Dict dict } => Filter(dict, given) ?? SettingsJson.OfList([]),
            { Value: PythonValue.List { IsOpen: false } list } => SettingsJson.OfList([.. list.Items
                .Select(item => item is PythonValue.Dict one ? Filter(one, given) : ToFillIn(item.Obstacle ?? "no dictionary", given.Line))
                .OfType<JsonElement>()]),
            _ => ToFillIn(given.Value.Obstacle ?? "neither a dictionary nor a list", given.Line),
        };
        if (filter is { ValueKind: JsonValueKind.Array } && filter.GetArrayLength() == 0)
            from.Notes.Add(NoteRank.Safety,
                $"misp.eventFilters: [] is imported: every event that the MISP key may read is sent, as {tool.Name} does with this filter.",
                given!.Line);
        NoteFaults(filter, given);
        from.Draft.Common.Add(new DraftValue(Keys.MispEventFilters, filter));

        if (tool.SendsUnmarked && !_isMarkedOnly)
            from.AddBehaviour(Keys.MispToIdsOnly, "false",
                $"{tool.Name} sends attributes whether MISP marks them for detection or not", "true");
        if (!_isWarninglistEnforced)
            from.AddBehaviour(Keys.MispEnforceWarninglist, "false",
                $"{tool.Name} sends values that are on MISP's warninglists, unless its filter says otherwise", "true");
    }

    private JsonElement ToFillIn(string reason, int line)
    {
        from.Notes.Add(NoteRank.ToDo,
            $"misp.eventFilters is still to be filled in: {Name} is {reason}. Until then the settings are refused; [] means every event.",
            line);
        return FillIn;
    }

    /// <summary>Null when nothing in it selects events.</summary>
    private JsonElement? Filter(PythonValue.Dict dict, GivenValue given)
    {
        if (dict.IsOpen) return ToFillIn(dict.Obstacle!, given.Line);
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var name in dict.Members.Keys)
        {
            if (Member(given.Name, name, dict.Members[name], given.Line) is { } json) members[name] = json;
        }

        return members.Count > 0 ? SettingsJson.OfMembers(members)
            : dict.Members.Keys.Intersect(Limits).Any() ? ToFillIn("a number of events only", given.Line)
            : null;
    }

    /// <summary>Null: it is not imported.</summary>
    private JsonElement? Member(string filter, string name, PythonValue value, int line)
    {
        // What is not known leaves our own check on.
        if (name is "enforceWarninglist" or "enforce_warninglist")
            _isWarninglistEnforced |= value.Json is null || ConfigImporter.IsTrue(value);
        var isMarkedOnly = name == "to_ids" && ConfigImporter.IsTrue(value);
        _isMarkedOnly |= isMarkedOnly;

        if (WithoutSelection.Contains(name) || name.StartsWith("include", StringComparison.Ordinal))
            return Skip(NoteRank.Skipped, "it selects no events.");
        if (Limits.Contains(name)) return Skip(NoteRank.Safety, "every event that matches is read, however many there are.");
        if (isMarkedOnly) return Skip(NoteRank.Skipped, $"{Keys.MispToIdsOnly.Path} is true.");
        if (value.Json is not { } json) return Open($"it is {value.Obstacle}");
        if (IsEmpty(json)) return Skip(NoteRank.Changed, "an empty value selects nothing.");
        if (name == "to_ids" && !tool.SendsUnmarked) return Open($"{tool.Name} sends nothing with it");
        var faults = from.Options.FilterFaults(SettingsJson.OfMembers([KeyValuePair.Create(name, json)])).ToList();
        return faults.Count > 0 ? Open(string.Join("; ", faults)) : json;

        JsonElement? Skip(NoteRank rank, string reason)
        {
            from.Notes.Add(rank, $"{filter}.{name} is not imported: {reason}", line);
            return null;
        }

        JsonElement Open(string reason)
        {
            from.Notes.Add(NoteRank.ToDo, $"misp.eventFilters: \"{name}\" is still to be filled in: {reason}.", line);
            return FillIn;
        }
    }

    /// <summary>What is wrong although each member is right, such as two names of one key.</summary>
    private void NoteFaults(JsonElement filters, GivenValue? given)
    {
        foreach (var filter in filters.ValueKind == JsonValueKind.Array ? [.. filters.EnumerateArray()] : (JsonElement[])[filters])
        {
            var isOpen = filter.ValueKind != JsonValueKind.Object
                || filter.EnumerateObject().Any(member => JsonElement.DeepEquals(member.Value, FillIn));
            foreach (var fault in isOpen ? [] : from.Options.FilterFaults(filter))
                from.Notes.Add(NoteRank.ToDo, $"misp.eventFilters must be corrected: {fault}.", given?.Line ?? 0);
        }
    }

    private static bool IsEmpty(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Null => true,
        JsonValueKind.String => string.IsNullOrWhiteSpace(json.GetString()),
        JsonValueKind.Array => json.GetArrayLength() == 0,
        JsonValueKind.Object => !json.EnumerateObject().Any(),
        _ => false,
    };
}

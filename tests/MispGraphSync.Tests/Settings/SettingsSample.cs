using MispGraphSync.Settings;

namespace MispGraphSync.Tests.Settings;

/// <summary>config.sample.json, made from the table: every key with its default, or with a placeholder to fill in.</summary>
internal static class SettingsSample
{
    public static string Write()
    {
        var json = new CommentedJson();
        json.Comment("Settings of misp-graph: every key with its default. Copy it to config.json, fill in what is yours, "
            + "and delete what you do not need.");
        json.Comment("Each key can be set by a variable too, such as MISP_GRAPH__MISP__URL, "
            + "or MISP_GRAPH__DESTINATIONS__SENTINEL__ENABLED by a destination's name.");
        json.Comment("Secrets are best written as env:NAME, file:PATH or keyvault:https://VAULT.vault.azure.net/secrets/NAME. "
            + "Relative paths start at this file's folder.");
        json.Open(null, '{');
        json.Key("$schema", "\"./config.schema.json\"");

        Group(json, [.. SomeSettings.Table.All.TakeWhile(k => k.Scope != KeyScope.Destination)], depth: 0);
        json.Blank();
        json.Comment("Where the indicators go. One read of MISP serves all of them; each has its own plan, limits and outcome.");
        json.Open("destinations", '[');
        foreach (var (i, kind) in SomeSettings.Table.Kinds.Index()) Destination(json, kind, isFirst: i == 0);
        json.Close(']');
        Group(
            json,
            [.. SomeSettings.Table.All.SkipWhile(k => k.Scope != KeyScope.Destination).Where(k => k.Scope == KeyScope.Top)],
            depth: 0);

        json.Close('}');
        return json.ToString();
    }

    private static void Group(CommentedJson json, IReadOnlyList<SettingKey> keys, int depth)
    {
        foreach (var group in keys.GroupBy(k => k.Path.Split('.')[depth]))
        {
            if (depth == 0) json.Blank();
            var isNested = group.Any(k => k.Path.Split('.').Length > depth + 1);
            if (isNested)
            {
                if (group.Key == "misp")
                    json.Comment("Where the indicators come from. Several sources: a list of such objects, [{ … }, { … }]; "
                        + "see docs/sources.md.");
                if (group.Key == "auth")
                    json.Comment("Signing in to Microsoft: a tenant, an application, and exactly one of clientSecret, certificate, "
                        + "managedIdentity and federatedTokenFile.");
                json.Open(group.Key, '{');
                Group(json, [.. group], depth + 1);
                json.Close('}');
            }
            else
            {
                Key(json, group.Single());
            }
        }
    }

    private static void Key(CommentedJson json, SettingKey key)
    {
        Explain(json, key);
        json.Key(key.Path.Split('.')[^1], key.Placeholder ?? key.Default ?? "null");
    }

    private static void Destination(CommentedJson json, KindSettings settings, bool isFirst)
    {
        var kind = settings.Name;
        if (settings.Notice is { } notice) json.Comment(notice);
        json.Open(null, '{');
        var keys = SomeSettings.Table.All.Where(k => k.Scope == KeyScope.Destination && k.BelongsTo(kind)).ToList();
        foreach (var key in keys)
        {
            // Before the last key, so that each of them can be uncommented unchanged.
            if (isFirst && key == keys[^1]) Overrides(json);
            var path = key.Path.Split('.');
            if (path.Length > 1 && keys.First(one => one.Path.StartsWith($"{path[0]}.", StringComparison.Ordinal)) == key)
                json.Open(path[0], '{');
            if (isFirst || key.Kind == kind) Explain(json, key);
            json.Key(path[^1], Value(key, kind));
            if (path.Length > 1 && keys.Last(one => one.Path.StartsWith($"{path[0]}.", StringComparison.Ordinal)) == key)
                json.Close('}');
        }

        json.Close('}');
    }

    private static string Value(SettingKey key, string kind) => key.Path switch
    {
        "name" or "kind" => $"\"{kind}\"",
        "enabled" => kind == SomeSettings.Table.Kinds[0].Name ? "true" : "false",
        _ => key.Placeholder ?? key.DefaultFor(kind) ?? "null",
    };

    private static void Overrides(CommentedJson json)
    {
        json.Comment("Any destination may have its own of these; without it, the common one applies from above.");
        var auth = SomeSettings.Table.All.Where(
            k => k.Scope == KeyScope.Overridable && k.Path.StartsWith("auth.", StringComparison.Ordinal)).ToList();
        json.Off(
            "auth",
            $"{{ \"tenant\": {auth[0].Placeholder}, \"clientId\": {auth[1].Placeholder}, \"clientSecret\": {auth[2].Placeholder} }}");
        foreach (var key in SomeSettings.Table.All.Where(k => k.Scope == KeyScope.Overridable && !k.Path.Contains('.')))
            json.Off(key.Path, key.Default ?? key.Example!);
    }

    private static void Explain(CommentedJson json, SettingKey key)
    {
        json.Comment(key.Type.Words.Count > 0 ? $"{key.Meaning} One of: {string.Join(", ", key.Type.Words)}." : key.Meaning);
        if (key is { Example: { } example } && key.Type.Words.Count == 0) json.Comment($"Example: {example}");
    }
}

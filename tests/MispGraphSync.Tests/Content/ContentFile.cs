using System.Text.Json.Nodes;

namespace MispGraphSync.Tests.Content;

/// <summary>A file of <c>content/sentinel</c>, its text as data, and its queries as the language service read them.</summary>
internal sealed record ContentFile(string Name, JsonNode Data, IReadOnlyList<ContentQuery> Queries)
{
    public bool IsRule => Name.StartsWith("analytics/", StringComparison.Ordinal);

    public bool IsHunting => Name.StartsWith("hunting/", StringComparison.Ordinal);

    public static ContentFile Read(JsonNode file) => new(
        $"{file["name"]}", file["data"]!, [.. file["queries"]!.AsArray().Select(query => new ContentQuery(
            $"{query!["name"]}", $"{query["query"]}", Texts(query["faults"]), Texts(query["columns"]), Texts(query["tables"])))]);

    public static string[] Texts(JsonNode? list) => [.. (list as JsonArray ?? []).Select(one => $"{one}")];
}

/// <param name="Faults">Errors and warnings of the language service.</param>
/// <param name="Columns">Of the result.</param>
/// <param name="Tables">And parsers that the query reads.</param>
internal sealed record ContentQuery(string Name, string Text, string[] Faults, string[] Columns, string[] Tables);

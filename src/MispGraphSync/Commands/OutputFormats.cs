namespace MispGraphSync.Commands;

/// <summary>What each verb can write with <c>--output</c>, its own choice first.</summary>
internal static class OutputFormats
{
    public static IReadOnlyList<string> Of(string verb) => verb switch
    {
        "read" => ["table", "json", "jsonl", "csv"],
        "errors" or "hits" => ["text", "json", "jsonl", "csv"],
        "plan" or "verify" => ["text", "json", "jsonl"],
        "push" or "purge" or "status" or "explain" or "show" or "validate" or "doctor" or "test" => ["text", "json"],
        _ => [],
    };
}

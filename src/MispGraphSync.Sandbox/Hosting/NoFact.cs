using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Hosting;

/// <summary>
/// What no document and no recording describes is not simulated: it is answered 501, never with a success that the service might not
/// give.
/// </summary>
internal sealed class NoFactException(string about) : Exception($"The sandbox has no fact about {about}.")
{
    public Answer Answer => new(501) { ContentType = "text/plain; charset=utf-8", Body = Encoding.UTF8.GetBytes(Message) };
}

/// <summary>Checks a request for what no fact covers.</summary>
internal static class NoFact
{
    public static NoFactException Path(Request request) => new($"{request.Method} {request.Path}");

    /// <summary>No other query parameters than these.</summary>
    public static void RequireQuery(Request request, params ReadOnlySpan<string> known)
    {
        foreach (var name in request.Query.Keys)
        {
            if (!known.Contains(name, StringComparer.OrdinalIgnoreCase))
                throw new NoFactException($"the query parameter {name} of {request.Method} {request.Path}");
        }
    }

    /// <summary>No other properties than these; the case counts.</summary>
    public static void RequireProperties(JsonObject body, string where, params ReadOnlySpan<string> known)
    {
        foreach (var (name, _) in body) Require(name, where, known);
    }

    public static void RequireProperties(JsonElement body, string where, params ReadOnlySpan<string> known)
    {
        foreach (var property in body.EnumerateObject()) Require(property.Name, where, known);
    }

    private static void Require(string name, string where, ReadOnlySpan<string> known)
    {
        if (!known.Contains(name)) throw new NoFactException($"the property {name} of {where}");
    }
}

using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Control;

/// <summary>Sets any public switch of a service's state by its name, so that the control end point knows them all.</summary>
internal static class Switch
{
    private static readonly JsonSerializerOptions Names = new() { Converters = { new JsonStringEnumConverter() } };

    /// <exception cref="FormatException">There is no such switch, or the value does not fit.</exception>
    public static void Set(States states, JsonObject wish)
    {
        object state = wish.Text("service").ToLowerInvariant() switch
        {
            "misp" => states.Misp,
            "entra" => states.Entra,
            "app" => states.Entra.App,
            "graph" => states.Graph,
            "sentinel" or "management" => states.Sentinel,
            "defender" => states.Defender,
            "alerts" => states.Alerts,
            var other => throw new FormatException($"There is no service '{other}'."),
        };
        const BindingFlags Anywhere = BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase;
        var property = state.GetType().GetProperty(wish.Text("name"), Anywhere);
        if (property?.SetMethod is not { IsPublic: true }) throw new FormatException($"There is no switch '{wish.Text("name")}'.");

        property.SetValue(state, wish["value"].Deserialize(property.PropertyType, Names));
    }
}

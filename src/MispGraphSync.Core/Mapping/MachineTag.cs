using System.Diagnostics.CodeAnalysis;

namespace MispGraphSync.Core.Mapping;

/// <summary>Tags of three parts, <c>namespace:predicate="value"</c>.</summary>
internal static class MachineTag
{
    /// <summary><paramref name="predicate"/> comes with its namespace. Quotes may be missing.</summary>
    public static bool TryParse(string tag, [NotNullWhen(true)] out string? predicate, [NotNullWhen(true)] out string? value)
    {
        predicate = value = null;
        var equals = tag.IndexOf('=');
        if (equals <= 0) return false;

        predicate = tag[..equals].Trim();
        value = tag[(equals + 1)..].Trim();
        if (value is ['"', .., '"']) value = value[1..^1].Trim();
        return true;
    }
}

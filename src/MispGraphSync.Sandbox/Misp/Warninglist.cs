using System.Net;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>A list of values that are probably no threat. <see cref="Type"/>: <c>cidr</c>, <c>hostname</c> or <c>string</c>.</summary>
public sealed class Warninglist(int id, string name, string type, params string[] entries)
{
    public int Id => id;

    public string Name => name;

    public string Type => type;

    public IReadOnlyList<string> Entries => entries;

    public bool Enabled { get; set; } = true;

    public string Version { get; set; } = "20260101";

    /// <returns>The entry that covers a part of the value, or null.</returns>
    internal string? Hit(string value) =>
        value.Split('|').Select(part => entries.FirstOrDefault(entry => Covers(entry, part))).FirstOrDefault(entry => entry is not null);

    private bool Covers(string entry, string part) => type switch
    {
        "cidr" => IPAddress.TryParse(part, out var address) && IPNetwork.TryParse(entry, out var block)
            && block.BaseAddress.AddressFamily == address.AddressFamily && block.Contains(address),
        "hostname" => Host(part) is { } host && (host == entry || host.EndsWith("." + entry, StringComparison.OrdinalIgnoreCase)),
        _ => string.Equals(part, entry, StringComparison.OrdinalIgnoreCase),
    };

    private static string? Host(string part) =>
        part.Contains("://", StringComparison.Ordinal) ? (Uri.TryCreate(part, UriKind.Absolute, out var url) ? url.Host : null) : part;

    /// <summary>What a fresh sandbox knows; the last one is disabled, as many are on a real server.</summary>
    internal static List<Warninglist> BuiltIn() =>
    [
        new(1, "List of the sandbox's public resolvers", "cidr", "198.51.100.53/32", "2001:db8:53::/48"),
        new(2, "List of the sandbox's content networks", "hostname", "cdn.example", "updates.example"),
        new(3, "List of hashes of empty files", "string", "d41d8cd98f00b204e9800998ecf8427e"),
        new(4, "List of the sandbox's own machines", "cidr", "203.0.113.0/28") { Enabled = false },
    ];
}

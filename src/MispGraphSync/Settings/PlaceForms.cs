using MispGraphSync.Http.SignIn;
namespace MispGraphSync.Settings;

/// <summary>A file or folder; relative ones start at the settings file's folder. The value is absolute.</summary>
internal sealed record PathForm(bool IsFolder = false) : ValueForm<string>
{
    public override string Expects => IsFolder ? "a path to a folder" : "a path to a file";

    public override string? Read(SettingNode node, string key, ReadingPlace place) =>
        node is SettingNode.Text { Value: var path } && Absolute(path, place) is { } full
            ? full
            : Wrong(node, key, place,
                node is SettingNode.Text { Value: var text } && text.Any(char.IsControl) ? SecretReference.BackslashHint : null);

    public override SettingNode Show(SettingNode node, ReadingPlace place) =>
        node is SettingNode.Text { Value: var path } && Absolute(path, place) is { } full ? new SettingNode.Text(node.Origin, full) : node;

    private static string? Absolute(string path, ReadingPlace place)
    {
        if (string.IsNullOrWhiteSpace(path) || path.Any(char.IsControl)) return null;
        if (path.StartsWith("~/", StringComparison.Ordinal) && place.Home is { } home) path = Path.Combine(home, path[2..]);
        return Path.GetFullPath(path, place.Folder);
    }
}

/// <summary>Which part of a web address a key takes.</summary>
internal enum AddressPart
{
    /// <summary>Scheme, host and port; plain http for loopback only.</summary>
    Origin,

    /// <summary>May have a path; plain http is the reader's warning.</summary>
    Base,

    /// <summary>A proxy: plain http is what proxies speak.</summary>
    Proxy,
}

/// <summary>A web address. Never with a user name or password in it, which would reach logs.</summary>
internal sealed record AddressForm(AddressPart Part) : ValueForm<Uri>
{
    public override string Expects => Part switch
    {
        AddressPart.Origin => "an origin such as https://host.example or https://host.example:8443",
        AddressPart.Proxy => "a proxy's address such as http://proxy.example:3128",
        _ => "a web address such as https://misp.example.com",
    };

    public override Uri? Read(SettingNode node, string key, ReadingPlace place)
    {
        if (node is not SettingNode.Text { Value: var text }) return Wrong(node, key, place);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
            return Wrong(Show(node, place), key, place,
                text.Contains("://", StringComparison.Ordinal)
                    ? null
                    : $"Begin it with {(Part == AddressPart.Proxy ? "http" : "https")}://.");

        if (uri.UserInfo.Length > 0) return Refuse(node, key, place, WithoutUser());
        if (uri.Query.Length > 0 || uri.Fragment.Length > 0) return Refuse(node, key, place, "Leave out what follows ? or #.");
        if (Part != AddressPart.Base && uri.AbsolutePath != "/") return Refuse(node, key, place,
            $"Leave out the path: write {uri.GetLeftPart(UriPartial.Authority)}.");
        if (Part == AddressPart.Origin && uri.Scheme == "http" && !uri.IsLoopback)
            return Refuse(node, key, place,
                "Plain http would show tokens to the network; it is for loopback only. Write https://.");
        return uri;
    }

    public override SettingNode Show(SettingNode node, ReadingPlace place) =>
        node is SettingNode.Text { Value: var text } ? new SettingNode.Text(node.Origin, Shown(text)) : node;

    // The place of a user name and of a query may hold a password or a key, also where the address is refused for it.
    private static string Shown(string text) =>
        text.Contains('@', StringComparison.Ordinal) ? "(hidden)"
        : text.IndexOfAny(['?', '#']) is >= 0 and var end ? text[..end] + "?(hidden)"
        : text;

    private string WithoutUser() => Part == AddressPart.Proxy
        ? "A user name or password must not stand here. Leave the key out and set HTTPS_PROXY, which the system's proxy is read from."
        : "A user name or password must not stand here.";

    private static Uri? Refuse(SettingNode node, string key, ReadingPlace place, string text)
    {
        place.Wrong(node, key, text);
        return null;
    }
}

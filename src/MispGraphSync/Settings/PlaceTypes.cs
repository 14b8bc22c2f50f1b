using MispGraphSync.Http;

namespace MispGraphSync.Settings;

/// <summary>The types of values that name a place: files, web addresses, secrets.</summary>
internal static partial class SettingTypes
{
    private const string NoFile = "none";

    public static SettingType<string> FilePath { get; } = PathTo("a path to a file");

    public static SettingType<string> FolderPath { get; } = PathTo("a path to a folder");

    public static SettingType<string> FileOrFolderPath { get; } = PathTo("a path to a file or a folder");

    /// <summary>Null for <c>none</c>. In another case it is a mistake rather than the name of a file.</summary>
    public static SettingType<string> FilePathOrNone { get; } = new("a path to a file, or \"none\"", static value =>
        !NoFile.Equals(value.Text?.Trim(), StringComparison.OrdinalIgnoreCase) ? FilePath.Parse(value)
        : value.Text == NoFile ? null
        : value.Wrong<string>($"Did you mean \"none\"? A file of that name is written \"./{value.Text!.Trim()}\"."))
    {
        Schema = FilePath.Schema,
        Show = static (value, context) => value.Text == NoFile ? value.Json : FilePath.Show(value, context),
    };

    /// <summary>May have a path. Plain http is a warning elsewhere.</summary>
    public static SettingType<Uri> WebAddress { get; } = Address("a web address such as https://misp.example.com", "https");

    /// <summary>Scheme, host and port.</summary>
    public static SettingType<Uri> OriginAddress { get; } = Address(
        "an origin such as https://host.example or https://host.example:8443", "https",
        static uri => WithoutPath(uri) ?? (uri is { Scheme: "http", IsLoopback: false }
            ? "Plain http would show tokens to the network; it is for loopback only. Write https://."
            : null));

    public static SettingType<Uri> ProxyAddress { get; } = Address(
        "a proxy's address such as http://proxy.example:3128", "http", WithoutPath,
        " Leave the key out and set HTTPS_PROXY, which the system's proxy is read from.");

    /// <summary>A secret, or where it is.</summary>
    public static SettingType<SecretReference> Secret { get; } = new(
        "a secret: env:NAME, file:PATH, keyvault:https://VAULT.vault.azure.net/secrets/NAME, or the secret itself",
        static value => value.Text is not { } text
            // Not even a number is quoted: it may be the secret, its quotes forgotten.
            ? value.Reject<SecretReference>($"This is not {value.Type.Expects}, in quotes.")
            : SecretReference.FormatFault(text) is { } fault ? value.Reject<SecretReference>($"The secret {fault}.")
            : new SecretReference(text, value.Context.Folder, value.Context.Variable))
    {
        IsSecret = true,
        Schema = """{ "type": "string", "minLength": 1 }""",
        Show = static (value, context) => value switch
        {
            { IsNull: true } => value.Json,
            { Text: { } text } when SecretReference.FormatFault(text) is null =>
                SettingsJson.OfText(new SecretReference(text, context.Folder).ToString()),
            _ => SettingsJson.OfText("(hidden)"),
        },
    };

    /// <summary>Relative paths start at the settings file's folder. The value is absolute.</summary>
    private static SettingType<string> PathTo(string expects) => new(expects, static value =>
        Absolute(value.Text, value.Context)
        ?? value.Wrong<string>(value.Text?.Any(char.IsControl) == true ? SecretReference.BackslashHint : null))
    {
        Schema = """{ "type": "string", "minLength": 1 }""",
        Show = static (value, context) => Absolute(value.Text, context) is { } full ? SettingsJson.OfText(full) : value.Json,
    };

    private static string? Absolute(string? path, ReadContext context)
    {
        if (string.IsNullOrWhiteSpace(path) || path.Any(char.IsControl)) return null;
        if (path.StartsWith("~/", StringComparison.Ordinal) && context.Home is { } home) path = Path.Combine(home, path[2..]);
        return Path.GetFullPath(path, context.Folder);
    }

    /// <summary>A web address without a user name or password, which would reach logs.</summary>
    /// <param name="fault">The fault that makes an otherwise good address wrong.</param>
    /// <param name="otherwise">How else to give a user name.</param>
    private static SettingType<Uri> Address(
        string expects, string scheme, Func<Uri, string?>? fault = null, string otherwise = "") => new(expects, value =>
    {
        if (value.Text is not { } text) return value.Wrong<Uri>();
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
            return (value with { Value = new SettingValue(Shown(text), value.Value.Origin) }).Wrong<Uri>(
                text.Contains("://", StringComparison.Ordinal) ? null : $"Begin it with {scheme}://.");
        if (uri.UserInfo.Length > 0) return value.Reject<Uri>($"A user name or password is not allowed here.{otherwise}");
        if (uri.Query.Length > 0 || uri.Fragment.Length > 0) return value.Reject<Uri>("Leave out what follows ? or #.");
        return fault?.Invoke(uri) is { } wrong ? value.Reject<Uri>(wrong) : uri;
    })
        {
            Schema = """{ "type": "string", "pattern": "^https?://" }""",
            Show = static (value, _) => value.Text is { } text ? SettingsJson.OfText(Shown(text)) : value.Json,
        };

    private static string? WithoutPath(Uri uri) =>
        uri.AbsolutePath == "/" ? null : $"Leave out the path: write {uri.GetLeftPart(UriPartial.Authority)}.";

    /// <summary>A user name and a query may hold a password or a key, also where the address is rejected because of them.</summary>
    private static string Shown(string text) =>
        text.Contains('@', StringComparison.Ordinal) ? "(hidden)"
        : text.IndexOfAny(['?', '#']) is >= 0 and var end ? text[..end] + "?(hidden)"
        : text;
}

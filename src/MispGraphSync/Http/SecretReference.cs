using System.Text;
using System.Text.RegularExpressions;

namespace MispGraphSync.Http;

/// <summary>
/// Where a secret is to be found: in the settings themselves, <c>env:NAME</c>, <c>file:PATH</c>, or
/// <c>keyvault:https://…/secrets/NAME</c>. Resolved only when used; never prints what it holds.
/// </summary>
/// <param name="text">As the user wrote it.</param>
/// <param name="folder">Relative <c>file:</c> paths start here: the settings file's folder.</param>
/// <param name="variable">Looks up an environment variable; null: the process's own.</param>
public sealed partial class SecretReference(string text, string folder, Func<string, string?>? variable = null)
{
    /// <summary>For a path as Windows writes it.</summary>
    internal const string BackslashHint = "If this is a path, write each backslash twice, or use /.";

    private const string Env = "env:";
    private const string FilePrefix = "file:";
    private const string KeyVault = "keyvault:";
    private const int MaxFile = 64 * 1024;

    private Func<Uri, CancellationToken, ValueTask<string>>? _vault;

    /// <summary>True when the secret itself is in the settings.</summary>
    public bool IsLiteral => !Has(text, Env) && !Has(text, FilePrefix) && !Has(text, KeyVault);

    /// <summary>The secret's address in a Key Vault; null for every other kind of reference.</summary>
    public Uri? VaultAddress => Has(text, KeyVault) ? ParseVaultAddress(text[KeyVault.Length..]) : null;

    /// <summary>The file that holds the secret, absolute; null for every other kind of reference.</summary>
    public string? File => Has(text, FilePrefix) ? Path.GetFullPath(text[FilePrefix.Length..], folder) : null;

    /// <summary>The same reference, able to fetch from a Key Vault.</summary>
    public SecretReference WithVault(Func<Uri, CancellationToken, ValueTask<string>> fetch) =>
        new(text, folder, variable) { _vault = fetch };

    /// <summary>The secret itself, never empty, one trailing newline taken off.</summary>
    /// <exception cref="RunFailedException">It cannot be read; the message names the reference, never the secret.</exception>
    public async ValueTask<string> ResolveAsync(CancellationToken ct)
    {
        var secret = WithoutNewline(text switch
        {
            _ when Has(text, Env) => FromEnvironment(text[Env.Length..]),
            _ when Has(text, FilePrefix) => await FromFileAsync(text[FilePrefix.Length..], ct),
            _ when Has(text, KeyVault) => await FromVaultAsync(ct),
            _ => text,
        });

        if (secret.Length == 0) throw Failed($"The secret {this} is empty.", "Put the secret there.");
        if (secret.Any(char.IsControl))
            throw Failed($"The secret {this} has a line break or another control character in it.",
                "It must hold the secret alone.");
        return secret;
    }

    /// <summary>The reference for people; <c>(hidden)</c> for a literal.</summary>
    public override string ToString() => IsLiteral ? "(hidden)" : text;

    /// <summary>What is wrong with the form of a reference, without quoting it; null when nothing is.</summary>
    internal static string? FormatFault(string text)
    {
        if (text.Length == 0) return "is empty; write env:NAME, file:PATH or keyvault:https://VAULT.vault.azure.net/secrets/NAME";
        if (Has(text, FilePrefix) && text.Any(char.IsControl))
            return $"names a file with a control character in its path. {BackslashHint.TrimEnd('.')}";
        if (text.Any(char.IsControl) || text.Trim().Length != text.Length)
            return "has white space or a line break at its ends or a control character in it; write the secret or its reference alone";
        foreach (var prefix in (ReadOnlySpan<string>)[Env, FilePrefix, KeyVault])
        {
            if (!Has(text, prefix) && text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                return $"begins like a reference; write {prefix} in lower case";
        }

        if (Has(text, Env) && !VariableName().IsMatch(text[Env.Length..]))
            return "is no environment reference; after env: goes a variable's name, such as env:MISP_KEY";
        if (Has(text, FilePrefix) && text[FilePrefix.Length..].Trim().Length == 0) return "names no file; write file:PATH";
        if (Has(text, KeyVault) && ParseVaultAddress(text[KeyVault.Length..]) is null)
            return "is no Key Vault reference; write keyvault:https://VAULT.vault.azure.net/secrets/NAME"
                + " (or a vault under vault.usgovcloudapi.net or vault.azure.cn)";
        return null;
    }

    /// <summary>True for <c>$NAME</c>, <c>${NAME}</c> or <c>%NAME%</c>: nothing here expands those.</summary>
    internal static bool LooksLikeShellVariable(string text) => ShellVariable().IsMatch(text);

    private string FromEnvironment(string name) =>
        (variable ?? Environment.GetEnvironmentVariable)(name) ?? throw Failed(
            $"The secret {this} is not there: the environment variable {name} is not set.",
            $"Set {name} for the user that runs misp-graph.");

    private async ValueTask<string> FromFileAsync(string path, CancellationToken ct)
    {
        var full = Path.GetFullPath(path, folder);
        try
        {
            // Not by its length: a device or a pipe has none.
            using var reader = new StreamReader(full, Encoding.UTF8);
            var read = new char[MaxFile + 1];
            var length = await reader.ReadBlockAsync(read, ct);
            if (length > MaxFile)
                throw Failed($"The secret {this} is not a secret: {full} has more than {MaxFile} bytes.",
                    "Name a file that holds the secret alone.");
            return new string(read, 0, length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var reason = e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : "it cannot be read";
            throw Failed($"The secret {this} cannot be read from {full}: {reason}.", "Check the path and who may read it.", e);
        }
    }

    private ValueTask<string> FromVaultAsync(CancellationToken ct)
    {
        var address = VaultAddress ?? throw Failed("A keyvault: reference has no Key Vault address.",
            "Run: misp-graph config validate");
        return _vault is null
            ? throw Failed(
                $"The secret {this} cannot be fetched: no identity for the vault is at hand.",
                "Give auth.managedIdentity or auth.certificate, or use env: or file:.")
            : _vault(address, ct);
    }

    private static Uri? ParseVaultAddress(string text) =>
        VaultForm().IsMatch(text) && Uri.TryCreate(text, UriKind.Absolute, out var address) ? address : null;

    private static string WithoutNewline(string text) =>
        text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;

    private static bool Has(string text, string prefix) => text.StartsWith(prefix, StringComparison.Ordinal);

    private static RunFailedException Failed(string message, string remedy, Exception? inner = null) =>
        new(RunOutcome.InvalidInput, message, remedy, inner);

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_.()-]*\z")]
    private static partial Regex VariableName();

    [GeneratedRegex(@"^(\$\{?[A-Za-z_]\w*\}?|%[A-Za-z_]\w*%)\z")]
    private static partial Regex ShellVariable();

    [GeneratedRegex(
        @"^https://[a-z][a-z0-9-]{1,22}[a-z0-9]\.vault\.(azure\.net|usgovcloudapi\.net|azure\.cn)"
        + @"/secrets/[a-z0-9-]{1,127}(/[0-9a-f]{32})?\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex VaultForm();
}

namespace MispGraphSync.Configuration;

/// <summary>
/// Where a secret is to be found: in the settings as it stands, <c>env:NAME</c>, <c>file:PATH</c>, or
/// <c>keyvault:https://…/secrets/NAME</c>. Resolved only when used; never prints what it holds.
/// </summary>
public sealed class SecretReference
{
    private readonly string _text;
    private readonly string _folder;

    /// <param name="text">As the user wrote it.</param>
    /// <param name="folder">Relative <c>file:</c> paths start here: the settings file's folder.</param>
    public SecretReference(string text, string folder)
    {
        _text = text;
        _folder = folder;
    }

    /// <summary>True when the secret itself stands in the settings.</summary>
    public bool IsLiteral => !_text.StartsWith("env:", StringComparison.Ordinal)
        && !_text.StartsWith("file:", StringComparison.Ordinal)
        && !_text.StartsWith("keyvault:", StringComparison.Ordinal);

    /// <summary>The reference for people; <c>(hidden)</c> for a literal.</summary>
    public override string ToString() => IsLiteral ? "(hidden)" : _text;
}

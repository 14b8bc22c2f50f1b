using MispGraphSync.Http.SignIn;

namespace MispGraphSync.Settings;

/// <summary>Who else may read a secret on this machine. On Windows nothing is known: files take the rights of their folder.</summary>
internal static class PermissionWarnings
{
    /// <param name="file">The settings file; null for none.</param>
    public static IEnumerable<string> Of(EffectiveValues values, string? file)
    {
        if (file is not null && HoldsSecret(values) && IsOpenToOthers(file))
            yield return FaultText.OneLine($"{file} holds a secret and other users may read it. Run: chmod 600 {file}, or write the secret as env:NAME or file:PATH.");
    }

    public static bool IsOpenToOthers(string file)
    {
        if (OperatingSystem.IsWindows()) return false;
        try
        {
            return File.Exists(file) && (File.GetUnixFileMode(file) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) != 0;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool HoldsSecret(EffectiveValues values) => values.All().Any(v =>
        v.Key.Form is SecretForm && v.Origin is SettingOrigin.File && v.Node is SettingNode.Text { Value: var text } && new SecretReference(text, "").IsLiteral);
}

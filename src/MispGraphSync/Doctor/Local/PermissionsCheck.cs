using MispGraphSync.Http.SignIn;
using MispGraphSync.Settings;

namespace MispGraphSync.Doctor.Local;

/// <summary>Whether other users of this machine may read what is secret: the settings file, files with secrets, the ledger.</summary>
internal sealed class PermissionsCheck(SettingsInspection inspection) : ICheck
{
    public string Name => "permissions";

    public Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken ct) => Task.FromResult(Look());

    private IReadOnlyList<CheckResult> Look()
    {
        if (OperatingSystem.IsWindows()) return [CheckResult.Skipped("on Windows, files take the rights of their folder: see docs/operations.md")];
        var found = new List<CheckResult>();
        if (PermissionWarnings.Of(inspection.Values, inspection.File).Any())
            found.Add(CheckResult.Warning(
                $"{inspection.File} holds a secret and other users may read it.", $"Run chmod 600 {inspection.File}, or write the secret as env:NAME or file:PATH."));
        foreach (var file in SecretFiles().Append(inspection.Settings.Ledger).Distinct(StringComparer.Ordinal).Where(PermissionWarnings.IsOpenToOthers))
            found.Add(CheckResult.Warning($"Other users may read {file}.", $"Run chmod 600 {file}, as the account that runs misp-graph."));
        return found.Count > 0 ? found : [CheckResult.Ok("settings, secrets and ledger are for their owner alone")];
    }

    private IEnumerable<string> SecretFiles()
    {
        if (inspection.Settings.Misp.Key?.File is { } key) yield return key;
        foreach (var auth in inspection.Settings.Destinations.Where(one => one.Enabled).SelectMany(one => new[] { one.Auth, one.Auth.VaultSignIn }).OfType<AuthSettings>())
        {
            if (auth.ClientSecret?.File is { } secret) yield return secret;
            if (auth.Certificate is { } certificate) yield return certificate.Path;
            if (auth.Certificate?.Password?.File is { } password) yield return password;
        }
    }
}

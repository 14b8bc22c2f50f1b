namespace MispGraphSync.Doctor.Local;

/// <summary>Whether each secret that these settings need is where they say: variables, files, Key Vaults, certificates, tokens.</summary>
internal sealed class SecretsCheck(DoctorContext it) : ICheck
{
    public string Name => "secrets";

    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken ct)
    {
        var looked = await Task.WhenAll(it.Destinations.Select(one => one.Credential.GetAsync()).Prepend(it.Misp.Key.GetAsync())).ConfigureAwait(false);
        var faults = looked.OfType<CheckResult>().Distinct().ToArray();
        return faults.Length > 0 ? faults : [CheckResult.Ok("all are where the settings say")];
    }
}

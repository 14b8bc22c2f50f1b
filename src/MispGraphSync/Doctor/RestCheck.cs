namespace MispGraphSync.Doctor;

/// <summary>Stands for all that cannot be looked at before the settings are in order.</summary>
internal sealed class RestCheck : ICheck
{
    public string Name => "all else";

    public Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<CheckResult>>([CheckResult.Skipped("needs settings without faults")]);
}

namespace MispGraphSync.Doctor;

/// <summary>Stands for all that cannot be looked at before the settings are in order.</summary>
internal sealed class RestCheck : ICheck
{
    public string Name => "all else";

    public Task<IReadOnlyList<Diagnosis>> RunAsync(CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<Diagnosis>>([Diagnosis.Skipped("needs settings without faults")]);
}

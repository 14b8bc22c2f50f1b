namespace MispGraphSync.Doctor;

/// <summary>One thing that is looked at. Checks run side by side; what one needs of another it awaits in what they share.</summary>
internal interface ICheck
{
    /// <summary>As it is printed, documented and given to machines: <c>clock</c>, <c>graph token</c>.</summary>
    string Name { get; }

    /// <summary>At least one diagnosis. Throws only for a bug or when <paramref name="ct"/> says so.</summary>
    Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken ct);
}

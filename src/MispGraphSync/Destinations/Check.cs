namespace MispGraphSync.Destinations;

/// <summary>One thing that doctor looks at. Checks run side by side; what one needs of another it awaits in what they share.</summary>
/// <param name="Name">As it is printed, documented and given to machines: <c>clock</c>, <c>graph token</c>.</param>
/// <param name="RunAsync">Gives at least one result; what it throws ends doctor, unless it is a failed run or a time limit.</param>
internal sealed record Check(string Name, Func<CancellationToken, Task<IReadOnlyList<CheckResult>>> RunAsync)
{
    public Check(string name, Func<Task<CheckResult>> look) : this(name, async _ => [await look().ConfigureAwait(false)])
    {
    }

    public Check(string name, Func<IReadOnlyList<CheckResult>> look) : this(name, _ => Task.FromResult(look()))
    {
    }
}

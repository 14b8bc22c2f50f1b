namespace MispGraphSync.Destinations;

/// <summary>Something that several checks need and that is done once, when the first of them asks.</summary>
internal sealed class AsyncLazy<T>(Func<Task<T>> work)
{
    private readonly Lazy<Task<T>> _task = new(work);

    public Task<T> GetAsync() => _task.Value;
}

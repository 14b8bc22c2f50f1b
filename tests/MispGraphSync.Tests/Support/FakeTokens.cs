using MispGraphSync.Http;

namespace MispGraphSync.Tests;

/// <summary>Gives token-1, and the next number each time that a fresh one is forced.</summary>
internal sealed class FakeTokens : ITokenSource
{
    private int _number = 1;

    public string Current => $"token-{_number}";

    public int Refreshes => _number - 1;

    public ValueTask<string> GetAsync(bool forceRefresh, CancellationToken ct)
    {
        if (forceRefresh) Interlocked.Increment(ref _number);
        return ValueTask.FromResult(Current);
    }
}

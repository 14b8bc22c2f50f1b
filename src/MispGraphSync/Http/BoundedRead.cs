namespace MispGraphSync.Http;

/// <summary>Reads an answer into memory, up to a bound that no honest answer reaches. The bound is on decompressed bytes.</summary>
internal static class BoundedRead
{
    public const int Longest = 64 * 1024 * 1024;

    /// <exception cref="HttpRequestException">ConfigurationLimitExceeded: longer than <paramref name="longest"/>.</exception>
    public static async Task ToAsync(HttpContent content, PooledBuffer buffer, CancellationToken ct, int longest = Longest)
    {
        await using var stream = await content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        while (true)
        {
            var read = await stream.ReadAsync(buffer.GetMemory(4096), ct).ConfigureAwait(false);
            if (read == 0) return;
            buffer.Advance(read);
            if (buffer.Written.Length > longest)
                throw new HttpRequestException(
                    HttpRequestError.ConfigurationLimitExceeded, $"The answer is longer than {longest / (1024 * 1024)} MB.");
        }
    }
}

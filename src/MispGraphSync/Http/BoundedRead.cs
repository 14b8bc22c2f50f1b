namespace MispGraphSync.Http;

/// <summary>Reads an answer into memory, up to a bound that no honest answer reaches. The bound is on decompressed bytes.</summary>
internal static class BoundedRead
{
    public const int Longest = 64 * 1024 * 1024;

    /// <summary>Of an answer to items that were sent: they come back at most, and several such answers are read at once.</summary>
    public const int LongestToItems = 16 * 1024 * 1024;

    /// <exception cref="HttpRequestException">ConfigurationLimitExceeded: longer than <paramref name="longest"/>.</exception>
    public static async Task ToAsync(HttpContent content, PooledBuffer buffer, CancellationToken ct, int longest = Longest)
    {
        await using var stream = await content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        while (true)
        {
            // Full to the bound: one more byte is one too many, and no reason to double the buffer.
            if (buffer.Written.Length >= longest)
            {
                if (await stream.ReadAsync(new byte[1], ct).ConfigureAwait(false) == 0) return;
                throw new HttpRequestException(
                    HttpRequestError.ConfigurationLimitExceeded, $"The answer is longer than {longest / (1024 * 1024)} MB.");
            }

            var room = Math.Min(4096, longest - buffer.Written.Length);
            var memory = buffer.GetMemory(room);
            if (memory.Length > longest - buffer.Written.Length) memory = memory[..(longest - buffer.Written.Length)];
            var read = await stream.ReadAsync(memory, ct).ConfigureAwait(false);
            if (read == 0) return;
            buffer.Advance(read);
        }
    }
}

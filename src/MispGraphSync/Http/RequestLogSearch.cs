using System.Text;

namespace MispGraphSync.Http;

/// <summary>Finds the request files that hold an indicator's key or id. Looks at the newest first and only so far back.</summary>
internal sealed class RequestLogSearch(string folder)
{
    private const long MaxBytesRead = 512L * 1024 * 1024;
    private const int MaxFiles = 3;

    /// <summary>What begins the files of <c>read</c> and its like: they list everything and say nothing of one.</summary>
    private static readonly byte[] OfNoRun = [.. "{\"run\":0,"u8];

    /// <summary>Files were left unread, so that more may be there.</summary>
    public bool IsPartial { get; private set; }

    /// <returns>For each, the names of the newest files that hold one of its texts; of a failed request too, if that is sought.</returns>
    public IReadOnlyList<IReadOnlyList<string>> Find(IReadOnlyList<SoughtRequests> sought)
    {
        var searches = sought.Select(one => new Search([.. one.Texts.Select(Encoding.UTF8.GetBytes)], one.IsRejected)).ToList();
        var read = 0L;
        foreach (var file in (Ignoring(() => Directory.GetFiles(folder, "????????T*.json")) ?? []).OrderDescending(StringComparer.Ordinal))
        {
            if (searches.TrueForAll(one => one.IsDone)) break;
            // A file that has gone meanwhile, or may not be read, is as good as none.
            if (Ignoring(() => File.ReadAllBytes(file)) is not { } content || content.AsSpan().StartsWith(OfNoRun)) continue;
            if ((read += content.Length) > MaxBytesRead)
            {
                IsPartial = true;
                break;
            }

            foreach (var search in searches) search.Look(Path.GetFileName(file), content);
        }

        return [.. searches.Select(one => one.Files)];
    }

    private static T? Ignoring<T>(Func<T> read) where T : class
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private sealed record Search(List<byte[]> Texts, bool IsRejected)
    {
        public List<string> Files { get; } = [];

        public bool IsDone => Texts.Count == 0 || (Files.Count > 0 && !LacksError);

        private bool LacksError => IsRejected && !Files.Exists(IsError);

        public void Look(string file, byte[] content)
        {
            var isMissing = LacksError && IsError(file);
            if ((Files.Count >= MaxFiles && !isMissing) || !Texts.Exists(text => content.AsSpan().IndexOf(text) >= 0)) return;
            if (Files.Count >= MaxFiles) Files.RemoveAt(MaxFiles - 1);
            Files.Add(file);
        }

        private static bool IsError(string file) => file.Contains("_error_", StringComparison.Ordinal);
    }
}

/// <param name="Texts">The texts that stand for an indicator, none of them empty; no text finds nothing.</param>
/// <param name="IsRejected">A failed request is sought as well: it says why.</param>
internal readonly record struct SoughtRequests(IReadOnlyList<string> Texts, bool IsRejected);

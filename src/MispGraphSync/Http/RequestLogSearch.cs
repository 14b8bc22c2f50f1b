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

    /// <param name="sought">For each indicator the texts that stand for it, none of them empty; no text finds nothing.</param>
    /// <returns>For each, the names of the newest files that hold one of its texts.</returns>
    public IReadOnlyList<IReadOnlyList<string>> Find(IReadOnlyList<IReadOnlyList<string>> sought)
    {
        var searches = sought.Select(texts => (Texts: texts.Select(Encoding.UTF8.GetBytes).ToList(), Files: new List<string>())).ToList();
        var read = 0L;
        foreach (var file in (Ignoring(() => Directory.GetFiles(folder, "????????T*.json")) ?? []).OrderDescending(StringComparer.Ordinal))
        {
            if (searches.TrueForAll(one => one.Texts.Count == 0 || one.Files.Count > 0)) break;
            // A file that has gone meanwhile, or may not be read, is as good as none.
            if (Ignoring(() => File.ReadAllBytes(file)) is not { } content || content.AsSpan().StartsWith(OfNoRun)) continue;
            if ((read += content.Length) > MaxBytesRead)
            {
                IsPartial = true;
                break;
            }

            foreach (var (texts, files) in searches)
            {
                if (files.Count < MaxFiles && texts.Exists(text => content.AsSpan().IndexOf(text) >= 0)) files.Add(Path.GetFileName(file));
            }
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
}

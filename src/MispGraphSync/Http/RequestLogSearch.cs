using System.Text;

namespace MispGraphSync.Http;

/// <summary>
/// Finds the request files that speak of an indicator, by its key or its id. Looks at the newest first and only so far back:
/// there may be many, and the newest says how things came to be as they are.
/// </summary>
internal sealed class RequestLogSearch(string folder)
{
    /// <summary>How much is read at most, in bytes.</summary>
    private const long MostRead = 512L * 1024 * 1024;

    /// <summary>What begins the files of <c>read</c> and its like: they list everything and say nothing of one.</summary>
    private static readonly byte[] OfNoRun = [.. "{\"run\":0,"u8];

    /// <summary>How many files are named for one indicator.</summary>
    private const int MostNamed = 3;

    /// <summary>Files were left unread, so that what is not found may be there still.</summary>
    public bool IsPartial { get; private set; }

    /// <param name="sought">For each indicator the texts that stand for it, none of them empty; no text finds nothing.</param>
    /// <returns>For each, the names of the newest files that hold one of its texts.</returns>
    public IReadOnlyList<IReadOnlyList<string>> Find(IReadOnlyList<IReadOnlyList<string>> sought)
    {
        var named = sought.Select(_ => new List<string>()).ToList();
        var needles = sought.Select(texts => texts.Select(Encoding.UTF8.GetBytes).ToList()).ToList();
        var read = 0L;
        foreach (var file in NewestFirst())
        {
            if (needles.Zip(named).All(pair => pair.First.Count == 0 || pair.Second.Count > 0)) break;
            if (Read(file) is not { } content || content.AsSpan().StartsWith(OfNoRun)) continue;
            if ((read += content.Length) > MostRead)
            {
                IsPartial = true;
                break;
            }

            for (var i = 0; i < needles.Count; i++)
            {
                if (named[i].Count < MostNamed && needles[i].Exists(needle => content.AsSpan().IndexOf(needle) >= 0)) named[i].Add(Path.GetFileName(file));
            }
        }

        return named;
    }

    private IEnumerable<string> NewestFirst()
    {
        try
        {
            return Directory.GetFiles(folder, "????????T*.json").OrderDescending(StringComparer.Ordinal);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // A file that has gone meanwhile, or may not be read, is as good as none.
    private static byte[]? Read(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

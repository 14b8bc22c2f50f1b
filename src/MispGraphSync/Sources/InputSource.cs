using MispGraphSync.Core.Ports;
using MispGraphSync.Sources.Feed;
using MispGraphSync.Sources.File;
using MispGraphSync.Sources.Filters;
using Serilog;

namespace MispGraphSync.Sources;

/// <summary>What <c>--input</c> names: a feed, a folder or a file; found out by looking.</summary>
internal static class InputSource
{
    /// <param name="enforceWarninglist">Files cannot do it; the source says so once.</param>
    /// <param name="warn">Takes what the user should know of what was found there.</param>
    /// <exception cref="RunFailedException">Nothing is there.</exception>
    public static ISource Open(
        string path, FilterPlan plan, bool enforceWarninglist, TimeProvider time, ILogger log, Action<string> warn)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Directory.Exists(full))
        {
            return Manifest.Find(full, warn) is { } manifest
                ? new FeedSource(full, manifest, plan, enforceWarninglist, time, log)
                : new FileSource(full, plan, enforceWarninglist, time, log);
        }
        if (Manifest.IsNameOf(full))
        {
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"{full} is the index of a feed, and holds no event.", "Give --input the folder that it is in.");
        }
        return System.IO.File.Exists(full)
            ? new FileSource(full, plan, enforceWarninglist, time, log)
            : throw new RunFailedException(
                RunOutcome.InvalidInput, $"There is no file or folder {full}.", "Check --input.");
    }
}

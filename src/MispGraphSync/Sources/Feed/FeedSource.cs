using MispGraphSync.Sources.File;
using MispGraphSync.Sources.Filters;
using Serilog;

namespace MispGraphSync.Sources.Feed;

/// <summary>
/// A MISP feed's folder: <c>manifest.json</c> names the events, each in a file of its own. Other files, <c>hashes.csv</c>
/// among them, are not looked at.
/// </summary>
internal sealed class FeedSource(
    string folder, Manifest manifest, FilterPlan plan, bool enforceWarninglist, TimeProvider time, ILogger log)
    : SavedSource("feed", folder, plan, enforceWarninglist, time, log)
{
    private const int NamedInGap = 3;

    private readonly string _folder = folder;

    protected override IReadOnlyList<EventFile> FindFiles(ReadGaps gaps)
    {
        // The manifest may come from anyone: only a UUID becomes a file's name.
        var files = manifest.Uuids
            .Select(uuid => (Uuid: uuid, Path: Path.Combine(_folder, uuid + ".json")))
            .Select(file => new EventFile(file.Path, file.Uuid + ".json", Guid.Parse(file.Uuid)))
            .DistinctBy(file => file.Uuid)
            .ToLookup(file => System.IO.File.Exists(file.Path));
        if (files[false].Count() is var missing && missing > 0)
        {
            gaps.Add(files[false].Select(file => file.Uuid!.Value),
                $"{missing} of {manifest.Uuids.Count} events in the feed's manifest have no file: "
                + string.Join(", ", files[false].Take(NamedInGap).Select(file => file.Uuid)) + (missing > NamedInGap ? " …" : "."));
        }
        if (manifest.Others.Count > 0)
        {
            gaps.Add($"{manifest.Others.Count} entries of the feed's manifest are no UUIDs.");
        }
        return [.. files[true].Where(file => Links.StayInside(_folder, file, gaps) && file.HasContent(gaps))];
    }
}

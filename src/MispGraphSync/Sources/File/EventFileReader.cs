using System.Runtime.CompilerServices;
using MispGraphSync.Sources.Json;

namespace MispGraphSync.Sources.File;

/// <summary>
/// Reads the events of files. A file that cannot be read, or that holds something else, is a gap, and the next one is read.
/// </summary>
internal sealed class EventFileReader(string sourceName, ReadGaps gaps)
{
    public async IAsyncEnumerable<(EventFile File, MispJsonEvent Event)> ReadAsync(
        IEnumerable<EventFile> files, bool skipItems, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var file in files)
        {
            await using var stream = Open(file);
            if (stream is null) continue;
            using var reader = new MispJsonReader(stream, index => UuidFor(file, index), skipItems);
            await using var events = reader.ReadAsync(ct).GetAsyncEnumerator(ct);
            bool? hasNext;
            while ((hasNext = await AdvanceAsync(events, file)) is true)
            {
                if (file.Uuid is null || file.Uuid == events.Current.Event.Uuid) yield return (file, events.Current);
                else gaps.Add(file, $"File {file.Name} holds another event: {events.Current.Event.Uuid}.");
            }
            if (hasNext is false) ReportOtherContent(file, reader);
        }
    }

    private FileStream? Open(EventFile file)
    {
        try
        {
            return new FileStream(file.Path, new FileStreamOptions
            {
                Options = FileOptions.SequentialScan,
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0,   // the reader has its own buffer
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            gaps.Add(file, $"File {file.Name} cannot be opened: {e.Message}");
            return null;
        }
    }

    /// <returns>Null when the file is broken.</returns>
    private async ValueTask<bool?> AdvanceAsync(IAsyncEnumerator<MispJsonEvent> events, EventFile file)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (MispReadException e)
        {
            gaps.Add(file, $"File {file.Name} {e.Message}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            gaps.Add(file, $"File {file.Name} cannot be read: {e.Message}");
        }
        return null;
    }

    /// <summary>Attributes that were not read are missing until the file is corrected, so nothing may be deleted.</summary>
    private void ReportOtherContent(EventFile file, MispJsonReader reader)
    {
        if (reader.SawItemsOutsideEvent)
            gaps.Add(file, $"File {file.Name} holds attributes without their event; export whole events.");
        else if (reader.NonEventEntries > 0)
            gaps.Add(file, $"File {file.Name} holds {reader.NonEventEntries} entries that are no MISP event.");
        else if (reader.Events == 0 && (!reader.SawEventList || file.Uuid is not null))
            gaps.Add(file, $"File {file.Name} holds no MISP event.");
    }

    private Guid UuidFor(EventFile file, int index) =>
        index == 0 && file.Uuid is { } uuid ? uuid : StableId.From($"{sourceName}\n{file.Name}\n{index}");
}

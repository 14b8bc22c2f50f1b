using System.Globalization;

namespace MispGraphSync.Settings.Import;

/// <summary>How much a note matters, the most first.</summary>
internal enum NoteRank
{
    /// <summary>More is sent, blocked or shown than expected.</summary>
    Safety,

    /// <summary>The user has to act.</summary>
    ToDo,

    /// <summary>A value is imported in another form, or another is recommended.</summary>
    Changed,

    /// <summary>Nothing is lost.</summary>
    Skipped,
}

/// <summary>What an import reports.</summary>
internal sealed class ImportNotes
{
    private readonly List<(NoteRank Rank, string Text)> _notes = [];

    /// <summary>In the order of their ranks, each behind its label.</summary>
    public IEnumerable<string> Lines => _notes.OrderBy(note => note.Rank)
        .Select(note => $"{LabelOf(note.Rank)}: {Sanitize.ForDisplay(note.Text, int.MaxValue)}");

    public void Add(NoteRank rank, string text, int line = 0) =>
        _notes.Add((rank, line == 0 ? text : string.Create(CultureInfo.InvariantCulture, $"line {line}: {text}")));

    private static string LabelOf(NoteRank rank) => rank switch
    {
        NoteRank.Safety => "warning",
        NoteRank.ToDo => "to do",
        _ => "note",
    };
}

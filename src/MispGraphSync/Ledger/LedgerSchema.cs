using System.Reflection;

namespace MispGraphSync.Ledger;

/// <summary>
/// The scripts that make a ledger, in order: the first makes version 1, each further one takes the version before it one
/// step on. A script that was ever shipped is never changed. Each runs in one transaction with its version number, so that a
/// ledger is always at one version, whole.
/// </summary>
internal sealed class LedgerSchema(params IReadOnlyList<string> scripts)
{
    /// <summary>SQLite's <c>application_id</c> of a ledger: "mgrf". The script to version 3 sets it.</summary>
    public const int ApplicationId = 0x6D677266;

    /// <summary>What this program reads and writes.</summary>
    public static LedgerSchema Current { get; } = new(Script("Schema.sql"), Script("Schema2.sql"), Script("Schema3.sql"));

    /// <summary>The newest version, as it stands in SQLite's <c>user_version</c>.</summary>
    public int Version => scripts.Count;

    /// <summary>The script that leads to that version from the one before.</summary>
    public string To(int version) => scripts[version - 1];

    private static string Script(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"MispGraphSync.Ledger.{name}")
            ?? throw new InvalidOperationException($"The program lacks its {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

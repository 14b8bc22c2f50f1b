using System.Reflection;

namespace MispGraphSync.Ledger;

/// <summary>
/// The migration scripts, in order: the first creates version 1, each other one migrates from the version before. Never change a
/// released script.
/// </summary>
internal sealed class LedgerSchema(params IReadOnlyList<string> scripts)
{
    /// <summary>SQLite's <c>application_id</c> of a ledger: "mgrf". The script to version 3 sets it.</summary>
    public const int ApplicationId = 0x6D677266;

    public static LedgerSchema Current { get; } = new(Script("Schema.sql"), Script("Schema2.sql"), Script("Schema3.sql"),
        Script("Schema4.sql"), Script("Schema5.sql"), Script("Schema6.sql"));

    /// <summary>The newest version, as in SQLite's <c>user_version</c>.</summary>
    public int Version => scripts.Count;

    /// <summary>The script that migrates to this version.</summary>
    public string To(int version) => scripts[version - 1];

    private static string Script(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"MispGraphSync.Ledger.{name}")
            ?? throw new InvalidOperationException($"The resource {name} is missing.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

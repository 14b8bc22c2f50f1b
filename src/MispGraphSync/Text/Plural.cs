namespace MispGraphSync.Text;

/// <summary>Numbers with what they count.</summary>
internal static class Plural
{
    /// <param name="many">Null: the word with an s.</param>
    public static string Of(long number, string one, string? many = null) => $"{number:N0} {(number == 1 ? one : many ?? one + "s")}";

    public static string Times(int number) => number == 1 ? "once" : $"{number} times";
}

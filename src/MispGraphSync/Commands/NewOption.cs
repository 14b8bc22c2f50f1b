using System.CommandLine;

namespace MispGraphSync.Commands;

/// <summary>Makes options, each with its description.</summary>
internal static class NewOption
{
    public static Option<bool> Flag(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description };

    /// <param name="value">What the help calls the value.</param>
    public static Option<T> Of<T>(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value };

    public static Option<string[]> Destinations() =>
        Of<string[]>("--destination", "NAME", "Only this destination; may be given several times. Default: all enabled ones.");
}

using System.CommandLine;
using System.Globalization;

namespace MispGraphSync.Commands;

/// <summary>Makes options, each with its description.</summary>
internal static class NewOption
{
    public static Option<bool> Flag(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description };

    /// <param name="value">What the help calls the value.</param>
    public static Option<T> Of<T>(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value };

    /// <summary>A whole number that is not negative.</summary>
    public static Option<long?> Number(string name, string description)
    {
        var option = Of<long?>(name, "N", description);
        option.CustomParser = given =>
        {
            if (long.TryParse(given.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
            given.AddError($"{name}: '{Sanitize.ForDisplay(given.Tokens[0].Value, 80)}' is not a whole number of 0 or more.");
            return null;
        };
        return option;
    }

    public static Option<string[]> Destinations() =>
        Of<string[]>("--destination", "NAME", "Only this destination; may be given several times. Default: all enabled ones.");
}

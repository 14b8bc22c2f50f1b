using System.Security.Cryptography;
using System.Text;

namespace MispGraphSync.Settings;

/// <summary>Makes the value of <c>instance</c> for a new settings file.</summary>
internal static class InstanceName
{
    private const int MaxHost = 40;

    // Without those that are easily confused.
    private const string Letters = "abcdefghjkmnpqrstuvwxyz23456789";

    /// <summary>A new name on each call.</summary>
    /// <param name="machine">This machine's name.</param>
    public static string New(string machine) => $"{Slug(machine.Split('.')[0])}-{RandomNumberGenerator.GetString(Letters, 5)}";

    /// <summary>
    /// The same name for the same server and tenant. A container may create its settings at each start, and another name would
    /// send everything a second time.
    /// </summary>
    public static string Of(string server, string tenant)
    {
        var host = Uri.TryCreate(server, UriKind.Absolute, out var address) ? address.Host : "";
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{server.TrimEnd('/')}\n{tenant}".ToLowerInvariant()));
        return $"{Slug(host)}-{Convert.ToHexStringLower(hash)[..6]}";
    }

    /// <summary>The instance of a file that is replaced; null: there is none, or the file is no valid JSON.</summary>
    public static string? KeptIn(string file, ReaderOptions options)
    {
        if (!File.Exists(file)) return null;
        var old = SettingsReader.Inspect(file, new Dictionary<string, string>(), options);
        return old.Faults.Any(fault => fault.Key is SettingsFaults.File or "instance") ? null : old.Settings.Instance;
    }

    private static string Slug(string name)
    {
        var letters = name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-');
        var slug = string.Concat(letters.Take(MaxHost)).Trim('-');
        return slug.Length > 0 ? slug : "misp-graph";
    }
}

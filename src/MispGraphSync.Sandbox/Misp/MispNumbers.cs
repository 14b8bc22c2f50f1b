using System.Security.Cryptography;
using System.Text;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>The ids of tags, organisations and galaxies: made from the name, so that they are the same each time.</summary>
internal static class MispNumbers
{
    public static int Of(string kind, string name)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\n{name.ToLowerInvariant()}"));
        return 1 + (int)(BitConverter.ToUInt32(hash) % 1_000_000);
    }
}

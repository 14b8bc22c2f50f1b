namespace MispGraphSync.Http;

/// <summary>Scheme, host and port: the boundary that no credential crosses.</summary>
internal static class Origin
{
    public static bool IsSame(Uri one, Uri other) =>
        Uri.Compare(one, other, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;

    /// <summary>The setting's origin, or the cloud's where there is none.</summary>
    /// <exception cref="RunFailedException">InvalidInput: plain http to another machine, or no web address at all.</exception>
    public static Uri Resolve(Uri? setting, Uri cloud, string key)
    {
        if (setting is null) return cloud;
        if (setting.Scheme != Uri.UriSchemeHttps && !(setting.Scheme == Uri.UriSchemeHttp && setting.IsLoopback))
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"{key}: {setting} would send credentials unencrypted.",
                "Use https; plain http is for loopback only.");
        return new Uri(setting.GetLeftPart(UriPartial.Authority));
    }
}

namespace MispGraphSync.Settings;

/// <summary>What <c>config init</c> tests as soon as it is answered.</summary>
internal enum AnswerTest
{
    /// <summary>Whether MISP's address answers.</summary>
    MispAddress,

    /// <summary>Whether MISP accepts the key.</summary>
    MispKey,

    /// <summary>Whether the tenant exists.</summary>
    Tenant,

    /// <summary>Whether there is a token for the application and its credential.</summary>
    SignIn,

    /// <summary>Whether the destination lets us in.</summary>
    Destination,
}

/// <summary>One result of a test.</summary>
/// <param name="Status">As doctor prints it.</param>
internal sealed record AnswerFinding(string Status, string Cause, string? Remedy, bool IsFault);

/// <summary>Tests an answer.</summary>
/// <param name="soFar">The settings as answered so far; placeholders stand for the rest.</param>
/// <param name="destination">The name of the destination concerned; null for MISP.</param>
internal delegate Task<IReadOnlyList<AnswerFinding>> TestAnswer(AnswerTest test, SettingsInspection soFar, string? destination);

namespace MispGraphSync.Sandbox.Entra;

internal sealed record AccessToken(string Audience, string AppId, IReadOnlyList<string> Roles, DateTimeOffset Expires, long Generation);

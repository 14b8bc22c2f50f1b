using MispGraphSync.Doctor;

namespace MispGraphSync.Output;

/// <summary>The four outcomes of a check, as both formats write them.</summary>
internal static class StatusWords
{
    public static string Of(CheckStatus status) => status switch
    {
        CheckStatus.Ok => "ok",
        CheckStatus.Warning => "warning",
        CheckStatus.Failed => "failed",
        _ => "skipped",
    };
}

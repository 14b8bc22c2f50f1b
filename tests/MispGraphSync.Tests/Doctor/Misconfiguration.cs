using System.Text.Json.Nodes;

namespace MispGraphSync.Tests.Doctor;

/// <summary>One misconfiguration, and the only findings that doctor must report.</summary>
/// <param name="ExpectedFindings">Each check that is not well, with its status: <c>failed misp key</c>. Skipped
/// checks are not listed.</param>
/// <param name="ExitCode">The exit code.</param>
/// <param name="ExpectedText">A piece of the cause or the remedy.</param>
internal sealed record Misconfiguration(string[] ExpectedFindings, int ExitCode, string ExpectedText)
{
    /// <summary>Changes the settings.</summary>
    public Action<JsonObject>? Settings { get; init; }

    /// <summary>Changes the sandbox, files or the environment.</summary>
    public Action<SandboxRun>? World { get; init; }

    public string[] Kinds { get; init; } = ["graph", "sentinel", "defender"];

    /// <summary>Everything over https.</summary>
    public bool Tls { get; init; }
}

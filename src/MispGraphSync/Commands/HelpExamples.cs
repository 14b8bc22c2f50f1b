using System.Collections.Frozen;

namespace MispGraphSync.Commands;

/// <summary>A command that can be typed as it is, without the program's name, and what it is for.</summary>
internal sealed record HelpExample(string Command, string Purpose);

/// <summary>One or more examples of each verb.</summary>
internal static class HelpExamples
{
    private static readonly FrozenDictionary<string, HelpExample[]> Rows = new Dictionary<string, HelpExample[]>
    {
        [""] =
        [
            new("config init", "first: make a settings file"),
            new("plan", "then: see what would be sent"),
            new("push", "then: send it; a timer can do this from now on"),
        ],
        ["push"] =
        [
            new("push", "all enabled destinations; safe to repeat"),
            new("push -q --max-duration 50m", "for a timer: only the result, and an end before the next run begins"),
            new("push --destination sentinel --full", "read everything again, for one destination"),
            new("push --input /data/feed", "from a MISP feed's folder in place of the server"),
        ],
        ["plan"] =
        [
            new("plan", "a line a step: + create, ~ update, = renew, - delete"),
            new("plan --event 5f8e1c3a-9d7b-4c2e-8f10-6a5b4c3d2e1f", "what one event gives"),
            new("plan --output jsonl", "for machines: each step with the item that would be sent"),
            new("plan --detailed-exitcode -q", "for scripts: 10 when something is pending"),
        ],
        ["read"] =
        [
            new("read --destination sentinel", "a table of what is there"),
            new("read --output csv", "for a spreadsheet"),
        ],
        ["errors"] =
        [
            new("errors", "rejected indicators by reason, with what to do"),
            new("errors --run 7", "of one run"),
            new("errors --retry", "send it again now"),
        ],
        ["status"] =
        [
            new("status", "the last runs and each destination"),
            new("status --runs 50 --json", "for machines, with more of the past"),
        ],
        ["explain"] =
        [
            new("explain evil.example", "a value, in any spelling"),
            new("explain 5f8e1c3a-9d7b-4c2e-8f10-6a5b4c3d2e1f", "an attribute, an event, or an indicator's key"),
        ],
        ["verify"] =
        [
            new("verify", "whether all that was sent is still there, as it was sent"),
            new("verify --repair", "and correct it"),
        ],
        ["doctor"] =
        [
            new("doctor", "check settings, MISP, sign-in, permissions and clock"),
            new("doctor --write", "and send one marked indicator, then remove it"),
        ],
        ["report"] = [new("report --to report.html", "one page that can be mailed")],
        ["purge"] =
        [
            new("purge --dry-run", "how many would be removed"),
            new("purge --destination graph", "one destination; asks first"),
        ],
        ["config"] =
        [
            new("config init", "answer some questions"),
            new("config validate", "ok, or a list of all faults"),
        ],
        ["config init"] =
        [
            new("config init", "asks for what has no default"),
            new("config init --from-env", "asks nothing: MISP_URL, MISP_KEY, AZURE_TENANT_ID, AZURE_CLIENT_ID, …"),
        ],
        ["config show"] = [new("config show", "each value and where it comes from; secrets hidden")],
        ["config validate"] = [new("config validate --config /etc/misp-graph/config.json", "before a timer uses it")],
        ["config import"] =
        [
            new("config import config.py", "print the settings that behave as the sample does"),
            new("config import config.py --to config.json", "write them, secrets included"),
        ],
        ["completions"] =
        [
            new("completions bash > ~/.local/share/bash-completion/completions/misp-graph", "for bash; a new shell has it"),
            new("completions zsh > ~/.zfunc/_misp-graph", "for zsh, with ~/.zfunc in fpath before compinit"),
            new("completions fish > ~/.config/fish/completions/misp-graph.fish", "for fish"),
            new("completions powershell >> $PROFILE", "for PowerShell"),
        ],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <param name="verb">The words of the verb with blanks between; empty for the program itself.</param>
    public static IReadOnlyList<HelpExample> Of(string verb) => Rows.TryGetValue(verb, out var examples) ? examples : [];
}

namespace MispGraphSync.Commands;

/// <summary>A command that can be typed as it is, without the program's name, and what it is for.</summary>
/// <param name="Verb">The verb whose help shows it; empty for the program itself.</param>
internal sealed record HelpExample(string Verb, string Command, string Purpose)
{
    private static readonly HelpExample[] All =
    [
        new("", "config init", "first: make a settings file"),
        new("", "plan", "then: see what would be sent"),
        new("", "push", "then: send it; a timer can do this from now on"),
        new("push", "push", "all enabled destinations; safe to repeat"),
        new("push", "push -q --max-duration 50m", "for a timer: only the result, and an end before the next run begins"),
        new("push", "push -v", "with a line for each request, also on a terminal; -vv prints bodies"),
        new("push", "push --destination sentinel --full", "read everything again, for one destination"),
        new("push", "push --input /data/feed", "from a MISP feed's folder in place of the server"),
        new("plan", "plan", "a line a step: + create, ~ update, = renew, - delete"),
        new("plan", "plan --event 5f8e1c3a-9d7b-4c2e-8f10-6a5b4c3d2e1f", "what one event gives"),
        new("plan", "plan --output jsonl", "for machines: each step with the item that would be sent"),
        new("plan", "plan --detailed-exitcode -q", "for scripts: 10 when something is pending"),
        new("read", "read --destination sentinel", "a table of what is there"),
        new("read", "-r", "the same as read, as in the Python sample"),
        new("read", "read --type domain --limit 20", "the first 20 domains"),
        new("read", "read --output csv", "for a spreadsheet"),
        new("errors", "errors", "rejected indicators by reason, with what to do"),
        new("errors", "errors --run 7", "of one run"),
        new("errors", "errors --retry", "send it again now"),
        new("hits", "hits", "which indicators fired, with the last alert and the MISP events behind it"),
        new("hits", "hits --sightings --dry-run", "what would be written to MISP"),
        new("hits", "hits --sightings -q --wait 10m", "for a timer: each attribute at most once a day"),
        new("hits", "hits --since 30d --output csv", "for a spreadsheet"),
        new("status", "status", "the last runs and each destination"),
        new("status", "status --runs 50 --json", "for machines, with more of the past"),
        new("explain", "explain evil.example", "a value, in any spelling"),
        new("explain", "explain 5f8e1c3a-9d7b-4c2e-8f10-6a5b4c3d2e1f", "an attribute, an event, or an indicator's key"),
        new("verify", "verify", "whether all that was sent is still there, as it was sent"),
        new("verify", "verify --repair", "and correct it"),
        new("doctor", "doctor", "check settings, MISP, sign-in, permissions and clock"),
        new("doctor", "doctor --write", "and send one marked indicator, then remove it"),
        new("report", "report --to report.html", "one page that can be mailed"),
        new("purge", "purge --dry-run", "how many would be removed"),
        new("purge", "purge --destination sentinel", "one destination; asks first"),
        new("content", "content list", "what there is"),
        new("content", "content export --to content", "write it, to look at it and to deploy it"),
        new("content list", "content list", "rules, queries, a workbook, a template for all"),
        new("content export", "content export --to content", "then: docs/content.md"),
        new("config", "config init", "answer some questions"),
        new("config", "config validate", "ok, or a list of all faults"),
        new("config init", "config init", "asks for what has no default, and tests each answer"),
        new("config init", "config init --from-env", "asks nothing: MISP_URL, MISP_KEY, AZURE_TENANT_ID, AZURE_CLIENT_ID, …"),
        new("config init", "config init --add", "asks for one more destination; keeps comments and all else in the file"),
        new("config show", "config show", "each value and where it comes from; secrets hidden"),
        new("config validate", "config validate --config /etc/misp-graph/config.json", "before a timer uses it"),
        new("config import", "config import config.py", "print the settings that behave as the sample does"),
        new("config import", "config import config.py --kind sentinel", "the same, but for a sentinel destination"),
        new("config import", "config import config.py --to config.json", "write them, secrets included"),
        new("completions", "completions bash > ~/.local/share/bash-completion/completions/misp-graph", "for bash; a new shell has it"),
        new("completions", "completions zsh > ~/.zfunc/_misp-graph", "for zsh, with ~/.zfunc in fpath before compinit"),
        new("completions", "completions fish > ~/.config/fish/completions/misp-graph.fish", "for fish"),
        new("completions", "completions powershell >> $PROFILE", "for PowerShell"),
    ];

    /// <param name="verb">The words of the verb with blanks between; empty for the program itself.</param>
    public static IReadOnlyList<HelpExample> Of(string verb) => Array.FindAll(All, example => example.Verb == verb);
}

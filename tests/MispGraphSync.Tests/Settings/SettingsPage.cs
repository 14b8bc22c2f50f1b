using System.Globalization;
using System.Text;
using MispGraphSync.Settings;

namespace MispGraphSync.Tests.Settings;

/// <summary>docs/configuration.md: a hand-written head, and the table's keys.</summary>
internal static class SettingsPage
{
    private const string Head = """
        # Settings

        <!-- Made from the table of keys in the code; a test rewrites it (UPDATE_SNAPSHOTS=1). Do not edit. -->

        `misp-graph` reads one JSON file with comments: the file after `--config`, else `config.json` in the working directory,
        else `misp-graph/config.json` in your config folder (`~/.config` or `$XDG_CONFIG_HOME` on Linux, `~/Library/Application
        Support` on macOS, `%APPDATA%` on Windows).

        ```console
        misp-graph config init            # asks for the settings and tests them; --from-env reads them from variables
        misp-graph config validate        # "ok", or every fault (exit code 2)
        misp-graph config show            # every value in effect and its origin; secrets hidden
        misp-graph config import config.py --to config.json      # from the Python sample
        ```

        `misp-graph config init --add` adds a destination to your file and keeps all else in it, comments included; with `--from-env`,
        it adds those that `MISP_GRAPH__DESTINATIONS__NAME__…` describes and the file does not have.

        `config.sample.json` has every key with its default. `config.schema.json` gives editors completion: put
        `"$schema": "./config.schema.json"` at the top of your file.

        **Precedence:** an option, then an environment variable, then the file, then the default. The variable of a key is
        `MISP_GRAPH__` and its path with `__` for each dot: `misp.url` is `MISP_GRAPH__MISP__URL`. Address a destination by its
        name or its index: `MISP_GRAPH__DESTINATIONS__SENTINEL__ENABLED=false` (a hyphen in the name becomes `_`). Write lists as
        `a,b` or as JSON; `eventFilters` and `expiry` as JSON. An empty variable counts as none. A variable that begins with
        `MISP_GRAPH__` and names no key is a fault. Variables alone can define a destination when its `KIND` is among them.

        **Several sources:** `misp` can be a list of such objects, each with keys of its own; [Several sources](sources.md) has an
        example. Variables then address a source as they do a destination: `MISP_GRAPH__MISP__PARTNER__KEY`.

        **Paths** are relative to the settings file's folder (without a file, to the working directory); `~/` is your home.

        **Unknown keys, duplicate keys and wrong values are faults**, all reported together, each with its file, line and key.
        `null` means none where a key has no default, and "as above" in a destination. An unknown MISP attribute type in `types`,
        `excludeTypes`, `expiry` or a filter is only a warning, with the nearest known type: a newer MISP may have it.

        The file is UTF-8; UTF-16, which Windows PowerShell writes, is accepted too. JSON uses the backslash for escapes: write
        each backslash of a path twice, or use `/`.

        ## Secrets

        | written | read when used |
        | --- | --- |
        | `env:NAME` | from the environment variable `NAME` |
        | `file:PATH` | from the file, without one trailing newline: Docker's and Kubernetes' secrets, systemd's credentials |
        | `keyvault:https://VAULT.vault.azure.net/secrets/NAME` | from a Key Vault (also `vault.usgovcloudapi.net`, `vault.azure.cn`) |
        | anything else | is the secret itself; make the file readable only by you (`chmod 600`) |

        No option takes a secret, and none is ever printed or logged. A *client secret* in a Key Vault also needs
        `auth.managedIdentity`, `auth.certificate` or `auth.federatedTokenFile`, which is used only to fetch it. `misp.key` in a
        Key Vault is fetched with the sign-in of the first enabled destination; one that uses the common `auth` comes before one
        that has its own. The identity that fetches a secret needs the role *Key Vault Secrets User* on the vault.

        ## Signing in

        Each destination needs a tenant and exactly one of `auth.clientSecret`, `auth.certificate`, `auth.managedIdentity` and
        `auth.federatedTokenFile`. It inherits the common `auth` key by key, but a destination with its own credential inherits
        no common credential.

        """;

    public static string Write()
    {
        var page = new StringBuilder(Head);
        Section(page, "## At the top", SomeSettings.Table.All.Where(k => k.Scope == KeyScope.Top));
        Section(
            page,
            "## At the top, or in a destination in the common one's place",
            SomeSettings.Table.All.Where(k => k.Scope == KeyScope.Overridable));
        page.Append("\nA destination's `expiry`, `types`, `excludeTypes` and `excludeTags` replace the common ones.\n");
        Section(page, "## In a destination (`destinations[]`)", SomeSettings.Table.All.Where(k => k.Scope == KeyScope.Destination));
        return page.ToString();
    }

    private static void Section(StringBuilder page, string title, IEnumerable<SettingKey> keys)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n{title}\n\n| key | default | meaning |\n| --- | --- | --- |\n");
        foreach (var key in keys)
            page.Append(CultureInfo.InvariantCulture, $"| `{key.Path}` | {Default(key)} | {Meaning(key)} |\n");
    }

    private static string Default(SettingKey key) => key switch
    {
        { DefaultByKind: { } byKind } => string.Join(", ", byKind.Select(d => $"{d.Key} `{d.Value}`")),
        { Default: { } json } => $"`{Cell(json)}`",
        _ => "none",
    };

    private static string Meaning(SettingKey key)
    {
        var kinds = key.Kind is { } kind ? $"*{kind}.* " : "";
        var takes = key.Type.Notation == Notation.Bool && key.Type is SettingType<bool> ? "" : $" Takes {key.Type.Expects}.";
        var example = key.Example is null || key.Type.Words.Count > 0 ? "" : $" Example: `{Cell(key.Example)}`.";
        return Cell($"{kinds}{key.Meaning}{takes}") + example;
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}

using System.Text;
using Xunit;

namespace MispGraphSync.Tests.Settings;

/// <summary>Each fault by the sentence that the user gets.</summary>
public class SettingsFaultTests
{
    [Theory]
    [InlineData(""" "actoin": "alert" """, "actoin: There is no such key. Did you mean action?")]
    [InlineData(""" "verifyCert": true """, "verifyCert: There is no such key. Did you mean misp.verifyCert?")]
    [InlineData(""" "days_to_expire": 5 """, "days_to_expire: There is no such key. Did you mean daysToExpire?")]
    [InlineData(""" "workspaceId": "x" """, "workspaceId: There is no such key. Did you mean destinations[].workspaceId?")]
    [InlineData(""" "mips": {} """, "mips: There is no such key. Did you mean misp?")]
    [InlineData(""" "misp": { "kye": "env:X" } """, "misp.kye: There is no such key. Did you mean misp.key?")]
    [InlineData(""" "misp.url": "https://x.example" """, "misp.url: There is no such key. Did you mean misp.url?")]
    [InlineData(""" "zzzzzzzz": 1 """, "zzzzzzzz: There is no such key.")]
    [InlineData(""" "misp": "https://x.example" """, "misp: This is a text; it takes an object with some of: url, key, sightingsKey,")]
    [InlineData(""" "instance": "a b" """, "instance: \"a b\" is not a name of letters, digits, dots and hyphens, at most 64 long.")]
    [InlineData(""" "instance": null """,
        "instance: null is not a name of letters, digits, dots and hyphens, at most 64 long. Leave the key out for its default.")]
    [InlineData(""" "passiveOnly": "true" """, "passiveOnly: \"true\" is not true or false (without quotes).")]
    [InlineData(""" "daysToExpire": "30" """, "daysToExpire: \"30\" is not a whole number from 1 to 3650. Write it without quotes.")]
    [InlineData(""" "daysToExpire": 0 """, "daysToExpire: 0 is not a whole number from 1 to 3650.")]
    [InlineData(""" "daysToExpire": 1.5 """, "daysToExpire: 1.5 is not a whole number from 1 to 3650.")]
    [InlineData(""" "daysToExpire": 99999999999999999999 """, "daysToExpire: 99999999999999999999 is not a whole number")]
    [InlineData(""" "defaultConfidence": 101 """, "defaultConfidence: 101 is not a whole number from 0 to 100.")]
    [InlineData(""" "action": "Block" """,
        "action: \"Block\" is not one of \"alert\", \"block\", \"allow\", \"warn\". Did you mean \"block\"?")]
    [InlineData(""" "action": ["block"] """, "action: a list is not one of \"alert\"")]
    [InlineData(""" "maxTlp": "ambre" """,
        "maxTlp: \"ambre\" is not one of \"clear\", \"green\", \"amber\", \"amber+strict\", \"red\", \"white\". Did you mean \"amber\"?")]
    [InlineData(""" "defaultThreatType": "Botnett" """, "Did you mean \"Botnet\"?")]
    [InlineData(""" "ledger": "None" """,
        "ledger: \"None\" is not a path to a file, or \"none\". Did you mean \"none\"? A file of that name is written \"./None\".")]
    [InlineData(""" "ledger": "" """, "ledger: \"\" is not a path to a file, or \"none\".")]
    [InlineData(""" "types": "domain" """,
        "types: \"domain\" is not a list, each item a MISP attribute type such as ip-dst or filename|sha256. Put it in brackets")]
    [InlineData(""" "types": ["domain", ""] """, "types[1]: \"\" is not a MISP attribute type")]
    [InlineData(""" "excludeTags": [7] """, "excludeTags[0]: 7 is not a text without line breaks.")]
    [InlineData(""" "expiry": { "tlp:pink": 3 } """, "expiry: \"tlp:pink\" is no TLP; write one of tlp:clear, tlp:green")]
    [InlineData(""" "expiry": { "a b": 3 } """, "expiry: \"a b\" is not a MISP attribute type")]
    [InlineData(""" "expiry": { "domain": 0 } """, "expiry.domain: 0 is not a whole number from 1 to 3650.")]
    [InlineData(""" "expiry": [] """, "expiry: a list is not an object of days by MISP type or tlp:x")]
    [InlineData(""" "guard": { "maxDelete": "101%" } """,
        "guard.maxDelete: \"101%\" is not a number of indicators such as 500, or a share such as \"50%\" (0% to 100%).")]
    [InlineData(""" "guard": { "maxDelete": -1 } """, "guard.maxDelete: -1 is not a number of indicators")]
    [InlineData(""" "guard": { "neverBlock": ["https://contoso.com/x"] } """,
        "guard.neverBlock[0]: \"https://contoso.com/x\" is not a host name, an address, a range such as 192.0.2.0/24, or a hash. "
        + "Write the host alone")]
    [InlineData(""" "guard": { "neverBlock": ["203.0.113.9-1"] } """,
        "guard.neverBlock[0]: \"203.0.113.9-1\" is not a host name, an address, a range such as 192.0.2.0/24, or a hash. "
        + "Write an address in full")]
    [InlineData(""" "guard": { "neverBlock": ["contoso.com", "www.*.com"] } """,
        "guard.neverBlock[1]: \"www.*.com\" is not a host name, an address, a range such as 192.0.2.0/24, or a hash. "
        + "A * can be the first label")]
    [InlineData(""" "logs": { "requests": "error" } """,
        "logs.requests: \"error\" is not one of \"all\", \"errors\", \"none\". Did you mean \"errors\"?")]
    [InlineData(""" "logs": { "directory": "" } """, "logs.directory: \"\" is not a path to a folder.")]
    [InlineData(""" "ledger": 3 """, "ledger: 3 is not a path to a file, or \"none\".")]
    [InlineData(""" "caFile": "nowhere.pem" """, "caFile: There is no file nowhere.pem.")]
    [InlineData(""" "caFile": "C:\temp\root.pem" """, "is not a path to a file. If this is a path, write each backslash twice, or use /.")]
    [InlineData(""" "logs": { "directory": "C:\new" } """,
        "is not a path to a folder. If this is a path, write each backslash twice, or use /.")]
    [InlineData(""" "misp": { "url": "https://misp.example", "key": "file:C:\temp\new" } """,
        "misp.key: The secret names a file with a control character in its path. If this is a path, write each backslash twice, or use /.")]
    [InlineData(""" "proxy": "proxy.example:3128" """,
        "proxy: \"proxy.example:3128\" is not a proxy's address such as http://proxy.example:3128. Begin it with http://.")]
    [InlineData(""" "proxy": "http://me:pw@proxy.example" """,
        "proxy: A user name or password is not allowed here. Leave the key out and set HTTPS_PROXY")]
    [InlineData(""" "misp": { "url": "misp.example" } """,
        "misp.url: \"misp.example\" is not a web address such as https://misp.example.com. Begin it with https://.")]
    [InlineData(""" "misp": { "url": "https://misp.example" } """, "misp.key: This is missing; give the auth key to read with")]
    [InlineData(""" "misp": { "key": "env:X" } """, "misp.url: This is missing; give the address of your MISP server")]
    [InlineData(""" "misp": { "eventFilters": null } """, "misp.eventFilters: null is not a list of filters")]
    [InlineData(""" "misp": { "eventFilters": ["x"] } """, "misp.eventFilters[0]: \"x\" is not a list of filters")]
    [InlineData(""" "misp": { "timeoutSeconds": 0 } """, "misp.timeoutSeconds: 0 is not a whole number from 1 to 3600.")]
    [InlineData(""" "misp": { "name": "input:x" } """, "misp.name: \"input:x\" is not a name of letters, digits and hyphens")]
    public void Reports_faults_at_top_level(string top, string sentence) => Assert.Contains(
        sentence, SomeSettings.Faults(top), StringComparison.Ordinal);

    [Theory]
    [InlineData("graph", """ "endpiont": null """, "destinations.graph.endpiont: There is no such key. Did you mean endpoint?")]
    [InlineData("graph", """ "instance": "x" """,
        "destinations.graph.instance: There is no such key. Did you mean instance, which belongs at the top, outside of destinations?")]
    [InlineData("graph", """ "workspaceId": "66666666-7777-8888-9999-000000000000" """,
        "destinations.graph.workspaceId: This key belongs to a sentinel destination; this one is a graph destination.")]
    [InlineData("sentinel", """ "targetProduct": "Azure Sentinel" """,
        "destinations.sentinel.targetProduct: This key belongs to a graph destination")]
    [InlineData("graph", """ "targetProduct": "Microsoft Sentinel" """,
        "\"Microsoft Sentinel\" is not one of \"Azure Sentinel\", \"Microsoft Defender ATP\". Graph still calls it by its old name: "
        + "write \"Azure Sentinel\".")]
    [InlineData("graph", """ "targetProduct": "azure sentinel" """, "Did you mean \"Azure Sentinel\"?")]
    [InlineData("graph", """ "action": "warn" """,
        "destinations.graph.action: \"warn\" is for Defender only; give this graph destination an \"action\" of its own")]
    [InlineData("sentinel", """ "action": "warn" """, "destinations.sentinel.action: \"warn\" is for Defender only")]
    [InlineData("graph", """ "auth": { "cloud": "usgov" } """,
        "destinations.graph.auth.cloud: Graph takes indicators in the global cloud only (global or gcc), not in \"usgov\"; use "
        + "another kind of destination there.")]
    [InlineData("defender", """ "auth": { "cloud": "china" } """,
        "destinations.defender.auth.cloud: No host of Defender is known in the China cloud")]
    [InlineData("graph", """ "auth": { "cloud": "us" } """,
        "destinations.graph.auth.cloud: \"us\" is not one of \"global\", \"gcc\", \"usgov\", \"usgovdod\", \"china\".")]
    [InlineData("graph", """ "endpoint": "http://graph.example" """,
        "destinations.graph.endpoint: Plain http would show tokens to the network; it is for loopback only. Write https://.")]
    [InlineData("graph", """ "endpoint": "https://graph.example/beta" """,
        "destinations.graph.endpoint: Leave out the path: write https://graph.example.")]
    [InlineData("graph", """ "endpoint": "https://me:pw@graph.example" """,
        "destinations.graph.endpoint: A user name or password is not allowed here.")]
    [InlineData("graph", """ "endpoint": "https://graph.example?x" """, "destinations.graph.endpoint: Leave out what follows ? or #.")]
    [InlineData("graph", """ "requestsPerMinute": 0 """, "destinations.graph.requestsPerMinute: 0 is not a whole number from 1 to 100000.")]
    [InlineData("graph", """ "parallelRequests": 65 """, "destinations.graph.parallelRequests: 65 is not a whole number from 1 to 64.")]
    [InlineData("graph", """ "enabled": null """,
        "destinations.graph.enabled: null is not true or false (without quotes). Leave the key out for its default.")]
    [InlineData("graph", """ "enabled": false """, "destinations: None is enabled; give at least one, or set its \"enabled\" to true.")]
    [InlineData("defender", """ "capacity": 15001 """, "destinations.defender.capacity: 15001 is not a whole number from 1 to 15000.")]
    [InlineData("sentinel", """ "sourceSystem": "microsoft sentinel" """, "Sentinel reserves that name; choose another.")]
    [InlineData("sentinel", """ "subscriptionId": "contoso" """,
        "destinations.sentinel.subscriptionId: \"contoso\" is not a subscription's id, a GUID.")]
    [InlineData("graph", """ "auth": { "tenant": "common" } """,
        "destinations.graph.auth.tenant: \"common\" is not a tenant's id (a GUID) or domain such as contoso.onmicrosoft.com. An "
        + "application signs in to one tenant; name it.")]
    [InlineData("graph", """ "auth": { "clientId": "my app" } """,
        "destinations.graph.auth.clientId: \"my app\" is not an application (client) id, a GUID. It is on the app registration's "
        + "Overview page.")]
    [InlineData("graph", """ "auth": { "managedIdentity": true, "federatedTokenFile": "t" } """,
        "destinations.graph.auth: auth.managedIdentity and auth.federatedTokenFile are given; keep exactly one way to sign in.")]
    [InlineData("graph", """ "auth": { "managedIdentity": false } """,
        "destinations.graph.auth: No way to sign in is given; give one of auth.clientSecret")]
    [InlineData("graph", """ "auth": { "managedIdentity": "me" } """,
        "destinations.graph.auth.managedIdentity: \"me\" is not true, or the client id (a GUID) of a user-assigned identity.")]
    [InlineData("graph", """ "auth": { "clientSecret": "keyvault:https://v-1.vault.azure.net/secrets/s" } """,
        "destinations.graph.auth.clientSecret: A client secret from a Key Vault needs auth.managedIdentity, auth.certificate or "
        + "auth.federatedTokenFile as well")]
    [InlineData("graph",
        """ "auth": { "certificate": { "path": "c.pfx", "password": "keyvault:https://v-1.vault.azure.net/secrets/s" } } """,
        "auth.certificate.password: The password of the sign-in certificate cannot come from a Key Vault")]
    [InlineData("graph", """ "auth": { "certificate": "c.pfx" } """,
        "destinations.graph.auth.certificate: This is a text; it takes an object with some of: path, password.")]
    [InlineData("graph", """ "name": "again", "kind": "graph" """,
        "destinations[0].name: This key is here twice, first at config.json:4; keep one of them.")]
    public void Reports_faults_in_a_destination(string kind, string own, string sentence) =>
        Assert.Contains(sentence, SomeSettings.Faults(own: own, kind: kind), StringComparison.Ordinal);

    [Theory]
    [InlineData("soc-weu", "\"soc-weu\" is not a workspace's id, a GUID. That is the workspace's name; the id is on its Overview page.")]
    [InlineData("/subscriptions/1/resourceGr", "That is the workspace's resource id; the workspace id is on its Overview page.")]
    [InlineData("", "destinations.sentinel.workspaceId: \"\" is not a workspace's id")]
    public void Workspace_id_must_be_a_GUID(string id, string sentence)
    {
        using var folder = new SettingsFolder(SomeSettings.Config(kind: "sentinel", required: $"\"workspaceId\": \"{id}\","));

        Assert.Contains(sentence, SomeSettings.FaultsOf(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Sentinel_destination_requires_a_workspace()
    {
        using var folder = new SettingsFolder(SomeSettings.Config(kind: "sentinel", required: " "));

        Assert.Contains(
            "destinations.sentinel.workspaceId: This is missing; give the Log Analytics workspace's id",
            SomeSettings.FaultsOf(folder),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "auth.tenant: This is missing; give the Entra tenant's id or domain.")]
    [InlineData("",
        "auth: No way to sign in is given; give one of auth.clientSecret, auth.certificate, auth.managedIdentity, "
        + "auth.federatedTokenFile.")]
    [InlineData(""" "clientSecret": "env:X" """, "auth.clientId: This is missing; give the app registration's application (client) id")]
    [InlineData(""" "clientSecret": "env:X", "federatedTokenFile": "t" """,
        "auth: auth.clientSecret and auth.federatedTokenFile are given; keep exactly one way to sign in.")]
    [InlineData(""" "clientSecret": "" """, "auth.clientSecret: The secret is empty; write env:NAME")]
    [InlineData(""" "clientSecret": "env:" """,
        "auth.clientSecret: The secret is no environment reference; after env: goes a variable's name, such as env:MISP_KEY.")]
    [InlineData(""" "clientSecret": "ENV:X" """, "auth.clientSecret: The secret begins like a reference; write env: in lower case.")]
    [InlineData(""" "clientSecret": "file: " """, "auth.clientSecret: The secret has white space")]
    [InlineData(""" "clientSecret": "keyvault:https://evil.example/secrets/x" """,
        "auth.clientSecret: The secret is no Key Vault reference; write keyvault:https://VAULT.vault.azure.net/secrets/NAME")]
    [InlineData(""" "clientSecret": 42 """, "auth.clientSecret: This is not a secret: env:NAME, file:PATH")]
    [InlineData(""" "certificate": { "password": "env:P" } """,
        "auth.certificate.path: This is missing; give the certificate's file, or leave out its password.")]
    public void Reports_faults_in_sign_in(string auth, string sentence)
    {
        using var folder = new SettingsFolder(SomeSettings.Config(auth: auth));

        Assert.Contains(sentence, SomeSettings.FaultsOf(folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "config.json:1: the file: It holds a list; settings are one object: { … }.")]
    [InlineData("", "config.json:1: the file: This is not valid JSON.")]
    [InlineData("{\n  \"instance\": \"a\"\n  \"misp\": {}\n}",
        "config.json:3: the file: This is not valid JSON. Often a comma, a quote or a bracket is missing here or on the line above.")]
    [InlineData("{\n \"caFile\": \"C:\\misp\\ca.pem\" }",
        "config.json:2: the file: This is not valid JSON. If this is a path, write each backslash twice, or use /.")]
    [InlineData("{\n \"caFile\": \"C:\\users\\ca.pem\" }",
        "config.json:2: the file: This is not valid JSON. If this is a path, write each backslash twice")]
    [InlineData("{\n \"logs\": { \"directory\": \"C:\\\\logs\\\" } }",
        "config.json:2: the file: This is not valid JSON. If this is a path, write each backslash twice")]
    [InlineData("{\n \"caFile\": \"C:\\\\misp\\\\ca.pem\"\n \"instance\": 1 }",
        "config.json:3: the file: This is not valid JSON. Often a comma")]
    [InlineData("{\n \"instance\": \"\\ud83d\" }", "config.json:2: the file: This text has half of a character")]
    [InlineData("{ \"destinations\": {} }", "config.json:1: destinations: This is an object; write a list of objects")]
    [InlineData("{ \"destinations\": [1] }", "config.json:1: destinations[0]: This is a number; each destination is an object.")]
    [InlineData("{ \"destinations\": [{ \"kind\": \"graph\" }] }",
        "destinations[0].name: This is missing; give a short name of your choice")]
    [InlineData("{ \"destinations\": [{ \"name\": \"g\" }] }",
        "destinations.g.kind: This is missing; give one of \"sentinel\", \"defender\", \"graph\".")]
    [InlineData("{ \"destinations\": [{ \"name\": \"g\", \"kind\": \"grpah\" }] }",
        "destinations.g.kind: \"grpah\" is not one of \"sentinel\", \"defender\", \"graph\". Did you mean \"graph\"?")]
    [InlineData("{ \"destinations\": [{ \"name\": \"Error\", \"kind\": \"graph\" }] }",
        "\"error\" marks failures in log files' names; choose another.")]
    [InlineData("{ \"destinations\": [{ \"name\": \"a_b\", \"kind\": \"graph\" }] }",
        "destinations[0].name: \"a_b\" is not a name of letters, digits and hyphens that begins with a letter, at most 40 long.")]
    [InlineData("{ \"instance\": \"a\",\n \"instance\": \"b\" }", "config.json:2: instance: This key is here twice, first at")]
    [InlineData("{}", "destinations: None is enabled; give at least one")]
    public void Reports_faults_in_the_file_as_a_whole(string text, string sentence)
    {
        using var folder = new SettingsFolder(text);

        Assert.Contains(sentence, SomeSettings.FaultsOf(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void File_that_is_not_UTF8_is_reported()
    {
        using var folder = new SettingsFolder("");
        File.WriteAllBytes(folder.File, Encoding.Latin1.GetBytes("{ \"instance\": \"caf\u00e9\" }"));

        Assert.Contains("This text is not valid UTF-8; save the file as UTF-8.", SomeSettings.FaultsOf(folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MISP_GRAPH__MIPS__URL", "MISP_GRAPH__MIPS__URL: MIPS.URL: There is no such key. Did you mean MISP_GRAPH__MISP__URL?")]
    [InlineData("MISP_GRAPH__MISP__VERIFY_CERT", "There is no such key. Did you mean MISP_GRAPH__MISP__VERIFYCERT?")]
    [InlineData("MISP_GRAPH__DESTINATIONS__GRAPH__ACTIONS", "There is no such key. Did you mean MISP_GRAPH__DESTINATIONS__GRAPH__ACTION?")]
    [InlineData("MISP_GRAPH__DESTINATIONS__GRPAH__ACTION",
        "destinations: There is no destination \"grpah\". Did you mean graph? To make one, give its kind as well.")]
    [InlineData("MISP_GRAPH__DESTINATIONS__7__ACTION",
        "There is no destination \"7\". There are: graph. To make one, give its kind as well.")]
    [InlineData("MISP_GRAPH__DESTINATIONS", "After destinations go a destination's name (or index) and a key.")]
    [InlineData("MISP_GRAPH__ZZZZZZ", "There is no such key. Variables are written MISP_GRAPH__SECTION__KEY.")]
    [InlineData("MISP_GRAPH__MISP__PAGESIZE", "MISP_GRAPH__MISP__PAGESIZE: misp.pageSize: \"x\" is not a whole number from 1 to 5000.")]
    [InlineData("MISP_GRAPH__PASSIVEONLY", "MISP_GRAPH__PASSIVEONLY: passiveOnly: \"x\" is not true or false")]
    [InlineData("MISP_GRAPH__EXPIRY", "MISP_GRAPH__EXPIRY: expiry: This is not valid JSON.")]
    public void Reports_faults_in_variables(string variable, string sentence) =>
        Assert.Contains(sentence, SomeSettings.Faults(variables: (variable, "x")), StringComparison.Ordinal);

    [Theory]
    [InlineData("graph")]
    [InlineData("defender")]
    public void Unknown_cloud_is_one_fault(string kind)
    {
        var faults = SomeSettings.Faults(own: """ "auth": { "cloud": "mars" } """, kind: kind);

        Assert.Contains("auth.cloud: \"mars\" is not one of", faults, StringComparison.Ordinal);
        Assert.DoesNotContain("global cloud only", faults, StringComparison.Ordinal);
        Assert.DoesNotContain("China", faults, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_variables_for_one_key_are_a_fault() => Assert.Contains(
        "misp_graph__instance: instance: MISP_GRAPH__INSTANCE sets this key too; keep one of them.",
        SomeSettings.Faults(variables: [("MISP_GRAPH__INSTANCE", "a"), ("misp_graph__instance", "b")]),
        StringComparison.Ordinal);

    [Fact]
    public void Destination_names_must_differ() => Assert.Contains(
        "destinations.GRAPH.name: The name \"GRAPH\" is taken by another destination",
        SomeSettings.Faults(own: """ }, { "name": "GRAPH", "kind": "defender" """),
        StringComparison.Ordinal);

    [Fact]
    public void Two_destinations_must_not_write_to_one_place() => Assert.Contains(
        "destinations.again: It writes to the same place as destinations.graph; disable one of them, "
            + "or give it another targetProduct or tenant.",
        SomeSettings.Faults(own: """ }, { "name": "again", "kind": "graph", "auth": { "tenant": "CONTOSO.onmicrosoft.com" } """),
        StringComparison.Ordinal);

    [Fact]
    public void All_faults_are_reported_together_in_file_order_with_line_numbers()
    {
        using var folder = new SettingsFolder("""
            {
              "instance": "a b",
              "auth": { "tenant": "contoso.com", "managedIdentity": true },
              "destinations": [
                { "name": "g", "kind": "graph", "targetProduct": "Microsoft Sentinel" }
              ],
              "action": "blok"
            }
            """);

        var lines = SomeSettings.FaultsOf(folder, ("MISP_GRAPH__X", "1")).Split('\n');

        Assert.Equal("The settings have 4 faults:", lines[0]);
        Assert.Equal(
            ["config.json:2: instance", "config.json:5: destinations.g.targetProduct", "config.json:7: action", "MISP_GRAPH__X: X"],
            lines[1..].Select(line => string.Join(": ", line.Trim().Split(": ")[..2])));
    }

    [Fact]
    public void Fault_inside_a_value_has_its_own_line()
    {
        using var folder = new SettingsFolder("\uFEFF" + """
            {
              // a comment
              "types": [
                "domain",
                ""
              ],
              "expiry": { "domain": 5,
                "ip-dst": 0 },
              "auth": { "tenant": "contoso.com", "managedIdentity": true },
              "destinations": [{ "name": "g", "kind": "graph", "excludeTags": [
                7] }]
            }
            """);

        var lines = SomeSettings.FaultsOf(folder).Split('\n');

        Assert.Equal(
            ["config.json:5: types[1]", "config.json:8: expiry.ip-dst", "config.json:11: destinations.g.excludeTags[0]"],
            lines[1..].Select(line => string.Join(": ", line.Trim().Split(": ")[..2])));
    }

    [Fact]
    public void Missing_common_key_is_reported_once()
    {
        using var folder = new SettingsFolder(SomeSettings.Config(auth: "", own: """ }, { "name": "d", "kind": "defender" """));

        var faults = SomeSettings.FaultsOf(folder);

        Assert.Equal(2, faults.Split("auth.tenant: This is missing").Length);
    }
}

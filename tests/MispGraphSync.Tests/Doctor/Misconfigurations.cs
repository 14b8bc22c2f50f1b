using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Graph;
using MispGraphSync.Sandbox.Sentinel;

namespace MispGraphSync.Tests.Doctor;

/// <summary>Common misconfigurations, by name.</summary>
internal static class Misconfigurations
{
    private static readonly string[] GraphOnly = ["graph"];
    private static readonly string[] SentinelOnly = ["sentinel"];
    private static readonly string[] DefenderOnly = ["defender"];

    public static IReadOnlyDictionary<string, Misconfiguration> All { get; } = new Dictionary<string, Misconfiguration>
    {
        // ---- this machine
        ["a misspelt key"] = new(["failed settings"], 2, "misp.kye") { Settings = s => s["misp"]!["kye"] = "x" },
        ["no settings at all"] = new(["failed settings"], 2, "config init") { World = run => File.Delete(run.ConfigFile) },
        ["an authority that is no certificate"] = new(["failed settings"], 2, "caFile")
        {
            World = run => File.WriteAllText(Path.Combine(run.Folder, "ca.pem"), "not one"),
        },
        ["the default name of an installation"] = new(["warning settings"], 0, "instance has its default, misp-graph.")
        {
            Settings = s => s.Remove("instance"),
        },
        ["a certificate that nobody checks"] = new(["warning settings"], 0, "NOT checked")
        {
            Settings = s => s["misp"]!["verifyCert"] = false,
        },
        ["a damaged ledger"] = new(["failed ledger"], 2, "damaged")
        {
            World = run => Write(run, "misp-graph.db", new string('x', 9000), isPrivate: true),
        },
        ["a ledger that is a folder"] = new(["failed ledger"], 2, "is a folder")
        {
            World = run => Directory.CreateDirectory(Path.Combine(run.Folder, "misp-graph.db")),
        },
        ["a log folder that cannot be made"] = new(["failed logs"], 2, "logs.directory")
        {
            Settings = s => s["logs"] = new JsonObject { ["directory"] = "config.json/logs" },
        },

        // ---- secrets
        ["a variable that is not set"] = new(["failed secrets"], 2, "NOT_SET_ANYWHERE")
        {
            Settings = s => s["misp"]!["key"] = "env:NOT_SET_ANYWHERE",
        },
        ["a secret's file that is not there"] = new(["failed secrets"], 2, "there is no such file")
        {
            Settings = s => s["auth"]!["clientSecret"] = "file:nowhere",
        },
        ["a certificate that has expired"] = new(["failed secrets"], 4, "expired on")
        {
            World = run => Certificate(run, TimeSpan.FromDays(-1)),
            Settings = By("certificate", new JsonObject { ["path"] = "app.pem" }),
        },
        ["a wrong password for a PFX"] = new(["failed secrets"], 2, "does not open with this password")
        {
            World = run =>
            {
                using var made = SomeCertificate.Rsa();
                Write(run, "app.pfx", "", isPrivate: true);
                File.WriteAllBytes(Path.Combine(run.Folder, "app.pfx"), SomeCertificate.Pfx(made, "right"));
                run.Environment["PASSWORD"] = "wrong";
            },
            Settings = By("certificate", new JsonObject { ["path"] = "app.pfx", ["password"] = "env:PASSWORD" }),
        },
        ["a federated token that is not there"] = new(["failed secrets"], 2, "There is no file")
        {
            Settings = By("federatedTokenFile", "token"),
        },
        ["a federated token that has run out"] = new(["failed secrets"], 4, "ran out at 2001-09-09")
        {
            World = run => Write(run, "token", $"e30.{Base64("{\"exp\":1000000000}")}.sig", isPrivate: true),
            Settings = By("federatedTokenFile", "token"),
        },

        // ---- network
        ["a proxy that is down"] = new(["failed proxy"], 5, "127.0.0.1:1 does not connect")
        {
            Settings = s => s["proxy"] = "http://127.0.0.1:1",
        },
        ["a MISP whose name nobody knows"] = new(["failed dns"], 5, "misp.invalid")
        {
            Settings = s => s["misp"]!["url"] = "https://misp.invalid",
        },
        ["a MISP that is down"] = new(["failed connections"], 5, "127.0.0.1:1 (MISP)")
        {
            Settings = s => s["misp"]!["url"] = "http://127.0.0.1:1",
        },
        ["a destination that is down"] = new(["failed connections"], 5, "127.0.0.1:1 (graph)")
        {
            Settings = s => s["destinations"]![0]!["endpoint"] = "http://127.0.0.1:1",
        },
        ["a sign-in host that is down"] = new(["failed connections"], 5, "127.0.0.1:1 (sign-in)")
        {
            Settings = s => s["auth"]!["authority"] = "http://127.0.0.1:1",
        },
        ["http to a port that speaks https"] = new(["failed connections"], 5, "http or https?")
        {
            Tls = true,
            Settings = s => s["misp"]!["url"] = s["misp"]!["url"]!.ToString().Replace("https", "http", StringComparison.Ordinal),
        },
        ["https to a port that speaks http"] = new(["failed tls"], 5, "rightly begins with https://")
        {
            Settings = s => s["misp"]!["url"] = s["misp"]!["url"]!.ToString().Replace("http", "https", StringComparison.Ordinal),
        },
        ["an authority that is not trusted"] = new(["failed tls"], 5, "issued by CN=misp-graph sandbox")
        {
            Kinds = GraphOnly,
            Settings = s => s.Remove("caFile"),
        },
        ["a clock that is an hour off"] = new(["failed clock"], 4, "60 minutes behind")
        {
            World = run => run.ToolTime = Behind(TimeSpan.FromHours(1)),
        },
        ["a clock that is two minutes off"] = new(["warning clock"], 0, "2 minutes behind")
        {
            World = run => run.ToolTime = Behind(TimeSpan.FromMinutes(2)),
        },

        // ---- MISP
        ["an address that is no MISP"] = new(["failed misp"], 5, "misp.url")
        {
            Settings = s => s["misp"]!["url"] = s["destinations"]![0]!["endpoint"]!.ToString(),
        },
        ["a MISP in maintenance"] = new(["failed misp"], 5, "maintenance") { World = run => run.Sandbox.MispState.Maintenance = true },
        ["a wrong auth key"] = new(["failed misp key"], 4, "refused the key") { Settings = s => s["misp"]!["key"] = new string('x', 40) },
        ["an administrator's auth key"] = new(["warning misp key"], 0, "Read Only")
        {
            World = run => run.Sandbox.MispState.User.IsSiteAdmin = true,
        },
        ["a role without searches"] = new(["failed misp key"], 4, "rate limit of 0")
        {
            World = run => run.Sandbox.Faults.Add(
                Service.Misp,
                new Fault.Reply(200, """{"User":{"id":"2"},"Role":{"name":"Reader","enforce_rate_limit":true,"rate_limit_count":"0"}}"""),
                when: request => request.Path.Contains("users/view", StringComparison.Ordinal)),
        },
        ["filters that nothing matches"] = new(["warning misp events"], 0, "No event matches")
        {
            Settings = s => s["misp"]!["eventFilters"] = new JsonArray(new JsonObject { ["tags"] = "no:such=\"tag\"" }),
        },
        ["search defaults of the key's user"] = new(["warning misp key"], 0, "published")
        {
            World = run => run.Sandbox.MispState.User.SearchDefaults = new JsonObject { ["published"] = "1", ["tags"] = "x" },
        },
        ["a MISP that gives an event only in pieces"] = new(["warning misp fetch"], 0,
            "came in pieces")
        { World = run => run.Sandbox.MispState.FailsOnFullEvents = true },
        ["a MISP that gives no event"] = new(["failed misp fetch"], 5, "could not be read")
        {
            World = run =>
            {
                run.Sandbox.MispState.FailsOnFullEvents = true;
                run.Sandbox.Faults.Add(Service.Misp, new Fault.Status(500), times: 100,
                    when: request => request.Path.StartsWith("/attributes", StringComparison.Ordinal));
            },
        },
        ["a key that sees nothing"] = new(["warning misp events"], 0, "sees no event at all")
        {
            World = run => run.Sandbox.MispState.Clear(),
        },
        ["no warninglist enabled"] = new(["warning warninglists"], 0, "is enabled")
        {
            World = run => { foreach (var list in run.Sandbox.MispState.Warninglists) list.Enabled = false; },
        },

        // ---- sign-in
        ["a tenant that does not exist"] = new(["failed graph tenant"], 4, "AADSTS90002")
        {
            Kinds = GraphOnly,
            Settings = s => s["auth"]!["tenant"] = "99999999-9999-4999-8999-999999999999",
        },
        ["a tenant in another cloud"] = new(["failed sentinel tenant"], 4, "Set auth.cloud to usgov.")
        {
            Kinds = SentinelOnly,
            World = run => run.Sandbox.EntraState.GraphHost = "graph.microsoft.us",
        },
        ["a wrong client secret"] = new(["failed graph token"], 4, "AADSTS7000215")
        {
            Kinds = GraphOnly,
            Settings = s => s["auth"]!["clientSecret"] = "not-the-secret-4711",
        },
        ["a client secret that has expired"] = new(["failed graph token"], 4, "AADSTS7000222")
        {
            Kinds = GraphOnly,
            World = run => run.Sandbox.EntraState.App.SecretExpires = DateTimeOffset.UnixEpoch,
        },
        ["an application that is not in the tenant"] = new(["failed graph token"], 4, "AADSTS700016")
        {
            Kinds = GraphOnly,
            Settings = s => s["auth"]!["clientId"] = "99999999-9999-4999-8999-999999999999",
        },
        ["an application that is disabled"] = new(["failed graph token"], 4, "AADSTS7000112")
        {
            Kinds = GraphOnly,
            World = run => run.Sandbox.EntraState.App.Disabled = true,
        },
        ["a policy that blocks the sign-in"] = new(["failed graph token"], 4, "AADSTS53003")
        {
            Kinds = GraphOnly,
            World = run => run.Sandbox.EntraState.Refusal = 53003,
        },
        ["a certificate that was never uploaded"] = new(["failed graph token"], 4, "AADSTS700027")
        {
            Kinds = GraphOnly,
            World = run => Certificate(run, TimeSpan.FromDays(1)),
            Settings = By("certificate", new JsonObject { ["path"] = "app.pem" }),
        },

        // ---- permissions and services
        ["consent that was never given at Graph"] = new(["failed graph roles"], 4, "carries no role at all")
        {
            World = run => run.Sandbox.EntraState.App.GraphRoles.Clear(),
        },
        ["another permission than Graph's own"] = new(["failed graph roles"], 4, "it has ThreatIndicators.Read.All")
        {
            World = run => Grant(run.Sandbox.EntraState.App.GraphRoles, "ThreatIndicators.Read.All"),
        },
        ["consent that was never given at Defender"] = new(["failed defender roles"], 4, "Ti.ReadWrite.All")
        {
            World = run => run.Sandbox.EntraState.App.DefenderRoles.Clear(),
        },
        ["Defender's lesser permission alone"] = new(["warning defender roles"], 0, "the indicators of others are invisible")
        {
            World = run => Grant(run.Sandbox.EntraState.App.DefenderRoles, "Ti.ReadWrite"),
        },
        ["tiIndicators that are gone"] = new(["failed graph access"], 7, "no longer has tiIndicators")
        {
            World = run => run.Sandbox.GraphState.Availability = GraphAvailability.RetiredGone,
        },
        ["a Graph that refuses in spite of the role"] = new(["failed graph access"], 4, "refuses access")
        {
            World = run => run.Sandbox.GraphState.Availability = GraphAvailability.Forbidden,
        },
        ["a Graph that breaks down"] = new(["failed graph access"], 5, "503")
        {
            World = run => run.Sandbox.Faults.Add(Service.Graph, new Fault.Status(503), times: 9, when: IsApi),
        },
        ["a Defender that throttles"] = new(["failed defender access"], 5, "asks to wait 60 s")
        {
            World = run => run.Sandbox.Faults.Add(Service.Defender, new Fault.Throttle(TimeSpan.FromSeconds(60)), times: 9, when: IsApi),
        },
        ["no role in the workspace"] = new(["failed sentinel access"], 4, "Microsoft Sentinel Contributor")
        {
            Settings = s => SetNames(s["destinations"]![1]!, new SandboxOptions().WorkspaceName),
            World = run => (run.Sandbox.EntraState.App.IsSentinelContributor, run.Sandbox.EntraState.App.IsSentinelReader) = (false, false),
        },
        ["the reader's role only"] = new(["failed sentinel access"], 4, "Microsoft Sentinel Contributor")
        {
            World = run => run.Sandbox.EntraState.App.IsSentinelContributor = false,
        },
        ["another workspace's id"] = new(["failed sentinel workspace"], 2, "would go to different workspaces")
        {
            Settings = s =>
            {
                SetNames(s["destinations"]![1]!, new SandboxOptions().WorkspaceName);
                s["destinations"]![1]!["workspaceId"] = "99999999-9999-4999-8999-999999999999";
            },
        },
        ["a workspace id that nobody has"] = new(["failed sentinel access"], 2, "has no workspace 99999999")
        {
            Kinds = SentinelOnly,
            Settings = s => s["destinations"]![0]!["workspaceId"] = "99999999-9999-4999-8999-999999999999",
        },
        ["no role in a workspace without names"] = new(["failed sentinel access"], 4, "Microsoft Sentinel Contributor")
        {
            Kinds = SentinelOnly,
            World = run => (run.Sandbox.EntraState.App.IsSentinelContributor, run.Sandbox.EntraState.App.IsSentinelReader) = (false, false),
        },
        ["a workspace that Azure does not show"] = new(["warning sentinel workspace"], 0, "leftovers end at their own expiry")
        {
            Kinds = SentinelOnly,
            World = run => run.Sandbox.SentinelState.HidesWorkspace = true,
        },
        ["the name of another workspace"] = new(["warning sentinel workspace"], 0, "not what the settings say")
        {
            Kinds = SentinelOnly,
            Settings = s => s["destinations"]![0]!["workspaceName"] = "another-workspace",
        },
        ["a workspace name that nobody has"] = new(["failed sentinel workspace"], 2, "does not find the workspace")
        {
            Kinds = SentinelOnly,
            Settings = s => SetNames(s["destinations"]![0]!, "another-workspace"),
        },
        ["a workspace without a rule"] = new(["warning sentinel rules"], 0, "misp-graph content export")
        {
            Kinds = SentinelOnly,
            World = run => SetRules(run, new AlertRule("TI map", "Scheduled", IsEnabled: true, "SecurityAlert")),
        },
        ["rules for the retired table"] = new(["warning sentinel rules"], 0, "the retired table ThreatIntelligenceIndicator")
        {
            Kinds = SentinelOnly,
            World = run => SetRules(
                run, new AlertRule("TI map", "Scheduled", IsEnabled: true, "ThreatIntelligenceIndicator | where Active")),
        },
        ["rules for another source"] = new(["warning sentinel rules"], 0, "for misp-graph")
        {
            Kinds = SentinelOnly,
            World = run => SetRules(
                run, new AlertRule("x", "NRT", IsEnabled: true, "ThreatIntelIndicators | where SourceSystem == 'another-tool'")),
        },
        ["rules that are disabled"] = new(["warning sentinel rules"], 0, "none is enabled")
        {
            Kinds = SentinelOnly,
            World = run => SetRules(run, new AlertRule("x", "Scheduled", IsEnabled: false, "ThreatIntelIndicators | where IsActive")),
        },
        ["a table that is not there"] = new(["warning sentinel table"], 0, "has no table ThreatIntelIndicators")
        {
            Kinds = SentinelOnly,
            World = run => run.Sandbox.SentinelState.HasTable = false,
        },
        ["a table that nothing reaches"] = new(["warning sentinel table"], 0, "has no row of misp-graph in 14 days")
        {
            Kinds = SentinelOnly,
            World = run =>
            {
                run.Sandbox.SentinelState.FillsTable = false;
                run.Sandbox.SentinelState.Seed("misp-graph", new JsonObject
                {
                    ["type"] = "indicator",
                    ["id"] = "indicator--6f000000-0000-5000-8000-000000000001",
                    ["modified"] = "2026-01-01T00:00:00.000Z",
                });
            },
        },
        ["a Defender that is nearly full"] = new(["warning defender capacity"], 0, "more than nine in ten")
        {
            Kinds = DefenderOnly,
            World = run =>
            {
                for (var i = 0; i < 13_600; i++)
                    run.Sandbox.DefenderState.Seed("somebody", new JsonObject
                    {
                        ["indicatorType"] = "DomainName",
                        ["indicatorValue"] = $"n{i}.example",
                        ["action"] = "Audit",
                        ["title"] = "t",
                        ["description"] = "d"
                    });
            },
        },
    };

    private static void SetRules(SandboxRun run, AlertRule rule)
    {
        run.Sandbox.SentinelState.Rules.Clear();
        run.Sandbox.SentinelState.Rules.Add(rule);
    }

    private static void SetNames(JsonNode destination, string workspace)
    {
        var sandbox = new SandboxOptions();
        destination["subscriptionId"] = $"{sandbox.SubscriptionId}";
        destination["resourceGroup"] = sandbox.ResourceGroup;
        destination["workspaceName"] = workspace;
    }

    private static bool IsApi(SeenRequest request) => request.Path.Length > 1;

    private static void Grant(ICollection<string> roles, string only)
    {
        roles.Clear();
        roles.Add(only);
    }

    private static TimeProvider Behind(TimeSpan by)
    {
        var time = new ShiftedTime();
        time.Advance(-by);
        return time;
    }

    /// <summary>Another way to sign in than the client secret.</summary>
    private static Action<JsonObject> By(string way, JsonNode value) => settings =>
    {
        settings["auth"]!.AsObject().Remove("clientSecret");
        settings["auth"]![way] = value.DeepClone();
    };

    private static void Certificate(SandboxRun run, TimeSpan to)
    {
        using var made = SomeCertificate.Rsa(TimeSpan.FromDays(-9), to);
        Write(run, "app.pem", SomeCertificate.Pem(made), isPrivate: true);
    }

    private static void Write(SandboxRun run, string file, string text, bool isPrivate)
    {
        var path = Path.Combine(run.Folder, file);
        File.WriteAllText(path, text);
        if (isPrivate && !OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static string Base64(string text) => System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(text));
}

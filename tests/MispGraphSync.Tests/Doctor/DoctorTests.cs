using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Sentinel;
using MispGraphSync.Text;
using Xunit;

namespace MispGraphSync.Tests.Doctor;

/// <summary>The whole tool against a sandbox with one misconfiguration: only the check for it reports a finding.</summary>
public class DoctorTests
{
    public static TheoryData<string> Names => [.. Misconfigurations.All.Keys];

    [Fact]
    public async Task Healthy_setup_has_no_findings()
    {
        await using var run = await StartAsync(["graph", "sentinel", "defender"]);

        var doctor = await run.RunAsync("doctor", "--output", "json");

        Assert.Equal(0, doctor.Code);
        Assert.All(Rows(doctor), row => Assert.Equal("ok", row["status"]!.ToString()));
        Assert.All(Rows(doctor), row => Assert.Null(row["remedy"]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Each_misconfiguration_is_reported_by_exactly_one_check(string name)
    {
        var seed = Misconfigurations.All[name];
        await using var run = await StartAsync(seed.Kinds, seed.Tls);
        if (seed.Settings is { } change) run.Change(change);
        seed.World?.Invoke(run);

        var doctor = await run.RunAsync("doctor", "--output", "json");

        var found = Rows(doctor).Where(row => row["status"]!.ToString() is "failed" or "warning").ToList();
        Assert.Equal(seed.ExpectedFindings, found.Select(row => $"{row["status"]} {row["check"]}").Distinct());
        Assert.Contains(found, row => $"{row["cause"]} {row["remedy"]}".Contains(seed.ExpectedText, StringComparison.Ordinal));
        Assert.All(found, row => Assert.False(string.IsNullOrWhiteSpace(row["remedy"]?.ToString())));
        Assert.Equal(seed.ExitCode, doctor.Code);
        foreach (var secret in (string[])[run.Sandbox.Options.ClientSecret, run.Sandbox.Options.MispKey, "not-the-secret-4711", "eyJ0"])
            Assert.DoesNotContain(secret, doctor.Out + doctor.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_and_table_are_counted_where_Azure_answers_and_skipped_where_it_does_not()
    {
        await using var run = await StartAsync(["sentinel"]);
        Assert.Equal(0, (await run.RunAsync("push")).Code);
        var rules = run.Sandbox.SentinelState.Rules;
        for (var i = 0; i < 5; i++) rules.Add(new AlertRule($"r{i}", "NRT", IsEnabled: i < 3, "ThreatIntelIndicators | where IsActive"));

        var counted = Rows(await run.RunAsync("doctor", "--output", "json"));
        run.Sandbox.SentinelState.AnswersQueries = false;
        run.Sandbox.Faults.Add(Service.Management, new Fault.Status(403), times: 9, when: request =>
            request.Path.Contains("alertRules", StringComparison.Ordinal));
        var skipped = Rows(await run.RunAsync("doctor", "--output", "json"));

        Assert.Equal("4 of 6 rules for these indicators enabled", Row(counted, "sentinel rules")["cause"]!.ToString());
        Assert.Matches($"^ThreatIntelIndicators has {run.Sandbox.SentinelState.Count} indicators of misp-graph, the newest of 2",
            Row(counted, "sentinel table")["cause"]!.ToString());
        Assert.Equal("skipped", Row(skipped, "sentinel table")["status"]!.ToString());
        Assert.Equal("skipped", Row(skipped, "sentinel rules")["status"]!.ToString());
    }

    [Fact]
    public void At_least_25_misconfigurations_are_covered() => Assert.True(Misconfigurations.All.Count >= 25);

    [Fact]
    public async Task World_readable_settings_and_secret_files_are_reported()
    {
        if (OperatingSystem.IsWindows()) return;
        await using var run = await StartAsync(["graph"]);
        File.WriteAllText(Path.Combine(run.Folder, "key"), run.Sandbox.Options.MispKey);
        run.Change(settings => settings["misp"]!["key"] = "file:key");
        foreach (var file in (string[])[run.ConfigFile, Path.Combine(run.Folder, "key")])
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        var doctor = await run.RunAsync("doctor", "--output", "json");

        var found = Rows(doctor).Where(row => row["status"]!.ToString() != "ok").ToList();
        Assert.Equal(2, found.Count);
        Assert.All(found, row => Assert.Equal("permissions", row["check"]!.ToString()));
        Assert.All(found, row => Assert.Contains("chmod 6", row["remedy"]!.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead, 0)]
    [InlineData(UnixFileMode.OtherRead, 1)]
    public async Task Secret_of_root_may_be_readable_by_a_group_but_not_by_everyone(UnixFileMode mode, int warnings)
    {
        if (OperatingSystem.IsWindows()) return;
        Assert.SkipUnless(FileFacts.Ourselves == 0, "Only root can own a file as root.");
        await using var run = await StartAsync(["graph"]);
        var key = Path.Combine(run.Folder, "key");
        File.WriteAllText(key, run.Sandbox.Options.MispKey);
        run.Change(settings => settings["misp"]!["key"] = "file:key");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | mode);

        var doctor = await run.RunAsync("doctor", "--output", "json");

        var found = Rows(doctor).Where(row => row["status"]!.ToString() == "warning").ToList();
        Assert.Equal(warnings, found.Count);
        Assert.All(found, row => Assert.Equal($"Run chmod 640 {key}.", row["remedy"]!.ToString()));
    }

    [Fact]
    public async Task Each_settings_fault_is_a_separate_finding()
    {
        await using var run = await StartAsync(["graph"]);
        run.Change(settings =>
        {
            settings["misp"]!["kye"] = "x";
            settings["daysToExpire"] = -1;
        });

        var doctor = await run.RunAsync("doctor", "--output", "json");

        Assert.Equal(["settings", "settings", "all else"], Rows(doctor).Select(row => row["check"]!.ToString()));
    }

    [Fact]
    public async Task Name_mismatch_and_unknown_authority_have_different_messages()
    {
        await using var other = await Http.TlsServer.StartAsync(_ => Task.CompletedTask, host: "other.example");
        await using var run = await StartAsync(["graph"]);
        run.Change(settings => settings["misp"]!["url"] = other.At("localhost").GetLeftPart(UriPartial.Authority));

        var untrusted = await run.RunAsync("doctor", "--output", "json");
        File.AppendAllText(Path.Combine(run.Folder, "ca.pem"), "\n" + File.ReadAllText(other.CaFile));
        var misnamed = await run.RunAsync("doctor", "--output", "json");

        Assert.Equal((5, 5), (untrusted.Code, misnamed.Code));
        Assert.Contains("is for another name: other.example", misnamed.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clock_difference_of_one_server_is_blamed_on_that_server()
    {
        await using var other = await Http.TlsServer.StartAsync(context =>
        {
            context.Response.Headers.Date = DateTimeOffset.UtcNow.AddHours(1).ToString("R");
            return Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, "{}");
        });
        await using var run = await StartAsync(["graph"]);
        File.AppendAllText(Path.Combine(run.Folder, "ca.pem"), "\n" + File.ReadAllText(other.CaFile));
        run.Change(settings => settings["misp"]!["url"] = other.At("localhost").GetLeftPart(UriPartial.Authority));

        var doctor = await run.RunAsync("doctor", "--output", "json");

        var clock = Assert.Single(Rows(doctor), row => row["check"]!.ToString() == "clock");
        Assert.Equal("warning", clock["status"]!.ToString());
        Assert.Contains(
            "(MISP) is 60 minutes ahead; this machine's agrees with the others'", clock["cause"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task GCC_tenant_is_recognised_if_the_Defender_host_differs()
    {
        await using var proxy = new ConnectProxy();
        await using var run = await StartAsync(["defender"], tls: true);
        run.Sandbox.EntraState.RegionSubScope = "GCC";
        run.Change(settings =>
        {
            settings["proxy"] = proxy.Address.GetLeftPart(UriPartial.Authority);
            settings["destinations"]![0]!.AsObject().Remove("endpoint");
        });

        var doctor = await run.RunAsync("doctor", "--output", "json");

        var tenant = Assert.Single(Rows(doctor), row => row["check"]!.ToString() == "defender tenant");
        Assert.Equal("Set auth.cloud to gcc.", tenant["remedy"]!.ToString());
    }

    [Theory]
    [InlineData("403 Forbidden", "Have these hosts allowed")]
    [InlineData("407 Proxy Authentication Required", "It requires a user name")]
    public async Task Proxy_refusals_have_different_remedies(string refusal, string remedy)
    {
        await using var proxy = new ConnectProxy { Refusal = refusal };
        await using var run = await StartAsync(["graph"], tls: true);
        run.Change(settings => settings["proxy"] = proxy.Address.GetLeftPart(UriPartial.Authority));

        var doctor = await run.RunAsync("doctor", "--output", "json");

        var found = Assert.Single(Rows(doctor), row => row["status"]!.ToString() == "failed");
        Assert.Equal("proxy", found["check"]!.ToString());
        Assert.Contains(remedy, found["remedy"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(5, doctor.Code);
    }

    [Fact]
    public async Task Key_Vault_refusal_is_reported_by_the_secrets_check()
    {
        await using var proxy = new ConnectProxy();
        await using var run = await StartAsync(["graph"], tls: true);
        proxy.Ports["sandbox-vault.vault.azure.net"] = run.Sandbox.KeyVault.Port;
        run.Sandbox.VaultState.IsForbidden = true;
        run.Change(settings =>
        {
            settings["proxy"] = proxy.Address.GetLeftPart(UriPartial.Authority);
            settings["misp"]!["key"] = "keyvault:https://sandbox-vault.vault.azure.net/secrets/misp-key";
        });

        var doctor = await run.RunAsync("doctor", "--output", "json");

        Assert.Equal("secrets", Assert.Single(Rows(doctor), row => row["status"]!.ToString() == "failed")["check"]!.ToString());
        Assert.Equal(4, doctor.Code);
    }

    [Fact]
    public async Task Only_named_destinations_are_checked()
    {
        await using var run = await StartAsync(["graph", "defender"]);
        run.Sandbox.EntraState.App.GraphRoles.Clear();

        var doctor = await run.RunAsync("doctor", "--destination", "defender", "--output", "json");
        var unknown = await run.RunAsync("doctor", "--destination", "elsewhere");

        Assert.Equal((0, 2), (doctor.Code, unknown.Code));
        Assert.DoesNotContain(Rows(doctor), row => row["check"]!.ToString().StartsWith("graph", StringComparison.Ordinal));
        Assert.DoesNotContain(
            run.Sandbox.RequestsTo(Service.Graph), seen => seen.Path.Contains("tiIndicators", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Doctor_changes_neither_ledger_nor_services()
    {
        await using var run = await StartAsync(["graph", "sentinel", "defender"]);
        await run.RunAsync("push");
        var before = await run.RunAsync("status", "--output", "json");
        var counts = (run.Sandbox.GraphState.Count, run.Sandbox.SentinelState.All().Count, run.Sandbox.DefenderState.Count);

        await run.RunAsync("doctor");

        var after = await run.RunAsync("status", "--output", "json");
        Assert.Equal(before.Json.GetProperty("runs").GetArrayLength(), after.Json.GetProperty("runs").GetArrayLength());
        Assert.Equal(counts, (run.Sandbox.GraphState.Count, run.Sandbox.SentinelState.All().Count, run.Sandbox.DefenderState.Count));
    }

    private static async Task<SandboxRun> StartAsync(string[] kinds, bool tls = false)
    {
        var run = await SandboxRun.StartAsync(new SandboxOptions { SampleEvents = true, Tls = tls }, kinds);
        return run;
    }

    private static JsonNode Row(IEnumerable<JsonNode> rows, string check) => rows.Single(row => row["check"]!.ToString() == check);

    private static IReadOnlyList<JsonNode> Rows(ToolResult doctor) => [.. JsonNode.Parse(doctor.Out)!.AsArray().Select(row => row!)];
}

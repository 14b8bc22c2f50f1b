using MispGraphSync.App;
using NetArchTest.Rules;
using Xunit;

namespace MispGraphSync.Tests;

/// <summary>Who may know whom.</summary>
public class ArchitectureTests
{
    private static readonly string[] Kinds = ["Graph", "Sentinel", "Defender"];

    [Fact]
    public void Core_references_only_the_framework()
    {
        var references = typeof(Core.Domain.Tlp).Assembly.GetReferencedAssemblies();

        Assert.All(references, name => Assert.StartsWith("System", name.Name, StringComparison.Ordinal));
    }

    [Fact]
    public void Domain_and_mapping_do_not_use_HTTP_or_JSON() =>
        Holds(Types.InAssembly(typeof(Core.Domain.Tlp).Assembly).That().ResideInNamespace("MispGraphSync.Core.Domain").Or().ResideInNamespace("MispGraphSync.Core.Mapping")
            .ShouldNot().HaveDependencyOnAny("System.Net.Http", "System.Text.Json", "MispGraphSync.Core.Sync.Push"));

    [Fact]
    public void Destinations_and_sources_do_not_know_each_other()
    {
        Holds(InTool("MispGraphSync.Destinations").ShouldNot().HaveDependencyOnAny("MispGraphSync.Sources", "MispGraphSync.Ledger", "MispGraphSync.Commands"));
        foreach (var room in (string[])["Destinations", "Sources", "Ledger", "Http", "SignIn", "Configuration"])
            Holds(InTool($"MispGraphSync.{room}").ShouldNot().HaveDependencyOnAny("MispGraphSync.Doctor"));
        Holds(InTool("MispGraphSync.Sources").ShouldNot().HaveDependencyOnAny("MispGraphSync.Destinations", "MispGraphSync.Ledger", "MispGraphSync.Commands"));
        Holds(InTool("MispGraphSync.Ledger").ShouldNot().HaveDependencyOnAny("MispGraphSync.Destinations", "MispGraphSync.Sources", "MispGraphSync.Http", "MispGraphSync.Commands"));
    }

    [Fact]
    public void Destinations_do_not_know_each_other()
    {
        foreach (var kind in Kinds)
        {
            var others = Kinds.Where(other => other != kind).Select(other => $"MispGraphSync.Destinations.{other}").ToArray();
            Holds(InTool($"MispGraphSync.Destinations.{kind}").ShouldNot().HaveDependencyOnAny(others));
        }
    }

    [Fact]
    public void Sandbox_shares_no_code_with_the_tool() =>
        Assert.DoesNotContain(typeof(MispGraphSync.Sandbox.SandboxHost).Assembly.GetReferencedAssemblies(), name => name.Name is "misp-graph" or "MispGraphSync.Core");

    private static PredicateList InTool(string room) => Types.InAssembly(typeof(Tool).Assembly).That().ResideInNamespace(room);

    private static void Holds(ConditionList rule)
    {
        var result = rule.GetResult();
        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
    }
}

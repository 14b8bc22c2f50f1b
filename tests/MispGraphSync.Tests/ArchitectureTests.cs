using System.Text.RegularExpressions;
using MispGraphSync.App;
using NetArchTest.Rules;
using Xunit;

namespace MispGraphSync.Tests;

/// <summary>Who may know whom, as docs/architecture.md shows it.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string[] Kinds = ["Graph", "Sentinel", "Defender"];

    /// <summary>From top to bottom. Each namespace may use those below it; those on one line do not know each other.</summary>
    private static readonly string[] Layers =
    [
        "App",
        "Commands",
        "Output.Report",
        "Output",
        "Output.Explain Output.Progress",
        "Policies",
        "Doctor Hits",
        "Destinations.Graph Destinations.Sentinel Destinations.Defender",
        "Destinations",
        "Sources.Feed",
        "Sources.File Sources.Misp",
        "Sources.Filters Sources.Json",
        "Ledger Settings.Import",
        "Settings",
        "Http.SignIn",
        "Http",
        "Content",
        "Text",
        "Core.Runs",
        "Core.Maintenance",
        "Core.Sending",
        "Core.Planning Core.Hits",
        "Core.Ports",
        "Core.Mapping",
        "Core.Mapping.Normalise",
        "Core.Domain",
    ];

    /// <summary>Files that name a kind of destination outside its folder: the registration, the program's description, examples.</summary>
    private static readonly string[] MayNameKinds =
    [
        "MispGraphSync/App/Registration.cs", "MispGraphSync/App/Tool.cs", "MispGraphSync/Commands/HelpExample.cs",
        // The importer reads other tools' settings, which name them.
        "MispGraphSync/Settings/Import/",
        // The sentence of a skip reason names the setting that changes it.
        "MispGraphSync.Core/Domain/SkipReason.cs",
    ];

    private static readonly Lazy<References> Used = new(() => References.Of(
        (typeof(Core.Domain.Tlp).Assembly.Location, DocsTests.At("src/MispGraphSync.Core")),
        (typeof(Tool).Assembly.Location, DocsTests.At("src/MispGraphSync"))));

    [Fact]
    public void Namespaces_form_no_circle() => Assert.Empty(Used.Value.Circles());

    [Fact]
    public void Namespaces_use_only_lower_layers()
    {
        var layers = Layers.SelectMany((layer, at) => layer.Split(' ').Select(name => (Name: $"MispGraphSync.{name}", at)))
            .ToDictionary(one => one.Name, one => one.at);

        Assert.All(Used.Value.Namespaces, name => Assert.Contains(name, layers.Keys));
        Assert.Empty(Used.Value.Edges.Where(edge => layers[edge.Key.From] >= layers[edge.Key.To]).Select(edge => edge.Value));
    }

    [Fact]
    public void Core_references_only_the_framework()
    {
        var references = typeof(Core.Domain.Tlp).Assembly.GetReferencedAssemblies();

        Assert.All(references, name => Assert.StartsWith("System", name.Name, StringComparison.Ordinal));
    }

    [Fact]
    public void Core_does_not_use_HTTP_files_or_the_console()
    {
        var result = Types.InAssembly(typeof(Core.Domain.Tlp).Assembly)
            .ShouldNot().HaveDependencyOnAny("System.Net.Http", "System.IO.File", "System.IO.Directory", "System.Console").GetResult();

        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
    }

    [Fact]
    public void Sandbox_shares_no_code_with_the_tool() =>
        Assert.DoesNotContain(
            typeof(MispGraphSync.Sandbox.SandboxHost).Assembly.GetReferencedAssemblies(),
            name => name.Name is "misp-graph" or "MispGraphSync.Core");

    [Fact]
    public void Kinds_of_destination_are_named_only_in_their_folders()
    {
        var source = DocsTests.At("src");
        var words = new Regex(string.Join('|', WordsOfKinds().Select(Regex.Escape)));
        var outside = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Select(file => (File: file, Name: Path.GetRelativePath(source, file).Replace('\\', '/')))
            .Where(one => (one.Name.StartsWith("MispGraphSync/", StringComparison.Ordinal)
                || one.Name.StartsWith("MispGraphSync.Core/", StringComparison.Ordinal))
                && !one.Name.Contains("/obj/", StringComparison.Ordinal) && !one.Name.Contains("/bin/", StringComparison.Ordinal)
                && !MayNameKinds.Any(name => one.Name.StartsWith(name, StringComparison.Ordinal))
                && !Kinds.Any(kind => one.Name.StartsWith($"MispGraphSync/Destinations/{kind}/", StringComparison.Ordinal)));

        var naming = outside.SelectMany(one => File.ReadLines(one.File)
            .Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal))
            .Where(line => NamesKind().IsMatch(Ours().Replace(line, "")) || words.IsMatch(line))
            .Select(line => $"{one.Name}: {line.Trim()}"));

        Assert.Empty(naming);
    }

    /// <summary>Hosts and settings of one kind alone. A capacity is a word of all, and a rule may raise an alert anywhere.</summary>
    private static IEnumerable<string> WordsOfKinds() => Registration.Kinds.NeverBlock
        .Concat(Registration.Kinds.Table.All.Where(key => key.Kind is not null).Select(key => key.Path))
        .Except(["capacity", "generateAlert"]);

    // Names of services, their resources and hosts. An example in a description is none.
    [GeneratedRegex(
        @"""(graph|sentinel|defender)""|[tT]iIndicator|securitycenter|SecurityInsights|msgraph_host|(Graph|Sentinel|Defender)(?![a-z])")]
    private static partial Regex NamesKind();

    [GeneratedRegex(@"MispGraph(Sync)?|misp-graph|such as \\""sentinel\\""|Example = .*")]
    private static partial Regex Ours();
}

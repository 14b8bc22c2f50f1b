using System.Text.RegularExpressions;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace MispGraphSync.Tests;

/// <summary>
/// Which namespace of ours uses which: read from the compiled code, and from the <c>using</c> lines, since constants and names
/// leave no trace in compiled code.
/// </summary>
internal sealed partial class References
{
    private const string Ours = "MispGraphSync";

    private readonly Dictionary<(string From, string To), string> _edges = [];

    /// <summary>Each with one example.</summary>
    public IReadOnlyDictionary<(string From, string To), string> Edges => _edges;

    public IEnumerable<string> Namespaces => _edges.Keys.SelectMany(edge => new[] { edge.From, edge.To }).Distinct();

    /// <param name="assemblies">Paths of assemblies, and of their sources' folders.</param>
    public static References Of(params (string Assembly, string Sources)[] assemblies)
    {
        var references = new References();
        foreach (var (assembly, sources) in assemblies)
        {
            using var module = ModuleDefinition.ReadModule(assembly);
            foreach (var type in module.GetTypes()
                .Where(type => NamespaceOf(type).StartsWith(Ours, StringComparison.Ordinal))) references.Read(type);
            foreach (var file in Directory.EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories)) references.ReadUsings(file);
        }

        return references;
    }

    /// <summary>Namespaces from which a way leads back to themselves, with an arrow of it each.</summary>
    public IEnumerable<string> Circles()
    {
        var reached = Namespaces.ToDictionary(one => one, Reach);
        return _edges.Where(edge => reached[edge.Key.To].Contains(edge.Key.From))
            .Select(edge => $"{edge.Key.From} -> {edge.Key.To}: {edge.Value}").Order(StringComparer.Ordinal);
    }

    private HashSet<string> Reach(string from)
    {
        var seen = new HashSet<string>();
        var next = new Stack<string>([from]);
        while (next.TryPop(out var one))
        {
            foreach (var (_, to) in _edges.Keys.Where(edge => edge.From == one && seen.Add(edge.To))) next.Push(to);
        }

        return seen;
    }

    private void Read(TypeDefinition type)
    {
        Add(type, type.BaseType);
        foreach (var one in type.Interfaces) Add(type, one.InterfaceType);
        foreach (var one in type.GenericParameters.SelectMany(parameter => parameter.Constraints)) Add(type, one.ConstraintType);
        foreach (var one in type.CustomAttributes.SelectMany(attribute => attribute.ConstructorArguments)) Add(
            type, one.Value as TypeReference);
        foreach (var one in type.Fields) Add(type, one.FieldType);
        foreach (var method in type.Methods)
        {
            Add(type, method);
            foreach (var one in method.GenericParameters.SelectMany(parameter => parameter.Constraints)) Add(type, one.ConstraintType);
            if (!method.HasBody) continue;
            foreach (var variable in method.Body.Variables) Add(type, variable.VariableType);
            foreach (var handler in method.Body.ExceptionHandlers) Add(type, handler.CatchType);
            foreach (var instruction in method.Body.Instructions) Read(type, instruction);
        }
    }

    private void Read(TypeDefinition from, Instruction instruction)
    {
        switch (instruction.Operand)
        {
            case TypeReference type:
                Add(from, type);
                break;
            case MethodReference method:
                Add(from, method);
                break;
            case FieldReference field:
                Add(from, field.DeclaringType);
                Add(from, field.FieldType);
                break;
        }
    }

    private void Add(TypeDefinition from, MethodReference method)
    {
        Add(from, method.DeclaringType);
        Add(from, method.ReturnType);
        foreach (var parameter in method.Parameters) Add(from, parameter.ParameterType);
        if (method is GenericInstanceMethod generic) foreach (var argument in generic.GenericArguments) Add(from, argument);
    }

    private void Add(TypeDefinition from, TypeReference? to)
    {
        switch (to)
        {
            case null or GenericParameter:
                return;
            case GenericInstanceType generic:
                foreach (var argument in generic.GenericArguments) Add(from, argument);
                break;
            case IModifierType modified:
                Add(from, modified.ModifierType);
                break;
        }

        var element = to.GetElementType();
        if (element.FullName != to.FullName && to is TypeSpecification) Add(from, element);
        Add(NamespaceOf(from), NamespaceOf(to), $"{from.FullName} uses {to.FullName}");
    }

    private void ReadUsings(string file)
    {
        var text = File.ReadAllText(file);
        if (Namespace().Match(text) is not { Success: true } declared) return;
        foreach (Match used in Using().Matches(text))
            Add(declared.Groups[1].Value, used.Groups[1].Value, $"{Path.GetFileName(file)} has 'using {used.Groups[1].Value}'");
    }

    private void Add(string from, string to, string example)
    {
        if (from != to && to.StartsWith(Ours, StringComparison.Ordinal)) _edges.TryAdd((from, to), example);
    }

    private static string NamespaceOf(TypeReference type)
    {
        while (type.DeclaringType is { } outer) type = outer;
        return type.Namespace;
    }

    [GeneratedRegex(@"^namespace (MispGraphSync[\w.]*);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^using (MispGraphSync[\w.]*);", RegexOptions.Multiline)]
    private static partial Regex Using();
}

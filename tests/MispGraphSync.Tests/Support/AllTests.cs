using MispGraphSync.Tests.Planning;
using Xunit;

namespace MispGraphSync.Tests;

/// <summary>The names of the tests in both projects, as <c>Class.Name</c>.</summary>
internal static class AllTests
{
    public static IReadOnlySet<string> Names { get; } =
        (from tests in new[] { typeof(AllTests).Assembly, typeof(DeletionPolicyTests).Assembly }
         from type in tests.GetTypes()
         from method in type.GetMethods()
         where method.IsDefined(typeof(FactAttribute), inherit: true)
         select $"{type.Name}.{method.Name}").ToHashSet();
}

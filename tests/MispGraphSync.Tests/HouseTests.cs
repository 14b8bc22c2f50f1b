using Xunit;

namespace MispGraphSync.Tests;

public class HouseTests
{
    [Fact]
    public void Core_stands_on_nothing_but_the_framework()
    {
        var references = typeof(Core.Domain.Tlp).Assembly.GetReferencedAssemblies();

        Assert.All(references, name => Assert.StartsWith("System", name.Name, StringComparison.Ordinal));
    }
}

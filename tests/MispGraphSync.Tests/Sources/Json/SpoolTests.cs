using MispGraphSync.Core.Ports;
using MispGraphSync.Sources.Json;
using Xunit;

namespace MispGraphSync.Tests.Sources.Json;

/// <summary>A temporary folder that fails is a local fault, and not one of MISP or of the file that is read.</summary>
public class SpoolTests
{
    [Fact]
    public void A_full_temporary_folder_is_reported()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has /dev/full.");
        var items = new ItemStore(memoryLimit: 1_000, openFile: () => new FileStream("/dev/full", FileMode.Open, FileAccess.ReadWrite));

        var thrown = Assert.Throws<RunFailedException>(() =>
        {
            for (var i = 0; i < 10_000; i++) items.Add(Some.Domain(i));
            items.Take();
        });
        items.Dispose();

        Assert.Equal(RunOutcome.Unreachable, thrown.Outcome);
        Assert.Contains(Path.GetTempPath(), thrown.Message, StringComparison.Ordinal);
        Assert.Contains("TMPDIR", thrown.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_read_only_temporary_folder_is_reported()
    {
        using var items = new ItemStore(memoryLimit: 0, openFile: () => throw new UnauthorizedAccessException("no"));

        Assert.Equal(RunOutcome.Unreachable, Assert.Throws<RunFailedException>(() => items.Add(Some.Domain(1))).Outcome);
    }
}

using MispGraphSync.Core.Sync;
using MispGraphSync.Sources.Reading;
using Xunit;

namespace MispGraphSync.Tests.Sources.Reading;

/// <summary>A temporary folder that fails is a local fault, and not one of MISP or of the file that is read.</summary>
public class SpoolTests
{
    [Fact]
    public void A_full_temporary_folder_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has /dev/full.");
        var items = new ItemStore(memoryLimit: 1_000, openFile: () => new FileStream("/dev/full", FileMode.Open, FileAccess.ReadWrite));

        var thrown = Assert.Throws<RunFailedException>(() =>
        {
            for (var i = 0; i < 10_000; i++) items.Add(Some.Domain(i));
            items.Take();
        });
        items.Dispose();

        Assert.Equal(ExitCode.OutOfReach, thrown.Code);
        Assert.Contains(Path.GetTempPath(), thrown.Message, StringComparison.Ordinal);
        Assert.Contains("TMPDIR", thrown.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void So_is_one_that_must_not_be_written_to()
    {
        using var items = new ItemStore(memoryLimit: 0, openFile: () => throw new UnauthorizedAccessException("no"));

        Assert.Equal(ExitCode.OutOfReach, Assert.Throws<RunFailedException>(() => items.Add(Some.Domain(1))).Code);
    }
}

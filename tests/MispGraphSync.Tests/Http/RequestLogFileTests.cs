using MispGraphSync.Http;
using Xunit;

namespace MispGraphSync.Tests.Http;

/// <summary>What lies where a log file is about to be made neither changes it nor is changed by it.</summary>
public sealed class RequestLogFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("misp-graph-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("file")]
    [InlineData("link")]
    [InlineData("dangling link")]
    public void Existing_entry_with_the_temporary_name_is_replaced_and_never_written_to(string what)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Links and modes are Unix's.");
            return;
        }

        var (hidden, other) = (Path.Combine(_folder, ".1-1.tmp"), Path.Combine(_folder, "other"));
        if (what == "link") File.WriteAllText(other, "precious");
        if (what == "file") File.WriteAllText(hidden, new string('x', 5_000));
        else File.CreateSymbolicLink(hidden, other);
        if (what == "file") File.SetUnixFileMode(hidden, (UnixFileMode)0b110_110_110);

        using (var log = new RequestLogFile(_folder, ".1-1.tmp")) log.Complete("done.json", "{}"u8);

        var done = new FileInfo(Path.Combine(_folder, "done.json"));
        Assert.Equal("{}", File.ReadAllText(done.FullName));
        Assert.Equal((null, UnixFileMode.UserRead | UnixFileMode.UserWrite), (done.LinkTarget, done.UnixFileMode));
        Assert.Equal(what == "link" ? "precious" : null, File.Exists(other) ? File.ReadAllText(other) : null);
    }
}

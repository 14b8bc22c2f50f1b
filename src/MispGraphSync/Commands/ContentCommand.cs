using System.CommandLine;
using MispGraphSync.Content;

namespace MispGraphSync.Commands;

/// <summary><c>content list|export</c>: the rules, queries and the workbook that the program carries. It deploys nothing.</summary>
internal sealed class ContentCommand : Command
{
    private readonly CommonOptions _common;
    private readonly ToolHost _host;

    public ContentCommand(CommonOptions common, ToolHost host)
        : base("content", "Lists and writes analytics rules, hunting queries and a workbook for the indicators.")
    {
        (_common, _host) = (common, host);
        Add(List());
        Add(Export());
    }

    private Command List()
    {
        var command = new Command("list", "Lists the files and what each is.");
        command.SetAction(args =>
        {
            _common.Format(args, ["text"]);
            var width = ContentFile.All.Max(file => file.Path.Length);
            foreach (var file in ContentFile.All) _host.Out.WriteLine($"{file.Path.PadRight(width)}  {file.Title}");
            return 0;
        });
        return command;
    }

    private Command Export()
    {
        var to = NewOption.Of<string>("--to", "DIR", "The folder to write to; made if it is not there.");
        to.Required = true;
        var force = NewOption.Flag("--force", "Replace files that differ.");
        var command = new Command("export", "Writes the files to a folder. Nothing is deployed.") { to, force };
        command.SetAction(args =>
        {
            _common.Format(args, ["text"]);
            var folder = _host.FullPath(args.GetRequiredValue(to));
            var written = ContentExport.Write(folder, args.GetValue(force));
            _host.Out.WriteLine(
                $"Wrote {Plural.Of(written, "file")} to {Sanitize.ForDisplay(folder, 4_000)}; "
                + $"{ContentFile.All.Count - written} unchanged. To deploy them, see docs/content.md.");
            return 0;
        });
        return command;
    }
}

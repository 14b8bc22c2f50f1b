using System.CommandLine;
using MispGraphSync.App;
using MispGraphSync.Core.Ports;
using MispGraphSync.Doctor;
using MispGraphSync.Output;

namespace MispGraphSync.Commands;

/// <summary><c>misp-graph doctor</c>: looks at everything a push stands on, and says what is wrong and how to mend it.</summary>
internal sealed class DoctorCommand : Command
{
    private readonly Option<bool> _write = new("--write") { Description = "Also write one harmless, marked indicator to each destination, and remove it at once." };
    private readonly Option<string[]> _destinations = new("--destination") { Description = "Only this destination; may be given several times. Default: all enabled ones.", HelpName = "NAME" };

    public DoctorCommand(CommonOptions common, ToolHost host)
        : base("doctor", "Checks settings, files, network, MISP, sign-in and permissions; each failure with its remedy.")
    {
        Add(_write);
        Add(_destinations);
        SetAction(async (args, _) =>
        {
            var format = common.Format(args, "text", "text", "json");
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(host.Interrupt, host.Abort);
            await using var examined = Composition.Examine(args.GetValue(common.Config), args.GetValue(_destinations) ?? [], args.GetValue(_write), host, stop.Token);
            var output = DoctorOutput.For(format, host.Out, host.Width, common.InkOf(args, host), examined.Checks);
            var codes = new List<RunOutcome>();
            await foreach (var (check, found) in CheckRunner.RunAsync(examined.Checks, host.Time, stop.Token).ConfigureAwait(false))
            {
                output.Add(check.Name, found);
                codes.AddRange(found.Select(one => one.Code));
            }

            var code = RunOutcomes.Worst(codes);
            output.End(code);
            return ExitCodes.Of(code);
        });
    }
}

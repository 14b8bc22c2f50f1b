using System.CommandLine;
using MispGraphSync.Doctor;
using MispGraphSync.Output;

namespace MispGraphSync.Commands;

/// <param name="Destinations">Empty: all enabled ones.</param>
/// <param name="Writes">Send and remove one marked indicator at each destination.</param>
internal sealed record DoctorRequest(string? Config, IReadOnlyList<string> Destinations, bool Writes);

/// <summary><c>misp-graph doctor</c>: checks everything that a push needs, and says what is wrong and how to fix it.</summary>
internal sealed class DoctorCommand : Command
{
    private readonly Option<bool> _write = NewOption.Flag(
        "--write", "Also write one harmless, marked indicator to each destination, and remove it immediately.");
    private readonly Option<string[]> _destinations = NewOption.Destinations();

    public DoctorCommand(CommonOptions common, ToolHost host, Func<DoctorRequest, CancellationToken, DoctorContext> open)
        : base("doctor", "Checks settings, files, network, MISP, sign-in and permissions; says how to fix each failure.")
    {
        Add(_write);
        Add(_destinations);
        SetAction(async (args, _) =>
        {
            var format = common.Format(args);
            using var stop = host.StopSource();
            var request = new DoctorRequest(args.GetValue(common.Config), args.GetValue(_destinations) ?? [], args.GetValue(_write));
            await using var doctor = open(request, stop.Token);
            var output = DoctorOutput.For(format, host.Out, host.Width, common.StyleFor(args, host), doctor.Checks);
            var outcomes = new List<RunOutcome>();
            await foreach (var (check, found) in CheckRunner.RunAsync(doctor.Checks, host.Time, stop.Token).ConfigureAwait(false))
            {
                output.Add(check.Name, found);
                outcomes.AddRange(found.Select(one => one.Code));
            }

            var outcome = RunOutcomes.Worst(outcomes);
            output.End(outcome);
            return ExitCodes.Of(outcome);
        });
    }
}

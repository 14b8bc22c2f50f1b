using MispGraphSync.Core.Ports;
using MispGraphSync.Text;

namespace MispGraphSync.Output;

/// <summary>The plan as a diff for people: a line a step.</summary>
internal sealed class PlanText(TextWriter to, int width)
{
    public void Write(DestinationInfo destination, PlanStep step)
    {
        var sign = step.Action switch
        {
            StepAction.Create => '+',
            StepAction.Delete => '-',
            StepAction.Renew => '=',
            _ => '~',
        };
        var what = (step.Value ?? $"key {step.Key}").Replace('\n', ' ');
        var head = $"{sign} {destination.Name}: {step.Action.ToString().ToLowerInvariant(),-6} {step.Reason,-9} ";
        to.WriteLine(head + TextWidth.Truncate(Sanitize.ForDisplay(what, 2_000), Math.Max(24, width - TextWidth.Of(head))));
    }
}

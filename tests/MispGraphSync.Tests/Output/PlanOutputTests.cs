using MispGraphSync.Core.Ports;
using MispGraphSync.Output;
using MispGraphSync.Text;
using Xunit;

namespace MispGraphSync.Tests.Output;

public class PlanOutputTests
{
    [Theory]
    [InlineData("http://evil.example/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("悪意のあるコード悪意のあるコード悪意のあるコード悪意のあるコード悪意のあるコード悪意のあるコード")]
    [InlineData("\u001b[2J\u202eowned and a great many words more, so that it goes on and on and never seems to come to its end")]
    public void Step_is_one_line_within_the_width(string value)
    {
        using var to = new StringWriter();

        PlanOutput.For("text", to, 80)!(new DestinationInfo("graph", "graph", "tenant", ""), SomeStep(value));

        var line = to.ToString().TrimEnd('\r', '\n');
        Assert.InRange(TextWidth.Of(line), 40, 80);
        Assert.EndsWith("…", line, StringComparison.Ordinal);
        Assert.DoesNotContain(line, sign => char.IsControl(sign) || sign == '\u202e');
    }

    private static PlanStep SomeStep(string value) => new()
    {
        Action = StepAction.Create,
        Reason = StepReasons.New,
        Observables = default,
        Key = Guid.Empty,
        Body = default,
        Value = value,
    };
}

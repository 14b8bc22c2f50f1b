using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Output;
using MispGraphSync.Text;
using Xunit;

namespace MispGraphSync.Tests.Output;

public class PlanOutputTests
{
    private static readonly DestinationInfo Graph = new("graph", "graph", "tenant", "");

    [Theory]
    [InlineData("http://evil.example/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("悪意のあるコード悪意のあるコード悪意のあるコード悪意のあるコード悪意のあるコード悪意のあるコード")]
    [InlineData("\u001b[2J\u202eowned and a great many words more, so that it goes on and on and never seems to come to its end")]
    public void Step_is_one_line_within_the_width(string value)
    {
        using var to = new StringWriter();

        var plan = PlanOutput.For("text", to, 80)!;
        plan.Add((Graph, SomeStep(new Observable.Url(value)) with { Action = StepAction.Update, Reason = StepReasons.Changed }));
        plan.End();

        var line = to.ToString().TrimEnd('\r', '\n');
        Assert.InRange(TextWidth.Of(line), 40, 80);
        Assert.StartsWith("~ graph: url ", line, StringComparison.Ordinal);
        Assert.EndsWith("…  (changed)", line, StringComparison.Ordinal);
        Assert.DoesNotContain(line, sign => char.IsControl(sign) || sign == '\u202e');
    }

    [Fact]
    public void Plan_is_sorted_by_destination_type_and_value()
    {
        using var to = new StringWriter();
        var plan = PlanOutput.For("text", to, 80)!;
        plan.Add((Graph, SomeStep(new Observable.Url("https://b.example/"))));
        plan.Add((Graph, SomeStep() with { Action = StepAction.Delete, Reason = StepReasons.Withdrawn }));
        plan.Add((Graph, SomeStep(new Observable.DomainName("b.example"))));
        plan.Add((Graph, SomeStep(new Observable.FileName("a.exe"), new Observable.FileHash(HashAlgorithm.Md5, new string('a', 32)))));
        var aged = SomeStep(new Observable.DomainName("a.example"));
        plan.Add((Graph, aged with { Action = StepAction.Renew, Reason = StepReasons.Expiring }));
        plan.Add((Graph with { Name = "defender" }, SomeStep(new Observable.DomainName("a.example"))));
        plan.End();

        Assert.Equal(
            $"""
            = graph: domain a.example  (expiring)
            + graph: domain b.example
            + graph: filename|md5 a.exe|{new string('a', 32)}
            + graph: url https://b.example/
            - graph: key {Guid.Empty}  (withdrawn)
            + defender: domain a.example

            """.ReplaceLineEndings(), to.ToString());
    }

    private static PlanStep SomeStep(params Observable[] watched) => new()
    {
        Action = StepAction.Create,
        Reason = StepReasons.New,
        Observables = default,
        Key = Guid.Empty,
        Body = default,
        Label = watched.Length > 0 ? IndicatorLabel.Of(watched) : null,
    };
}

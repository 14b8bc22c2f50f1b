using System.Text;
using MispGraphSync.Policies;

namespace MispGraphSync.Output;

/// <summary><c>policy test</c> and <c>policy explain</c> for people.</summary>
internal static class PolicyText
{
    public static string Of(PolicyTestResult result)
    {
        var text = new StringBuilder();
        foreach (var one in result.Cases)
        {
            text.Append(one.Ok ? "ok    " : "FAIL  ").Append(Sanitize.ForDisplay(one.Name)).Append('\n');
            foreach (var difference in one.Differences)
            {
                var by = difference.Rule is { } rule ? $" by {rule}" : "";
                var property = $"{difference.Destination}: {difference.Property}";
                var sentence = $"{property} is {difference.Actual}{by}, and {difference.Expected} is expected";
                text.Append("      ").Append(Sanitize.ForDisplay(sentence)).Append('\n');
            }
        }

        var failed = result.Cases.Count(one => !one.Ok);
        return text.Append($"{Plural.Of(result.Cases.Count - failed, "case")} passed, {failed} failed.\n").ToString();
    }

    public static string Of(PolicyExplanation explanation)
    {
        var text = new StringBuilder();
        foreach (var attribute in explanation.Attributes.GroupBy(one => (one.Source, one.Event, one.Attribute, one.Type)))
        {
            var (source, owner, uuid, type) = attribute.Key;
            text.Append($"{Sanitize.ForDisplay(type)}, attribute {uuid}, event {owner}, source {Sanitize.ForDisplay(source)}\n");
            foreach (var at in attribute)
            {
                text.Append($"  {at.Destination}\n");
                foreach (var decision in at.Decisions)
                    text.Append($"    {decision.Property,-13}  {decision.Value,-18}  {decision.Rule ?? "settings and MISP"}\n");
            }
        }

        foreach (var skipped in explanation.Skipped)
        {
            text.Append($"{Sanitize.ForDisplay(skipped.Type)}, attribute {skipped.Attribute}, event {skipped.Event}: ");
            text.Append($"skipped as {skipped.Reason}; no rule sends it now.\n");
        }

        if (text.Length == 0) text.Append($"{Sanitize.ForDisplay(explanation.Asked)} is not in the ledger: no push has read it.\n");
        return text.ToString();
    }
}

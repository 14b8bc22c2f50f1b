using System.CommandLine;
using System.Text.Json;
using MispGraphSync.Output;
using MispGraphSync.Policies;

namespace MispGraphSync.Commands;

/// <summary><c>policy test|explain</c>: rules tried on cases, and what they decide about a value. Nothing is sent or asked.</summary>
internal sealed class PolicyCommand : Command
{
    private readonly CommonOptions _common;
    private readonly ToolHost _host;

    /// <param name="testAsync">Of a file, absolute.</param>
    /// <param name="explainAsync">Of a value or UUID.</param>
    public PolicyCommand(
        CommonOptions common, ToolHost host, Func<CommonArguments, string, Task<PolicyTestResult>> testAsync,
        Func<CommonArguments, string, Task<PolicyExplanation>> explainAsync)
        : base("policy", "Tries rules on cases, and shows which rule decided what.")
    {
        (_common, _host) = (common, host);
        Add(Test(testAsync));
        Add(Explain(explainAsync));
    }

    private Command Test(Func<CommonArguments, string, Task<PolicyTestResult>> testAsync)
    {
        var file = new Argument<string>("FILE") { Description = "JSON: a list of cases, each an attribute and what is expected of it." };
        var command = new Command("test", "Tries the rules of the settings on cases. Exits 0 when all hold, 3 when one fails.") { file };
        command.SetAction(async (args, _) =>
        {
            var isJson = _common.Format(args) == "json";
            var result = await testAsync(_common.Read(args), _host.FullPath(args.GetRequiredValue(file))).ConfigureAwait(false);
            await _host.Out.WriteAsync(isJson
                ? JsonSerializer.Serialize(result, OutputJson.Default.PolicyTestResult) + "\n"
                : WrappedText.Wrap(PolicyText.Of(result), _host.Width)).ConfigureAwait(false);
            return ExitCodes.Of(result.Ok ? RunOutcome.Done : RunOutcome.Incomplete);
        });
        return command;
    }

    private Command Explain(Func<CommonArguments, string, Task<PolicyExplanation>> explainAsync)
    {
        var asked = new Argument<string>("VALUE|UUID")
        {
            Description = "A value in any spelling, or the UUID of an attribute or an event.",
        };
        var command = new Command("explain", "Shows what is decided about a value at each destination, and by which rule.") { asked };
        command.SetAction(async (args, _) =>
        {
            var isJson = _common.Format(args, ["text", "json"]) == "json";
            var found = await explainAsync(_common.Read(args), args.GetRequiredValue(asked)).ConfigureAwait(false);
            await _host.Out.WriteAsync(isJson
                ? JsonSerializer.Serialize(found, OutputJson.Default.PolicyExplanation) + "\n"
                : WrappedText.Wrap(PolicyText.Of(found), _host.Width)).ConfigureAwait(false);
            return 0;
        });
        return command;
    }
}

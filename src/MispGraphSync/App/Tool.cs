using System.CommandLine;
using System.CommandLine.Help;
using MispGraphSync.Commands;
using MispGraphSync.Output;

namespace MispGraphSync.App;

/// <summary>The command line as a whole: parse, run, and turn each failure into an exit code.</summary>
internal static class Tool
{
    public static async Task<int> RunAsync(IReadOnlyList<string> args, ToolHost host)
    {
        var output = new NonThrowingWriter(host.Out);
        var guarded = host with { Out = output, Error = new NonThrowingWriter(host.Error) };
        var code = await DispatchAsync(args, guarded).ConfigureAwait(false);
        await output.FlushAsync().ConfigureAwait(false);
        if (output.Fault is not { } fault) return code;
        await guarded.Error.WriteLineAsync($"error: The output could not be written: {Sanitize.ForDisplay(fault.Message)}")
            .ConfigureAwait(false);
        return code == ExitCodes.Of(RunOutcome.Done) ? ExitCodes.Of(RunOutcome.Unreachable) : code;
    }

    /// <summary>All verbs and options.</summary>
    public static RootCommand Root(ToolHost host)
    {
        var root = new RootCommand(
            "Keeps Microsoft Sentinel, Defender and Graph in sync with a MISP server: each wanted indicator is there exactly once.");
        var common = new CommonOptions();
        var actions = new Actions(host);
        common.AddTo(root);
        root.Add(new PushCommand(common, host, actions.RunAsync));
        root.Add(new PlanCommand(common, host, actions.RunAsync));
        root.Add(new ReadCommand(common, host, actions.ReadAsync));
        root.Add(new ErrorsCommand(common, host, Registration.Kinds, actions.ReadOfflineSettings, actions.OpenToRead, actions.RunAsync));
        root.Add(new HitsCommand(common, host, actions.HitsAsync));
        root.Add(new StatusCommand(common, host, actions.GatherStatus));
        root.Add(new ExplainCommand(common, host, actions.ExplainAsync));
        root.Add(new ReportCommand(common, host, actions.GatherReportAsync));
        root.Add(new VerifyCommand(common, host, actions.HasLedger, actions.RunAsync));
        root.Add(new PurgeCommand(common, host, actions.RunAsync));
        root.Add(new DoctorCommand(common, host, actions.OpenDoctor));
        root.Add(new PolicyCommand(common, host, actions.TestPolicyAsync, actions.ExplainPolicyAsync));
        root.Add(new ContentCommand(common, host));
        root.Add(new ConfigCommand(common, host, actions.ReaderOptions, actions.TestAnswerAsync));
        root.Add(new CompletionsCommand(host));
        root.Options.OfType<VersionOption>().Single().Description = "Show the version.";
        // The library's own help option also takes /h and /?, which may be paths.
        root.Options.Remove(root.Options.OfType<HelpOption>().Single());
        root.Add(new HelpOption("--help", "-h", "-?") { Description = "Show this help.", Action = new Commands.HelpAction(host, common) });
        Suggestions.AddCompletions(root, common, new Dictionary<string, Func<string?, IEnumerable<string>>>
        {
            ["--destination"] = actions.DestinationNames,
            ["--source"] = actions.SourceNames,
            ["--adopt"] = _ => Registration.Kinds.TakeoverTools,
            ["--run"] = actions.RunNumbers,
        });
        return root;
    }

    private static async Task<int> DispatchAsync(IReadOnlyList<string> args, ToolHost host)
    {
        var root = Root(host);
        if (Suggestions.IsAsked(args))
        {
            foreach (var word in Suggestions.Of(root, args)) await host.Out.WriteLineAsync(word).ConfigureAwait(false);
            return ExitCodes.Of(RunOutcome.Done);
        }

        var verb = args.Count > 0 ? args[0] : null;
        args = verb switch
        {
            "help" => [.. args.Skip(1), "--help"],
            "version" => ["--version"],
            _ => args,
        };
        var configuration = new ParserConfiguration { ResponseFileTokenReplacer = null };
        var parsed = root.Parse(args, configuration);
        var isUnknown = verb == "help" && parsed.UnmatchedTokens.Count > 0;
        if (parsed.Errors.Count == 0 && !isUnknown) return await InvokeAsync(parsed, host).ConfigureAwait(false);
        if (ParseErrors.IsOnlyWithoutVerb(parsed))
        {
            await InvokeAsync(root.Parse([.. args, "--help"], configuration), host).ConfigureAwait(false);
            return ExitCodes.Of(RunOutcome.InvalidInput);
        }

        var command = HelpText.VerbOf(parsed.CommandResult.Command);
        Failures.Print(new RunFailedException(RunOutcome.InvalidInput, string.Join('\n', ParseErrors.Of(parsed)),
            $"Try '{HelpText.Program} {(command.Length > 0 ? command + " " : "")}--help'."), host);
        return ExitCodes.Of(RunOutcome.InvalidInput);
    }

    private static async Task<int> InvokeAsync(ParseResult parsed, ToolHost host)
    {
        var configuration = new InvocationConfiguration
        {
            Output = host.Out,
            Error = host.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        try
        {
            return await parsed.InvokeAsync(configuration, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            Failures.Print(fault, host);
            return ExitCodes.Of(Failures.OutcomeOf(fault, host));
        }
    }
}

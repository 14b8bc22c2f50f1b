using System.CommandLine;
using System.CommandLine.Help;
using MispGraphSync.Commands;
using MispGraphSync.Core.Ports;
using MispGraphSync.Output;
using MispGraphSync.Text;

namespace MispGraphSync.App;

/// <summary>The command line as a whole: parse, run, and turn whatever happens into an exit code of ours.</summary>
internal static class Tool
{
    public static async Task<int> RunAsync(IReadOnlyList<string> args, ToolHost host)
    {
        var output = new NonThrowingWriter(host.Out);
        var steady = host with { Out = output, Error = new NonThrowingWriter(host.Error) };
        var code = await DispatchAsync(args, steady).ConfigureAwait(false);
        await output.FlushAsync().ConfigureAwait(false);
        if (output.Fault is not { } fault) return code;
        await steady.Error.WriteLineAsync($"error: The output could not be written: {Sanitize.ForDisplay(fault.Message)}").ConfigureAwait(false);
        return code == ExitCodes.Of(RunOutcome.Done) ? ExitCodes.Of(RunOutcome.Unreachable) : code;
    }

    private static async Task<int> DispatchAsync(IReadOnlyList<string> args, ToolHost host)
    {
        var root = Root(host);
        if (Suggestions.IsAsked(args))
        {
            foreach (var word in Suggestions.Of(root, args)) await host.Out.WriteLineAsync(word).ConfigureAwait(false);
            return ExitCodes.Of(RunOutcome.Done);
        }

        if (args.Count == 0)
        {
            await InvokeAsync(root.Parse(["--help"]), host).ConfigureAwait(false);
            return ExitCodes.Of(RunOutcome.InvalidInput);
        }

        // The Python sample's way to list what was pushed.
        if (args[0] == "-r") args = ["read", .. args.Skip(1)];
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            foreach (var line in ParseErrors.Of(parsed)) await host.Error.WriteLineAsync(WrappedText.Wrap($"error: {line}", host.ErrorWidth(), hang: 7)).ConfigureAwait(false);
            await host.Error.WriteLineAsync($"Try '{string.Join(' ', HelpText.Program, HelpText.VerbOf(parsed.CommandResult.Command), "--help").Replace("  ", " ", StringComparison.Ordinal)}'.").ConfigureAwait(false);
            return ExitCodes.Of(RunOutcome.InvalidInput);
        }

        return await InvokeAsync(parsed, host).ConfigureAwait(false);
    }

    /// <summary>All verbs and options.</summary>
    public static RootCommand Root(ToolHost host)
    {
        var root = new RootCommand("Keeps Microsoft Sentinel, Defender and Graph in step with a MISP server: every indicator that should be there is there, once, until it should not be.");
        var common = new CommonOptions();
        foreach (var option in common.All) root.Add(option);
        root.Add(new PushCommand(common, host));
        root.Add(new PlanCommand(common, host));
        root.Add(new ReadCommand(common, host));
        root.Add(new ErrorsCommand(common, host));
        root.Add(new StatusCommand(common, host));
        root.Add(new ExplainCommand(common, host));
        root.Add(new ReportCommand(common, host));
        root.Add(new VerifyCommand(common, host));
        root.Add(new PurgeCommand(common, host));
        root.Add(new DoctorCommand(common, host));
        root.Add(new ConfigCommand(new ConfigCommandContext
        {
            ConfigFile = args => args.GetValue(common.Config),
            IsJson = args => common.Format(args, "text", "text", "json") == "json",
            IsInteractive = args => host.IsInteractive && !args.GetValue(common.NoInput),
            Environment = host.Environment,
            Input = host.In,
            Interrupt = host.Interrupt,
            FilterFaults = Composition.CheckFilter,
            FilterWarnings = Composition.DoubtFilter,
            WorkingDirectory = host.WorkingDirectory,
            Width = host.Width,
            ErrorWidth = host.ErrorWidth,
        }));
        root.Add(new CompletionsCommand(host));
        // The library's own also takes /h and /?, which may well be paths.
        root.Options.Remove(root.Options.OfType<HelpOption>().Single());
        root.Add(new HelpOption("--help", "-h", "-?") { Description = "Show this.", Action = new Commands.HelpAction(host, common) });
        Suggestions.AddCompletions(root, common, host);
        return root;
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
        catch (RunFailedException failure)
        {
            var lines = failure.Message.Split('\n').Concat(failure.Remedy?.Split('\n') ?? []);
            var indent = "error: ";
            foreach (var line in lines)
            {
                var hang = indent.Length + (line.StartsWith("  ", StringComparison.Ordinal) ? 4 : 0);
                await host.Error.WriteLineAsync(WrappedText.Wrap(indent + Sanitize.ForDisplay(line, 4_000), host.ErrorWidth(), hang)).ConfigureAwait(false);
                indent = "       ";
            }

            return ExitCodes.Of(failure.Outcome);
        }
        catch (OperationCanceledException) when (host.Interrupt.IsCancellationRequested || host.Abort.IsCancellationRequested)
        {
            await host.Error.WriteLineAsync("Interrupted.").ConfigureAwait(false);
            return ExitCodes.Of(RunOutcome.Interrupted);
        }
        catch (Exception bug)
        {
            await host.Error.WriteLineAsync($"error: this is a bug in misp-graph: {bug.GetType().Name}: {Sanitize.ForDisplay(bug.Message, 1_000)}").ConfigureAwait(false);
            await host.Error.WriteLineAsync(bug.StackTrace).ConfigureAwait(false);
            return ExitCodes.Of(RunOutcome.Bug);
        }
    }
}

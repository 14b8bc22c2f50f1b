using System.CommandLine;
using MispGraphSync.Commands;
using MispGraphSync.Core.Sync;
using MispGraphSync.Output;

namespace MispGraphSync;

/// <summary>The command line as a whole: parse, run, and turn whatever happens into an exit code of ours.</summary>
internal static class Tool
{
    public static async Task<int> RunAsync(IReadOnlyList<string> args, ToolHost host)
    {
        var root = Root(host);
        if (args.Count == 0)
        {
            await InvokeAsync(root.Parse(["--help"]), host).ConfigureAwait(false);
            return (int)ExitCode.Usage;
        }

        // The Python sample's way to list what was pushed.
        if (args[0] == "-r") args = ["read", .. args.Skip(1)];
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) await host.Error.WriteLineAsync(Printable.Line(error.Message)).ConfigureAwait(false);
            await host.Error.WriteLineAsync($"Try 'misp-graph {(parsed.CommandResult.Command == root ? "" : parsed.CommandResult.Command.Name + " ")}--help'.").ConfigureAwait(false);
            return (int)ExitCode.Usage;
        }

        return await InvokeAsync(parsed, host).ConfigureAwait(false);
    }

    private static RootCommand Root(ToolHost host)
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
        root.Add(new VerifyCommand(common, host));
        root.Add(new PurgeCommand(common, host));
        root.Add(new ConfigCommand(new ConfigCommandContext
        {
            ConfigFile = args => args.GetValue(common.Config),
            IsJson = args => common.Format(args, "text", "text", "json") == "json",
            MayAsk = args => host.IsInteractive && !args.GetValue(common.NoInput),
            Environment = host.Environment,
            Input = host.In,
            Interrupt = host.Interrupt,
            CheckFilter = Composition.CheckFilter,
            WorkingDirectory = host.WorkingDirectory,
        }));
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
                await host.Error.WriteLineAsync(indent + Printable.Line(line, 4_000)).ConfigureAwait(false);
                indent = "       ";
            }

            return (int)failure.Code;
        }
        catch (OperationCanceledException) when (host.Interrupt.IsCancellationRequested || host.Abort.IsCancellationRequested)
        {
            await host.Error.WriteLineAsync("Interrupted.").ConfigureAwait(false);
            return (int)ExitCode.Interrupted;
        }
        catch (Exception bug)
        {
            await host.Error.WriteLineAsync($"error: this is a bug in misp-graph: {bug.GetType().Name}: {Printable.Line(bug.Message, 1_000)}").ConfigureAwait(false);
            await host.Error.WriteLineAsync(bug.StackTrace).ConfigureAwait(false);
            return (int)ExitCode.Bug;
        }
    }
}

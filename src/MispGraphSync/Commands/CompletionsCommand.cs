using System.CommandLine;

namespace MispGraphSync.Commands;

/// <summary><c>misp-graph completions SHELL</c>: a script that lets a shell complete this program's lines.</summary>
internal sealed class CompletionsCommand : Command
{
    private readonly Argument<string> _shell = new("SHELL") { Description = $"{string.Join(", ", ShellScripts.Names)}." };

    public CompletionsCommand(ToolHost host)
        : base("completions", "Prints a script that completes commands, options and their values in a shell.")
    {
        _shell.AcceptOnlyFromAmong([.. ShellScripts.Names]);
        Add(_shell);
        SetAction(args => host.Out.Write(ShellScripts.For(args.GetRequiredValue(_shell))));
    }
}

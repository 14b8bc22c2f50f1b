using System.CommandLine;

namespace MispGraphSync.Commands;

/// <summary><c>misp-graph completions SHELL</c>: a script that lets a shell complete this program's lines.</summary>
internal sealed class CompletionsCommand : Command
{
    private readonly Argument<string> _shell = new("SHELL") { Description = $"{string.Join(", ", ShellScripts.Names)}." };

    public CompletionsCommand(ToolHost host)
        : base("completions", "Prints a script that completes commands, options and their values in a shell.")
    {
        _shell.CompletionSources.Add([.. ShellScripts.Names]);
        _shell.Validators.Add(given =>
        {
            if (given.Tokens is [var word] && !ShellScripts.Names.Contains(word.Value))
                given.AddError($"'{Sanitize.ForDisplay(word.Value, 80)}' is not one of: {string.Join(", ", ShellScripts.Names)}.");
        });
        Add(_shell);
        SetAction(args => host.Out.Write(ShellScripts.For(args.GetRequiredValue(_shell))));
    }
}

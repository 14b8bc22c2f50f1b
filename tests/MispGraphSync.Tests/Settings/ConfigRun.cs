using System.CommandLine;
using MispGraphSync.Commands;
using MispGraphSync.Settings;

namespace MispGraphSync.Tests.Settings;

/// <summary>Runs <c>config …</c> in a folder.</summary>
internal static class ConfigRun
{
    /// <param name="answers">What is typed at the terminal; null: there is none.</param>
    /// <param name="output">In the place of stdout; null: what is written there is in the result.</param>
    /// <param name="test">Tests an answer; null: none is tested.</param>
    /// <param name="hidden">What is typed where the terminal shows nothing; null: that is among the answers.</param>
    public static (int Code, string Output, string Talk) Run(
        SettingsFolder folder, string[] args, IReadOnlyDictionary<string, string>? variables = null, string[]? answers = null,
        StringWriter? output = null, TestAnswer? test = null, Queue<string>? hidden = null)
    {
        var talk = new StringWriter();
        output ??= new StringWriter();
        var host = new ToolHost
        {
            Out = output,
            Error = talk,
            In = new StringReader(string.Concat((answers ?? []).Select(a => a + '\n'))),
            ReadHidden = hidden is null ? null : hidden.Dequeue,
            Environment = variables ?? SomeSettings.NoVariables,
            WorkingDirectory = folder.Path,
            IsInteractive = answers is not null,
        };
        var common = new CommonOptions();
        var root = new RootCommand { new ConfigCommand(common, host, SomeSettings.Options with { WorkingDirectory = folder.Path }, test) };
        common.AddTo(root);
        var code = root.Parse(args).Invoke(
            new InvocationConfiguration { Output = output, Error = talk, EnableDefaultExceptionHandler = false });
        return (code, output.ToString(), talk.ToString());
    }
}

using Spectre.Console;

namespace MispGraphSync.Text;

/// <summary>What the environment and redirections say about the terminal.</summary>
internal sealed class Terminal(IReadOnlyDictionary<string, string> environment, bool isOutputRedirected, bool isErrorRedirected)
{
    /// <summary>Wider than any line: output to a file or a pipe is neither truncated nor wrapped.</summary>
    public const int Unlimited = 4_000;

    private const int MinWidth = 40;
    private const int MaxWidth = 400;
    private const int DefaultWidth = 80;

    /// <summary>Progress is one line that is rewritten; else plain lines.</summary>
    public bool RewritesProgress => !isErrorRedirected && CanRewrite;

    // no-color.org: any value but an empty one.
    public bool HasColor => !isOutputRedirected && CanRewrite && !IsSet("NO_COLOR");

    private bool CanRewrite => environment.GetValueOrDefault("TERM") != "dumb" && !IsSet("CI");

    /// <summary>COLUMNS counts for redirected output: shells do not export it, so a program that shows the output set it.</summary>
    public int Width(Func<int> columns) =>
        !isOutputRedirected ? columns()
        : int.TryParse(environment.GetValueOrDefault("COLUMNS"), out var width) ? Math.Clamp(width, MinWidth, Unlimited)
        : Unlimited;

    public int ErrorWidth() => isErrorRedirected ? Unlimited : Columns();

    /// <summary>The console's width now.</summary>
    public static int Columns()
    {
        try
        {
            return Console.WindowWidth is > 0 and var width ? Math.Clamp(width, MinWidth, MaxWidth) : DefaultWidth;
        }
        catch (IOException)
        {
            return DefaultWidth;
        }
    }

    /// <summary>Asking also enables ANSI sequences in an old Windows console.</summary>
    public static bool SupportsAnsi() => AnsiConsole
        .Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Detect, Out = new AnsiConsoleOutput(Console.Out) }).Profile.Capabilities.Ansi;

    private bool IsSet(string name) => !string.IsNullOrEmpty(environment.GetValueOrDefault(name));
}

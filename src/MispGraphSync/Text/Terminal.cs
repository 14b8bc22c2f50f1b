using Spectre.Console;

namespace MispGraphSync.Text;

/// <summary>What the environment and the redirections say of the terminal.</summary>
internal sealed class Terminal(IReadOnlyDictionary<string, string> environment, bool isOutputRedirected, bool isErrorRedirected)
{
    /// <summary>Wider than any line: what goes to a file or a pipe is neither cut nor wrapped.</summary>
    public const int Unlimited = 4_000;

    /// <summary>Where nobody can tell.</summary>
    private const int Usual = 80;

    /// <summary>Progress is one line that is written over; else plain lines.</summary>
    public bool RewritesProgress => !isErrorRedirected && !IsDumb && !IsSet("CI");

    // no-color.org: any value but an empty one.
    public bool HasColor => !isOutputRedirected && !IsDumb && !IsSet("CI") && !IsSet("NO_COLOR");

    private bool IsDumb => environment.GetValueOrDefault("TERM") == "dumb";

    /// <summary>COLUMNS, which shells keep to themselves, is heeded where it was passed on: somebody shows the output.</summary>
    public int Width(Func<int> columns) =>
        !isOutputRedirected ? columns()
        : int.TryParse(environment.GetValueOrDefault("COLUMNS"), out var width) ? Math.Clamp(width, 40, Unlimited)
        : Unlimited;

    public int ErrorWidth() => isErrorRedirected ? Unlimited : Columns();

    /// <summary>The console's width now.</summary>
    public static int Columns()
    {
        try
        {
            return Console.WindowWidth is > 0 and var width ? Math.Clamp(width, 40, 400) : Usual;
        }
        catch (IOException)
        {
            return Usual;
        }
    }

    /// <summary>An old Windows console has to be told first, which asking does.</summary>
    public static bool SupportsAnsi() =>
        AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Detect, Out = new AnsiConsoleOutput(Console.Out) }).Profile.Capabilities.Ansi;

    private bool IsSet(string name) => !string.IsNullOrEmpty(environment.GetValueOrDefault(name));
}

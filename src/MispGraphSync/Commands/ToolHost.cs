using MispGraphSync.App;
using MispGraphSync.Settings;
using MispGraphSync.Text;

namespace MispGraphSync.Commands;

/// <summary>What the tool needs of the process around it: tests hand in their own.</summary>
internal sealed record ToolHost
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    public TextReader In { get; init; } = TextReader.Null;

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required string WorkingDirectory { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public CancellationToken Interrupt { get; init; }

    public CancellationToken Abort { get; init; }

    /// <summary>Stderr is a terminal that someone looks at.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Stdout is a terminal that someone looks at.</summary>
    public bool IsOutTerminal { get; init; }

    /// <summary>Stdout understands colours, and nothing in the environment is against them.</summary>
    public bool HasColor { get; init; }

    /// <summary>Somebody can answer questions.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>Columns of stdout; a file or a pipe takes any width.</summary>
    public int Width { get; init; } = 120;

    /// <summary>Columns of stderr, asked anew each time since a terminal may be resized.</summary>
    public Func<int> ErrorWidth { get; init; } = static () => Terminal.Unlimited;

    public static ToolHost OfProcess(Cancellation signals)
    {
        var environment = SettingsReader.ProcessEnvironment();
        var terminal = new Terminal(environment, Console.IsOutputRedirected, Console.IsErrorRedirected);
        return new ToolHost
        {
            Out = NonThrowingWriter.OfProcess(1, static () => Console.Out),
            Error = NonThrowingWriter.OfProcess(2, static () => Console.Error),
            In = Console.In,
            Environment = environment,
            WorkingDirectory = Directory.GetCurrentDirectory(),
            Interrupt = signals.Interrupt,
            Abort = signals.Abort,
            IsTerminal = terminal.RewritesProgress,
            IsOutTerminal = !Console.IsOutputRedirected,
            HasColor = terminal.HasColor && Terminal.SupportsAnsi(),
            IsInteractive = !Console.IsInputRedirected && !Console.IsErrorRedirected && !environment.ContainsKey("CI"),
            Width = terminal.Width(Terminal.Columns),
            ErrorWidth = terminal.ErrorWidth,
        };
    }
}

using MispGraphSync.Configuration;

namespace MispGraphSync;

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

    /// <summary>Stdout understands colours, and nothing in the environment is against them.</summary>
    public bool HasColor { get; init; }

    /// <summary>Somebody can answer questions.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>Columns of the terminal, or of the paper.</summary>
    public int Width { get; init; } = 120;

    public static ToolHost OfProcess(Signals signals)
    {
        var environment = SettingsReader.ProcessEnvironment();
        var isDumb = environment.GetValueOrDefault("TERM") == "dumb" || environment.ContainsKey("CI");
        return new ToolHost
        {
            Out = Console.Out,
            Error = Console.Error,
            In = Console.In,
            Environment = environment,
            WorkingDirectory = Directory.GetCurrentDirectory(),
            Interrupt = signals.Interrupt,
            Abort = signals.Abort,
            IsTerminal = !Console.IsErrorRedirected && !isDumb,
            HasColor = !Console.IsOutputRedirected && !isDumb && !environment.ContainsKey("NO_COLOR"),
            IsInteractive = !Console.IsInputRedirected && !Console.IsErrorRedirected && !environment.ContainsKey("CI"),
            Width = WidthOfTerminal(),
        };
    }

    private static int WidthOfTerminal()
    {
        try
        {
            return Console.IsOutputRedirected ? 120 : Math.Clamp(Console.WindowWidth, 40, 400);
        }
        catch (IOException)
        {
            return 120;
        }
    }
}

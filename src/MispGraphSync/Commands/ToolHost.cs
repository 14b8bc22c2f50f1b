namespace MispGraphSync.Commands;

/// <summary>What the tool needs of the process around it: tests hand in their own.</summary>
internal sealed record ToolHost
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    public TextReader In { get; init; } = TextReader.Null;

    /// <summary>Reads a line from the terminal that is not shown; null: there is no such way.</summary>
    public Func<string?>? ReadHidden { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required string WorkingDirectory { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The first Ctrl-C: end in good order.</summary>
    public CancellationToken Interrupt { get; init; }

    /// <summary>The second Ctrl-C: cut off requests in flight.</summary>
    public CancellationToken Abort { get; init; }

    public bool IsStopped => Interrupt.IsCancellationRequested || Abort.IsCancellationRequested;

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

    /// <summary>Columns of stderr, read each time since a terminal may be resized.</summary>
    public Func<int> ErrorWidth { get; init; } = static () => Terminal.Unlimited;

    /// <summary>Stdout is full, or nobody reads it: writing more is in vain.</summary>
    public bool IsOutputLost => Out is NonThrowingWriter { IsGone: true };

    public CancellationTokenSource StopSource() => CancellationTokenSource.CreateLinkedTokenSource(Interrupt, Abort);

    /// <exception cref="RunFailedException">InvalidInput: this is no name of a file.</exception>
    public string FullPath(string path) => path.Length == 0 || path.Any(char.IsControl)
        ? throw new RunFailedException(
            RunOutcome.InvalidInput, "A file's name is empty or has a control character in it.", "Give it a path.")
        : Path.GetFullPath(path, WorkingDirectory);

    public void Warn(string message) => Error.WriteLine(WrappedText.Wrap($"warning: {message}", ErrorWidth()));
}

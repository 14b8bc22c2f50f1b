using MispGraphSync.Http;

namespace MispGraphSync.Settings;

/// <summary>Asks questions at a terminal.</summary>
/// <param name="readHidden">Reads a line that is not shown; null: as any line.</param>
/// <param name="width">Columns of the output.</param>
internal sealed class Prompt(
    TextReader answers, Func<string?>? readHidden, TextWriter output, Func<int> width, CancellationToken interrupt = default)
{
    private const int MaxTries = 3;

    /// <summary>Writes a line, wrapped.</summary>
    /// <param name="hang">The indentation of continued lines; null: below the text after the label.</param>
    public void Say(string text, int? hang = null) =>
        output.Write(WrappedText.Wrap(Sanitize.ForDisplay(text, int.MaxValue), width(), hang) + "\n");

    public bool IsYes(string question) => Ask($"{question} yes or no", "yes", text => text.ToLowerInvariant() switch
    {
        "y" or "yes" => (true, null),
        "n" or "no" => (false, null),
        _ => (false, "Answer yes or no."),
    });

    /// <summary>One of the words.</summary>
    /// <param name="fallback">Null: the first.</param>
    public string Choose(string question, IReadOnlyList<string> words, string? fallback = null) =>
        Ask(question, fallback ?? words[0], text => (text, FaultOf(text, words)));

    /// <summary>Some of the words, separated by commas.</summary>
    public IReadOnlyList<string> ChooseSome(string question, IReadOnlyList<string> words) => Ask(question, words[0], text =>
    {
        string[] chosen = [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct()];
        return ((IReadOnlyList<string>)chosen, chosen.Length == 0
            ? $"Name at least one of {string.Join(", ", words)}."
            : chosen.Select(word => FaultOf(word, words)).FirstOrDefault(fault => fault is not null));
    });

    /// <summary>Asks until the answer is usable, three times at most.</summary>
    /// <param name="fallback">What Enter gives; null: nothing.</param>
    public T Ask<T>(string question, string? fallback, Func<string, (T Value, string? Fault)> read, bool isSecret = false)
    {
        for (var i = 0; i < MaxTries; i++)
        {
            var asked = fallback is null ? $"{question}:" : $"{question} [{fallback}]:";
            output.Write(WrappedText.Wrap(Sanitize.ForDisplay(asked, int.MaxValue), width(), hang: 2) + " ");
            var line = ReadLine(isSecret) ?? throw new RunFailedException(RunOutcome.InvalidInput,
                "The input ended before all questions were answered; nothing was written.",
                "Run it at a terminal, or use `misp-graph config init --from-env`.");

            var text = line.Trim() is { Length: > 0 } given ? given : fallback;
            if (text is null) continue;
            var (value, fault) = read(text);
            if (fault is null) return value;
            Say($"  {fault}");
        }

        throw new RunFailedException(RunOutcome.InvalidInput,
            $"There was no usable answer to \"{question}\"; nothing was written.", "Run it again, or copy config.sample.json.");
    }

    private static string? FaultOf(string word, IReadOnlyList<string> words) =>
        words.Contains(word) ? null : $"{SettingsFaults.Quote(word)} is not one of {string.Join(", ", words)}.";

    private string? ReadLine(bool isSecret)
    {
        var isHidden = isSecret && readHidden is not null;
        Func<string?> read = isHidden ? readHidden! : answers.ReadLine;
        var line = Read(read);
        if (isHidden) Acknowledge(line?.Trim());
        return line;
    }

    // Nothing interrupts a read from a terminal, so the read is abandoned and the process ends.
    private string? Read(Func<string?> read)
    {
        try
        {
            return Task.Run(read, CancellationToken.None).WaitAsync(interrupt).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            // What is printed next begins a line.
            output.Write("\n");
            throw;
        }
    }

    // The terminal has shown neither the answer nor the end of the line.
    private void Acknowledge(string? secret)
    {
        output.Write("\n");
        if (secret is { Length: > 0 })
            Say(new SecretReference(secret, "").IsLiteral ? $"  {secret.Length} characters, not shown" : $"  {secret}");
    }
}

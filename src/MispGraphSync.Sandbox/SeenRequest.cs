using System.Text;

namespace MispGraphSync.Sandbox;

/// <summary>One request as it arrived, and what became of it.</summary>
public sealed class SeenRequest
{
    internal SeenRequest(ReadOnlyMemory<byte> body) => Bytes = body;

    /// <summary>From 1, in order of arrival.</summary>
    public required long Number { get; init; }

    public required Service Service { get; init; }

    public required string Method { get; init; }

    /// <summary>Path and query as sent.</summary>
    public required string Path { get; init; }

    public required DateTimeOffset Time { get; init; }

    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public string Body => Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>Set before the first byte of the answer leaves. Null: in flight, or the connection was closed without one.</summary>
    public int? Status { get; internal set; }

    /// <summary>The fault that was applied, or null.</summary>
    public string? Fault { get; internal set; }

    internal ReadOnlyMemory<byte> Bytes { get; }

    public override string ToString() => $"#{Number} {Service} {Method} {Path} → {Status?.ToString() ?? "none"}";
}

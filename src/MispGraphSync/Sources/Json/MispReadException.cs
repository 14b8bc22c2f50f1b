namespace MispGraphSync.Sources.Json;

/// <summary>
/// The bytes are not what a MISP server or feed writes. The message completes "The file …": "is cut off at byte 512".
/// Never thrown for what the stream itself does (a lost connection stays an <see cref="IOException"/>).
/// </summary>
internal sealed class MispReadException : Exception
{
    public MispReadException(MispReadFault fault, string message, long offset, Exception? inner = null)
        : base(message, inner)
    {
        Fault = fault;
        Offset = offset;
    }

    public MispReadFault Fault { get; }

    /// <summary>Bytes from the start of the input.</summary>
    public long Offset { get; }
}

internal enum MispReadFault
{
    Empty,
    Html,
    NotJson,
    Truncated,
    TooDeep,
    TooLong,
    NotUtf8,
}

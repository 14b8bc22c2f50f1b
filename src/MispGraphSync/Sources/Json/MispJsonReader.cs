using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace MispGraphSync.Sources.Json;

/// <summary>
/// Streams events out of MISP JSON of any envelope: a search response, a feed's file, a saved one. Memory use is bounded: the buffer
/// grows only for a single long text that is needed, and one event's items beyond some 16 MB go to a temporary file.
/// </summary>
/// <param name="json">Not disposed here.</param>
/// <param name="uuidFor">The UUID of an event that has none, by its index in the input.</param>
/// <param name="skipItems">Skip attributes and objects: the events have no items.</param>
/// <param name="longestText">Bytes of one text that is needed.</param>
/// <param name="memoryLimit">Estimated bytes of one event's items in memory.</param>
internal sealed class MispJsonReader(
    Stream json, Func<int, Guid> uuidFor, bool skipItems = false, int longestText = 64 << 20, long memoryLimit = 16 << 20) : IDisposable
{
    /// <summary>Levels of brackets; MISP needs about a dozen.</summary>
    public const int MaxDepth = 64;

    private const int FirstBuffer = 64 * 1024;

    private static readonly SearchValues<byte> BetweenTexts = SearchValues.Create(" \t\r\n,:"u8);

    private readonly EventParser _parser = new(uuidFor, skipItems, memoryLimit);
    private byte[] _buffer = new byte[FirstBuffer];
    private int _start;
    private int _end;
    private long _offset;
    private bool _atEnd;
    private bool _isFirst = true;
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = MaxDepth });

    public int Events => _parser.Events;

    /// <summary>Attributes or objects outside of an event, as in the response to an attribute search. They are not read.</summary>
    public bool SawItemsOutsideEvent => _parser.SawItemsOutsideEvent;

    /// <summary>The input has a list of events, even if it is empty.</summary>
    public bool SawEventList => _parser.SawEventList;

    /// <summary>Entries of lists of events that are no event.</summary>
    public int NonEventEntries => _parser.NonEventEntries;

    public long SpooledBytes => _parser.SpooledBytes;

    /// <exception cref="MispReadException">The input is not MISP JSON, or broken. The events before that point were returned.</exception>
    public async IAsyncEnumerable<MispJsonEvent> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        while (true)
        {
            while (Advance())
            {
                yield return _parser.Current!;
                ct.ThrowIfCancellationRequested();
            }
            if (_atEnd) yield break;
            await FillAsync(ct);
        }
    }

    public void Dispose() => _parser.Dispose();

    /// <summary>Parses the buffer; true at the end of an event.</summary>
    private bool Advance()
    {
        if (_start == _end && !_atEnd) return false;
        var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), isFinalBlock: _atEnd, _state);
        try
        {
            var isEvent = _parser.Parse(ref reader);
            _state = reader.CurrentState;
            _start += (int)reader.BytesConsumed;
            _offset += reader.BytesConsumed;
            return isEvent;
        }
        catch (JsonException e)
        {
            throw Fault(e, ref reader);
        }
    }

    private MispReadException Fault(JsonException e, ref Utf8JsonReader reader)
    {
        var at = _offset + reader.BytesConsumed;
        if (_atEnd && reader.TokenType is JsonTokenType.None) return new(MispReadFault.Empty, "is empty", 0, e);
        // At an opening bracket, the reader's depth is the one outside of it.
        if (reader.CurrentDepth >= MaxDepth - 1 && reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
            return new(MispReadFault.TooDeep, $"is nested more than {MaxDepth} levels deep at byte {at}", at, e);
        // Before the last block, the same bytes were found to be valid.
        return _atEnd
            ? new(MispReadFault.Truncated, $"is cut off: its JSON does not end (byte {_offset + _end - _start})", at, e)
            : new(MispReadFault.NotJson, $"is not valid JSON (byte {at})", at, e);
    }

    private async ValueTask FillAsync(CancellationToken ct)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        if (_end == _buffer.Length && !(_parser.IgnoresNextText && await SkipTextAsync(ct))) Grow();

        var read = _isFirst
            ? await json.ReadAtLeastAsync(_buffer, minimumBytes: 3, throwOnEndOfStream: false, ct)
            : await json.ReadAsync(_buffer.AsMemory(_end), ct);
        _atEnd = read == 0;
        _end += read;
        if (_isFirst) CheckStart();
    }

    private void Grow()
    {
        if (_buffer.Length >= longestText)
            throw new MispReadException(
                MispReadFault.TooLong, $"holds a single text of more than {longestText >> 20} MB at byte {_offset}", _offset);
        Array.Resize(ref _buffer, _buffer.Length * 2);
    }

    private void CheckStart()
    {
        _isFirst = false;
        var start = _buffer.AsSpan(0, _end);
        if (start.StartsWith("\uFEFF"u8)) _offset = _start = 3;
        else if (start.StartsWith([(byte)0xFF, (byte)0xFE]) || start.StartsWith([(byte)0xFE, (byte)0xFF]))
            throw new MispReadException(MispReadFault.NotUtf8, "is written in UTF-16; it must be UTF-8", 0);
        if (start[_start..].TrimStart(" \t\r\n"u8) is [(byte)'<', ..])
            throw new MispReadException(MispReadFault.Html, "is HTML or XML, not JSON", 0);
    }

    /// <summary>
    /// The buffer is full of one text that is not needed (an attachment): reads to its end without keeping it, and leaves an empty
    /// text in its place. False when something else fills the buffer.
    /// </summary>
    private async ValueTask<bool> SkipTextAsync(CancellationToken ct)
    {
        var quote = _buffer.AsSpan(0, _end).IndexOf((byte)'"');
        if (quote < 0 || _buffer.AsSpan(0, quote).ContainsAnyExcept(BetweenTexts)) return false;
        var at = quote + 1;
        var escaped = false;
        while (true)
        {
            var stop = EndOfText(_buffer.AsSpan(at, _end - at), ref escaped);
            if (stop >= 0)
            {
                var rest = at + stop;
                _buffer.AsSpan(rest, _end - rest).CopyTo(_buffer.AsSpan(quote + 1));
                _offset += rest - quote - 1;
                _end -= rest - quote - 1;
                return true;
            }

            _offset += _end - quote - 1;
            _end = at = quote + 1;
            var read = await json.ReadAsync(_buffer.AsMemory(_end), ct);
            if (read == 0)
                throw new MispReadException(
                    MispReadFault.Truncated, $"is cut off in the middle of a text (byte {_offset + _end})", _offset);
            _end += read;
        }
    }

    /// <summary>The index of the closing quote; −1 when it is not here.</summary>
    private static int EndOfText(ReadOnlySpan<byte> text, ref bool escaped)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (escaped)
            {
                escaped = false;
                continue;
            }
            var next = text[i..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0) return -1;
            i += next;
            if (text[i] == '"') return i;
            escaped = true;
        }
        return -1;
    }
}

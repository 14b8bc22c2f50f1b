using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace MispGraphSync.Sources.Json;

/// <summary>
/// Streams events out of MISP JSON of any wrapping: a search answer, a feed's file, a saved one. Memory stays flat: the
/// buffer grows only for a single text larger than it that is needed, and one event's items beyond some 16 MB go to a
/// temporary file. Names that are given twice: lists are added up, of anything else the last one counts.
/// </summary>
internal sealed class MispJsonReader : IDisposable
{
    /// <summary>Levels of brackets; MISP needs about a dozen.</summary>
    public const int MaxDepth = 64;

    private const int FirstBuffer = 64 * 1024;

    private static readonly SearchValues<byte> BetweenTexts = SearchValues.Create(" \t\r\n,:"u8);

    private readonly Stream _json;
    private readonly EventParser _walker;
    private readonly int _longestText;
    private byte[] _buffer = new byte[FirstBuffer];
    private int _start;
    private int _end;
    private long _offset;
    private bool _atEnd;
    private bool _isFirst = true;
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = MaxDepth });

    /// <param name="json">Not disposed here.</param>
    /// <param name="uuidFor">The UUID of an event that has none, by its index in the input.</param>
    /// <param name="skipItems">Pass over attributes and objects: the events come without items.</param>
    /// <param name="longestText">Bytes of one text that is needed.</param>
    /// <param name="memoryLimit">Bytes of one event's items, estimated, before they go to a temporary file.</param>
    public MispJsonReader(
        Stream json,
        Func<int, Guid> uuidFor,
        bool skipItems = false,
        int longestText = 64 * 1024 * 1024,
        long memoryLimit = 16 * 1024 * 1024)
    {
        _json = json;
        _longestText = longestText;
        _walker = new EventParser(uuidFor, skipItems, memoryLimit);
    }

    /// <summary>Events read so far.</summary>
    public int Events => _walker.Events;

    /// <summary>Attributes or objects stand in no event, as in the answer to an attribute search. They are not read.</summary>
    public bool SawItemsOutsideEvent => _walker.SawItemsOutsideEvent;

    /// <summary>The input has a list of events, even if nothing is in it.</summary>
    public bool SawEventList => _walker.SawEventList;

    /// <summary>Entries of lists of events that hold no event.</summary>
    public int NonEventEntries => _walker.NonEventEntries;

    /// <summary>Bytes written to temporary files so far.</summary>
    public long SpooledBytes => _walker.SpooledBytes;

    /// <exception cref="MispReadException">The input is not MISP JSON, or broken. Events before that place have come.</exception>
    /// <exception cref="IOException">The stream's own.</exception>
    public async IAsyncEnumerable<MispJsonEvent> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        while (true)
        {
            while (Advance())
            {
                yield return _walker.Current!;
                ct.ThrowIfCancellationRequested();
            }
            if (_atEnd)
            {
                yield break;
            }
            await FillAsync(ct);
        }
    }

    public void Dispose() => _walker.Dispose();

    /// <summary>Goes on through what is in the buffer; true at the end of an event.</summary>
    private bool Advance()
    {
        if (_start == _end && !_atEnd)
        {
            return false;
        }

        var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), isFinalBlock: _atEnd, _state);
        try
        {
            var isEvent = _walker.Walk(ref reader);
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
        if (_atEnd && reader.TokenType is JsonTokenType.None)
        {
            return new MispReadException(MispReadFault.Empty, "is empty", 0, e);
        }
        // At an opening bracket, the depth that the reader tells is the one outside of it.
        if (reader.CurrentDepth >= MaxDepth - 1 && reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
        {
            return new MispReadException(
                MispReadFault.TooDeep, $"is nested more than {MaxDepth} levels deep at byte {at}", at, e);
        }
        // Before the last block the same bytes were found to be good as far as they go.
        return _atEnd
            ? new MispReadException(
                MispReadFault.Truncated, $"is cut off: its JSON does not end (byte {_offset + _end - _start})", at, e)
            : new MispReadException(MispReadFault.NotJson, $"is not valid JSON (byte {at})", at, e);
    }

    private async ValueTask FillAsync(CancellationToken ct)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        if (_end == _buffer.Length && !(_walker.IgnoresNextText && await PassOverTextAsync(ct)))
        {
            Grow();
        }

        var read = _isFirst
            ? await _json.ReadAtLeastAsync(_buffer, minimumBytes: 3, throwOnEndOfStream: false, ct)
            : await _json.ReadAsync(_buffer.AsMemory(_end), ct);
        _atEnd = read == 0;
        _end += read;
        if (_isFirst)
        {
            LookAtStart();
        }
    }

    private void Grow()
    {
        if (_buffer.Length >= _longestText)
        {
            throw new MispReadException(
                MispReadFault.TooLong,
                $"holds a single text of more than {_longestText / 1024 / 1024} MB at byte {_offset}",
                _offset);
        }
        Array.Resize(ref _buffer, _buffer.Length * 2);
    }

    private void LookAtStart()
    {
        _isFirst = false;
        var start = _buffer.AsSpan(0, _end);
        if (start.StartsWith("\uFEFF"u8))
        {
            _start = 3;
            _offset = 3;
        }
        else if (start.StartsWith([(byte)0xFF, (byte)0xFE]) || start.StartsWith([(byte)0xFE, (byte)0xFF]))
        {
            throw new MispReadException(MispReadFault.NotUtf8, "is written in UTF-16; it must be UTF-8", 0);
        }
        if (start[_start..].TrimStart(" \t\r\n"u8) is [(byte)'<', ..])
        {
            throw new MispReadException(MispReadFault.Html, "is HTML or XML, not JSON", 0);
        }
    }

    /// <summary>
    /// The buffer is full of one text that nobody is going to read (an attachment): runs to its end without keeping it,
    /// and leaves an empty text in its place. False when something else fills the buffer.
    /// </summary>
    private async ValueTask<bool> PassOverTextAsync(CancellationToken ct)
    {
        var quote = _buffer.AsSpan(0, _end).IndexOf((byte)'"');
        if (quote < 0 || _buffer.AsSpan(0, quote).ContainsAnyExcept(BetweenTexts))
        {
            return false;
        }

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
            var read = await _json.ReadAsync(_buffer.AsMemory(_end), ct);
            if (read == 0)
            {
                throw new MispReadException(
                    MispReadFault.Truncated, $"is cut off in the middle of a text (byte {_offset + _end})", _offset);
            }
            _end += read;
        }
    }

    /// <summary>Where the closing quote is; −1 when it is not here.</summary>
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
            if (next < 0)
            {
                return -1;
            }
            i += next;
            if (text[i] == '"')
            {
                return i;
            }
            escaped = true;
        }
        return -1;
    }
}

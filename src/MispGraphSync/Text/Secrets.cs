using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MispGraphSync.Text;

/// <summary>
/// The secrets that this process has used. Every text from outside passes here before it is kept or shown: services and proxies
/// repeat headers in their errors, whole or in part, escaped, URL-encoded or in Base64. Safe from several threads.
/// </summary>
internal sealed partial class Secrets
{
    /// <summary>Letters that are looked up together.</summary>
    private const int Gram = 8;

    /// <summary>Fewer letters of a secret in a row are a coincidence.</summary>
    private const int ShortestRun = 10;

    /// <summary>
    /// A token's first letters (algorithm, audience, issuer) are in other tokens too, and those may be in an indicator: by these
    /// alone it is known only from its very beginning and in a long run.
    /// </summary>
    private const int PublicPayload = 120;

    private const int ShortestPublicRun = 72;

    /// <summary>Shorter secrets of few letters would be found in every text.</summary>
    private const int ShortestWord = 6;

    private const int LongSecret = 512;

    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ulong, Place> _grams = new();
    private readonly ConcurrentDictionary<string, byte[]> _words = new(StringComparer.Ordinal);

    // A bit for each slot: small enough for the processor's fastest cache.
    private readonly ulong[] _mayBeGram = new ulong[(1 << 16) / 64];

    /// <summary>From now on it is masked.</summary>
    /// <returns>The secret.</returns>
    public string Add(string secret)
    {
        if (!_known.TryAdd(secret, true)) return secret;
        var bytes = Encoding.UTF8.GetBytes(secret);
        var letters = SecretText.Letters(bytes);
        if (letters.Length < Gram) AddWord(secret);
        if (secret.Length < ShortestWord) return secret;
        var open = PublicPart(secret);
        // A token has letters enough to be found by every eighth.
        var stride = bytes.Length > LongSecret ? Gram : 1;
        Index(letters, open, stride);
        var encoded = SecretText.Letters(Encoding.UTF8.GetBytes(Uri.EscapeDataString(secret)));
        if (!encoded.AsSpan().SequenceEqual(letters)) Index(encoded, open: 0, stride);
        for (var shift = 0; shift < 3; shift++) Index(InBase64(bytes, shift), open * 4 / 3, stride == 1 ? 1 : 4 * Gram);
        return secret;
    }

    /// <summary>A user name and a password, as a proxy's address holds them.</summary>
    public void AddUserInfo(string? userInfo)
    {
        if (string.IsNullOrEmpty(userInfo)) return;
        var plain = Uri.UnescapeDataString(userInfo);
        Add(plain);
        if (plain.IndexOf(':') is >= 0 and var colon) Add(plain[(colon + 1)..]);
    }

    /// <summary>The text without our secrets and as <see cref="WithoutCredentials"/>.</summary>
    public string Mask(string text) => WithoutCredentials(WithoutOurs(text));

    /// <summary>The text without anybody's tokens, and without user names and passwords in addresses.</summary>
    public static string WithoutCredentials(string text) => UserInfo().Replace(WithoutTokens(text), "://***@");

    /// <summary>A response's bytes without our secrets; JSON stays JSON.</summary>
    /// <param name="isError">It lists no indicators, so that anybody's token is taken out.</param>
    /// <returns>Null when there was nothing to mask.</returns>
    public byte[]? Mask(ReadOnlySpan<byte> response, bool isError)
    {
        byte[]? masked = null;
        if (MayHoldSecret(response))
        {
            masked = response.ToArray();
            masked = masked[..Mask(masked.AsSpan())];
        }

        return isError && (masked ?? response).IndexOf("eyJ"u8) >= 0
            ? Encoding.UTF8.GetBytes(WithoutTokens(Encoding.UTF8.GetString(masked ?? response)))
            : masked;
    }

    /// <summary>As for an answer, in place.</summary>
    /// <returns>How many bytes are left.</returns>
    public int Mask(Span<byte> text) => MayHoldSecret(text) ? SecretText.Remove(text, Ranges(text)) : text.Length;

    /// <summary>Words of a service without anybody's JSON Web Token.</summary>
    public static string WithoutTokens(string text) =>
        text.Contains("eyJ", StringComparison.Ordinal) ? WebToken().Replace(text, "***") : text;

    private string WithoutOurs(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var length = Mask(bytes.AsSpan());
        return length == bytes.Length ? text : Encoding.UTF8.GetString(bytes, 0, length);
    }

    private void AddWord(string secret)
    {
        if (secret.Length < ShortestWord) return;
        foreach (var form in (string[])[secret, Uri.EscapeDataString(secret), JsonEncodedText.Encode(secret).Value])
            _words[form] = Encoding.UTF8.GetBytes(form);
    }

    private static int PublicPart(string secret)
    {
        if (!secret.StartsWith("eyJ", StringComparison.Ordinal) || secret.IndexOf('.', StringComparison.Ordinal) is not (> 0 and var dot))
        {
            return 0;
        }
        return SecretText.Letters(Encoding.UTF8.GetBytes(secret[..Math.Min(secret.Length, dot + 1 + PublicPayload)])).Length;
    }

    // What comes before a secret decides how its bytes fall into Base64's groups of three.
    private static byte[] InBase64(byte[] secret, int shift)
    {
        var text = Convert.ToBase64String([.. new byte[shift], .. secret]).TrimEnd('=');
        var tail = (secret.Length + shift) % 3 == 0 ? 0 : 1;
        var head = shift == 0 ? 0 : shift + 1;
        return SecretText.Letters(Encoding.ASCII.GetBytes(text[head..^tail]));
    }

    private void Index(byte[] letters, int open, int stride)
    {
        for (var at = 0; at + Gram <= letters.Length; at += stride) AddGram(letters, at, open);
        if (letters.Length >= Gram) AddGram(letters, letters.Length - Gram, open);
    }

    private void AddGram(byte[] letters, int at, int open)
    {
        var key = BinaryPrimitives.ReadUInt64BigEndian(letters.AsSpan(at));
        _grams.TryAdd(key, new Place(letters, at, open));
        Interlocked.Or(ref _mayBeGram[Slot(key) / 64], 1UL << Slot(key));
    }

    private static int Slot(ulong key) => (int)((key * 0x9E3779B97F4A7C15) >> 48);

    private bool MayBeGram(ulong key) => (_mayBeGram[Slot(key) / 64] & (1UL << Slot(key))) != 0;

    private bool MayHoldSecret(ReadOnlySpan<byte> text)
    {
        foreach (var word in _words.Values)
        {
            if (text.IndexOf(word) >= 0) return true;
        }

        if (_grams.IsEmpty) return false;
        var key = 0UL;
        var count = 0;
        for (var at = 0; SecretText.Next(text, ref at, out _, out var letter);)
        {
            key = (key << 8) | letter;
            if (++count >= Gram && MayBeGram(key) && _grams.ContainsKey(key)) return true;
        }

        return false;
    }

    private List<Range> Ranges(ReadOnlySpan<byte> text)
    {
        var ranges = new List<Range>();
        foreach (var word in _words.Values)
        {
            for (int from = 0, found; (found = text[from..].IndexOf(word)) >= 0; from += found + word.Length)
            {
                var range = new Range(from + found, from + found + word.Length);
                if (!SecretText.IsLetterAt(text, range.Start.Value - 1) && !SecretText.IsLetterAt(text, range.End.Value)) ranges.Add(range);
            }
        }

        // In slices, so that memory stays flat; they overlap by more than any secret's length.
        const int Slice = 1 << 20, Overlap = 1 << 15;
        for (var from = 0; from < text.Length; from += Slice - Overlap)
        {
            AddRuns(text[from..Math.Min(text.Length, from + Slice)], from, ranges);
        }
        return ranges;
    }

    private void AddRuns(ReadOnlySpan<byte> text, int offset, List<Range> ranges)
    {
        var letters = new List<byte>(text.Length);
        var places = new List<Range>();
        for (var at = 0; SecretText.Next(text, ref at, out var start, out var letter);)
        {
            letters.Add(letter);
            places.Add(new Range(start + offset, at + offset));
        }

        var found = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(letters);
        for (var at = 0; at + Gram <= found.Length; at++)
        {
            if (!_grams.TryGetValue(BinaryPrimitives.ReadUInt64BigEndian(found[at..]), out var place)) continue;
            var before = 0;
            while (before < Math.Min(at, place.At) && found[at - before - 1] == place.Secret[place.At - before - 1]) before++;
            var length = before + found[at..].CommonPrefixLength(place.Secret.AsSpan(place.At));
            if (!place.IsFound(place.At - before, length)) continue;
            ranges.Add(new Range(places[at - before].Start, places[at - before + length - 1].End));
            // The next may begin within this one's last letters.
            at = Math.Max(at, at - before + length - Gram);
        }
    }

    [GeneratedRegex(@"eyJ[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*)*", RegexOptions.CultureInvariant)]
    private static partial Regex WebToken();

    [GeneratedRegex(@"://[^/?#@\s'""]+@", RegexOptions.CultureInvariant)]
    private static partial Regex UserInfo();

    /// <param name="Secret">Its letters.</param>
    /// <param name="At">Where a gram begins in it.</param>
    /// <param name="Open">How many of its first letters are no secret.</param>
    private readonly record struct Place(byte[] Secret, int At, int Open)
    {
        /// <summary>Whether so many letters from there on are too many for a coincidence.</summary>
        public bool IsFound(int from, int length) =>
            from + length - Math.Max(from, Open) >= Math.Min(ShortestRun, Secret.Length) || (from == 0 && length >= ShortestPublicRun);
    }
}

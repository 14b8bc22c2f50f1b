using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsCheck;
using MispGraphSync.Text;
using Xunit;

namespace MispGraphSync.Tests.Text;

public class SecretsTests
{
    private const string ClientSecret = "Zq8~pL3.rW_x9\"K/vB&7%tYm+D2\\sN4hQe5uJ1c";
    private const string Key = "k3J9sLqPz0XvB7nM2wErTyUiOpAsDfGhJkLzXcVb";

    private static readonly string Token = string.Join('.',
        Part("""{"typ":"JWT","alg":"RS256","kid":"abcdefghij"}"""),
        Part(
            """
            {"aud":"https://graph.microsoft.com","iss":"https://sts.windows.net/0f8fad5b-d9cb-469f-a165-70867728950e/",
            "oid":"7c9e6679-7425-40de-944b-e07fc1f90ae7","roles":["ThreatIndicators.ReadWrite.OwnedBy","Ti.ReadWrite.All"],
            "jti":"Zm9vYmFyYmF6"}
            """.ReplaceLineEndings("")),
        Part("a signature of many letters which nobody else has, and which goes on for a while"));

    private static readonly Gen<string> Secret = Gen.Char.AlphaNumeric.Array[16, 60].Select(chars => new string(chars));
    private static readonly Gen<string> Around = Gen.Char['\u0001', '\ud7ff'].Array[0, 40].Select(chars => new string(chars));

    public static TheoryData<string> Ways => new(Encodings.Keys);

    private static readonly Dictionary<string, Func<string, string>> Encodings = new()
    {
        ["plain"] = text => text,
        ["in JSON"] = text => JsonSerializer.Serialize(text),
        ["in JSON, all escaped"] = text => $"\"{string.Concat(text.Select(c => $"\\u{(int)c:x4}"))}\"",
        ["in JSON in JSON"] = text => JsonSerializer.Serialize(JsonSerializer.Serialize(text)),
        ["in a URL"] = Uri.EscapeDataString,
        ["in a URL in a URL"] = text => Uri.EscapeDataString(Uri.EscapeDataString(text)),
        ["in a form"] = text => System.Net.WebUtility.UrlEncode(text),
        ["in HTML"] = HtmlEncoder.Default.Encode,
        ["in HTML as numbers"] = text => string.Concat(text.Select(c => $"&#{(int)c};")),
        ["in upper case"] = text => text.ToUpperInvariant(),
        ["in Base64"] = text => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)),
        ["in Base64 after a name"] = text => Convert.ToBase64String(Encoding.UTF8.GetBytes("Bearer " + text)),
        ["in Base64 after a longer name"] = text => Convert.ToBase64String(Encoding.UTF8.GetBytes("client:" + text + ":end")),
        ["in Base64 in lines"] = text => Convert.ToBase64String(Encoding.UTF8.GetBytes(text), Base64FormattingOptions.InsertLineBreaks),
        ["in lines"] = text => string.Join("\r\n", text.Chunk(20).Select(part => new string(part))),
        ["in two fields"] = text => JsonSerializer.Serialize(new { a = text[..(text.Length / 2)], b = text[(text.Length / 2)..] }),
        ["in its end"] = text => text[^24..],
        ["in its middle"] = text => text[(text.Length / 2 - 10)..(text.Length / 2 + 14)],
        ["with NULs"] = text => string.Join('\0', text.AsEnumerable()),
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public void Secret_is_masked_in_each_encoding(string way)
    {
        var secrets = new Secrets();
        foreach (var secret in (string[])[ClientSecret, Key, Token])
        {
            secrets.Add(secret);
            var written = Encodings[way](secret);

            var masked = secrets.Mask($"before: {written} :after");

            Assert.StartsWith("before: ", masked, StringComparison.Ordinal);
            Assert.EndsWith(" :after", masked, StringComparison.Ordinal);
            AssertNothingLeft(written, masked);
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Masked_JSON_stays_valid(string way)
    {
        var secrets = new Secrets();
        foreach (var secret in (string[])[ClientSecret, Key, Token])
        {
            secrets.Add(secret);
            var json = JsonSerializer.Serialize(
                new { error = new { code = 400, message = "The header " + Encodings[way](secret) + " was not \"understood\"\n" } });
            var answer = Encoding.UTF8.GetBytes(json);

            answer = secrets.Mask(answer, isError: false) ?? answer;

            var message = JsonDocument.Parse(answer).RootElement.GetProperty("error").GetProperty("message").GetString()!;
            // The letter before may happen to be the secret's own.
            Assert.StartsWith("The heade", message, StringComparison.Ordinal);
            Assert.EndsWith(" was not \"understood\"\n", message, StringComparison.Ordinal);
            AssertNothingLeft(JsonSerializer.Serialize(Encodings[way](secret)), Encoding.UTF8.GetString(answer));
        }
    }

    [Fact]
    public void Text_without_a_secret_is_unchanged() => Gen.String.Sample(text =>
    {
        var secrets = new Secrets();
        secrets.Add(Key);
        secrets.Add(Token);
        var answer = Encoding.UTF8.GetBytes(text);
        var before = answer.ToArray();

        answer = secrets.Mask(answer, isError: false) ?? answer;

        Assert.Equal(before, answer);
    });

    [Fact]
    public void Text_around_a_secret_is_unchanged() => Gen.Select(Secret, Around, Around).Sample((secret, before, after) =>
    {
        var secrets = new Secrets();
        secrets.Add(secret);
        var text = JsonSerializer.Serialize(new[] { before, secret, after });
        var answer = Encoding.UTF8.GetBytes(text);

        answer = secrets.Mask(answer, isError: false) ?? answer;

        var parts = JsonSerializer.Deserialize<string[]>(answer)!;
        Assert.Equal((before, after), (parts[0], parts[2]));
        Assert.DoesNotContain(secret, parts[1], StringComparison.OrdinalIgnoreCase);
    });

    // The bodies of indicators are compared with what was sent.
    [Fact]
    public void Foreign_token_in_an_indicator_is_not_masked()
    {
        var secrets = new Secrets();
        secrets.Add(Token);
        var other = string.Join('.', Part("""{"typ":"JWT","alg":"RS256","kid":"klmnopqrst"}"""),
            Part("""{"aud":"https://graph.microsoft.com","iss":"https://login.example/"}"""), Part("quite different bytes"));
        var answer = Encoding.UTF8.GetBytes($$"""{"url":"https://evil.example/?t={{other}}"}""");
        var before = answer.ToArray();

        answer = secrets.Mask(answer, isError: false) ?? answer;

        Assert.Equal(before, answer);
        Assert.Equal("bad token ***", Secrets.WithoutTokens($"bad token {other}"));
    }

    [Fact]
    public void Long_text_is_masked_to_its_end()
    {
        var secrets = new Secrets();
        secrets.Add(Token);
        var answer = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(new string('.', 700_000) + Token, 5)));

        answer = secrets.Mask(answer, isError: false) ?? answer;

        AssertNothingLeft(Token, Encoding.UTF8.GetString(answer));
    }

    [Fact]
    public void Short_password_is_masked_as_a_whole_word()
    {
        var secrets = new Secrets();
        secrets.AddUserInfo("svc:p%40ss!1");

        Assert.Equal("http://***@proxy.example failed", secrets.Mask("http://svc:p%40ss!1@proxy.example failed"));
        Assert.Equal("the password *** is wrong", secrets.Mask("the password p@ss!1 is wrong"));
        Assert.Equal("a compass!1 in compp@ss!12", secrets.Mask("a compass!1 in compp@ss!12"));
        Assert.DoesNotContain(Convert.ToBase64String("svc:p@ss!1"u8), secrets.Mask("Basic " + Convert.ToBase64String("svc:p@ss!1"u8)),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    public void Too_short_secret_masks_nothing(string secret)
    {
        var secrets = new Secrets();
        secrets.Add(secret);

        Assert.Equal("abc and abcabc", secrets.Mask("abc and abcabc"));
    }

    private static string Part(string text) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    // Whatever stays of it is shorter than anything one could use.
    private static void AssertNothingLeft(string written, string masked)
    {
        for (var at = 0; at + 16 <= written.Length; at++)
        {
            var part = written.Substring(at, 16);
            if (SecretText.Letters(Encoding.UTF8.GetBytes(part)).Length < 12) continue;
            Assert.False(masked.Contains(part, StringComparison.Ordinal), $"'{part}' is left in: {masked[..Math.Min(masked.Length, 500)]}");
        }
    }
}

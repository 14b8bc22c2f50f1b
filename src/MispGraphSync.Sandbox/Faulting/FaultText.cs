using System.Globalization;
using System.Text.RegularExpressions;

namespace MispGraphSync.Sandbox;

/// <summary>
/// A fault as one word, for the command line and the control end point: <c>SERVICE=KIND[@NTH][xTIMES][~PROBABILITY][/TEXT]</c>.
/// With a text it applies to every request that has the text in its body. Examples: <c>graph=429@2</c>, <c>sentinel=500x3</c>,
/// <c>defender=reset-after~0.05</c>, <c>misp=slow:1500</c>, <c>sentinel=html/evil.example</c>.
/// </summary>
public static partial class FaultText
{
    public const string Kinds =
        "429[:SECONDS], 429-date, 429-body, 429-none, 500, 502, 503, 504 (…-after), reset, reset-after, cut[:BYTES], html, html-after, "
        + "slow:MS, silence, silence-after, hold, hold-after";

    /// <exception cref="FormatException">With a sentence for the user.</exception>
    public static FaultRule Parse(string text)
    {
        var match = Form().Match(text);
        if (!match.Success || !Enum.TryParse<Service>(match.Groups[1].Value, ignoreCase: true, out var service))
            throw new FormatException($"'{text}' is no fault; write SERVICE=KIND[@NTH][xTIMES][~PROBABILITY][/TEXT].");

        var random = match.Groups[6].Success;
        var within = match.Groups[7].Success ? match.Groups[7].Value : null;
        return new FaultRule(service, FaultOf(match.Groups[2].Value, match.Groups[3].Value))
        {
            Nth = Number(match.Groups[4].Value, 1),
            Times = Number(match.Groups[5].Value, random || within is not null ? int.MaxValue : 1),
            Probability = random ? double.Parse(match.Groups[6].Value, CultureInfo.InvariantCulture) : 1,
            When = within is null ? null : request => request.Body.Contains(within, StringComparison.Ordinal),
        };
    }

    private static Fault FaultOf(string kind, string argument)
    {
        var after = kind.EndsWith("-after", StringComparison.Ordinal);
        var number = Number(argument, -1);
        return (after ? kind[..^"-after".Length] : kind) switch
        {
            "429" => new Fault.Throttle(TimeSpan.FromSeconds(number < 0 ? 1 : number)),
            "429-date" => new Fault.Throttle(TimeSpan.FromSeconds(number < 0 ? 1 : number), RetryAfterForm.Date),
            "429-body" => new Fault.Throttle(TimeSpan.FromSeconds(number < 0 ? 1 : number), RetryAfterForm.Body),
            "429-none" => new Fault.Throttle(null, RetryAfterForm.None),
            "reset" => new Fault.Reset(after),
            "cut" => number < 0 ? new Fault.CutOff() : new Fault.CutOff(number),
            "html" => new Fault.Html(after),
            "slow" => new Fault.Slow(TimeSpan.FromMilliseconds(Math.Max(0, number))),
            "silence" => new Fault.Silence(after),
            "hold" => new Fault.Held(new Hold(), after),
            var status when int.TryParse(status, CultureInfo.InvariantCulture, out var code) && code is >= 400 and < 600 =>
                new Fault.Status(code, after),
            _ => throw new FormatException($"'{kind}' is no kind of fault; there are {Kinds}."),
        };
    }

    private static int Number(string text, int otherwise) => text.Length == 0 ? otherwise : int.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex("^(\\w+)=([a-z0-9-]+?)(?::([0-9]+))?(?:@([0-9]+))?(?:x([0-9]+))?(?:~([0-9.]+))?(?:/(.+))?$")]
    private static partial Regex Form();
}

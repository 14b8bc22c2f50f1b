using System.Text;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>RFC 3492. The framework's IdnMapping throws on right-to-left labels that end in a digit.</summary>
public static class Punycode
{
    private const int Base = 36, Min = 1, Max = 26, Skew = 38, Damp = 700, FirstBias = 72, FirstPoint = 128;

    /// <summary>The label with <c>xn--</c> in front; unchanged when it is ASCII. Null when it would be longer than 63.</summary>
    public static string? Encode(string label)
    {
        if (Ascii.IsValid(label)) return label.Length <= 63 ? label : null;

        // Each code point takes at least one character, so nothing below can overflow.
        var points = label.EnumerateRunes().Select(rune => rune.Value).ToArray();
        if (points.Length > 59) return null;

        var output = new StringBuilder("xn--");
        foreach (var point in points.Where(point => point < FirstPoint)) output.Append((char)point);
        var basic = output.Length - 4;
        if (basic > 0) output.Append('-');

        var (next, delta, bias, handled) = (FirstPoint, 0, FirstBias, basic);
        while (handled < points.Length)
        {
            var smallest = points.Where(point => point >= next).Min();
            delta += (smallest - next) * (handled + 1);
            next = smallest;
            foreach (var point in points)
            {
                if (point < next) delta++;
                if (point != next) continue;
                Write(output, delta, bias);
                bias = Adapt(delta, handled + 1, first: handled == basic);
                delta = 0;
                handled++;
            }

            delta++;
            next++;
        }

        return output.Length <= 63 ? output.ToString() : null;
    }

    private static void Write(StringBuilder output, int delta, int bias)
    {
        for (var k = Base; ; k += Base)
        {
            var threshold = Math.Clamp(k - bias, Min, Max);
            if (delta < threshold) break;
            output.Append(Digit(threshold + (delta - threshold) % (Base - threshold)));
            delta = (delta - threshold) / (Base - threshold);
        }

        output.Append(Digit(delta));
    }

    private static char Digit(int value) => (char)(value < 26 ? 'a' + value : '0' + value - 26);

    private static int Adapt(int delta, int count, bool first)
    {
        delta = first ? delta / Damp : delta / 2;
        delta += delta / count;
        var k = 0;
        for (; delta > (Base - Min) * Max / 2; k += Base) delta /= Base - Min;
        return k + (Base - Min + 1) * delta / (delta + Skew);
    }
}

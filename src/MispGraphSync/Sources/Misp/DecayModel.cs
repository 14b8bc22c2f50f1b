using System.Globalization;
using System.Text.Json;

namespace MispGraphSync.Sources.Misp;

/// <summary>One of MISP's decaying models.</summary>
/// <param name="Lifetime">Null, like the speed: not a polynomial formula, or not told.</param>
internal sealed record DecayModel(string Id, string Name, TimeSpan? Lifetime, double? Speed)
{
    /// <summary>The model of this name or number.</summary>
    /// <exception cref="RunFailedException">InvalidInput: the server does not have it, or does not show it to the key.</exception>
    public static async Task<DecayModel> FindAsync(MispClient client, string model, CancellationToken ct)
    {
        var list = await client.GetIfAllowedAsync("decayingModel/index/limit:1000", ct);
        var models = (MispJson.Entries(list) ?? []).Select(item => Of(MispJson.Unwrapped(item, "DecayingModel"))).ToList();
        return models.Find(one => one.Name.Equals(model, StringComparison.OrdinalIgnoreCase) || one.Id == model)
            ?? throw new RunFailedException(
                RunOutcome.InvalidInput,
                $"MISP at {client.Server.GetLeftPart(UriPartial.Authority)} has no decaying model "
                + $"'{Sanitize.ForDisplay(model, 80)}' for this key.",
                models.Count == 0
                    ? "It shows none: enable a model in MISP (Decaying Models) for all organisations, or remove misp.decay."
                    : $"Set misp.decay.model to one of: {Sanitize.ForDisplay(string.Join(", ", models.Select(one => one.Name)), 500)}.");
    }

    /// <summary>The score of an attribute that nobody has seen for so long; null: the formula is not known.</summary>
    public double? ScoreOf(double start, TimeSpan unseen) => this is { Lifetime: { } lifetime, Speed: { } speed }
        ? unseen < TimeSpan.Zero ? 0 : Math.Max(0, start * (1 - Math.Pow(unseen / lifetime, 1 / speed)))
        : null;

    public static double? PointsOf(JsonElement item, string name) =>
        double.TryParse(MispJson.Text(item, name), NumberStyles.Float, CultureInfo.InvariantCulture, out var points)
        && double.IsFinite(points) ? points : null;

    private static DecayModel Of(JsonElement model)
    {
        var isPolynomial = MispJson.Text(model, "formula")?.StartsWith("polynomial", StringComparison.OrdinalIgnoreCase) is true;
        var parameters = isPolynomial ? MispJson.Member(model, "parameters") : default;
        var days = PointsOf(parameters, "lifetime") is > 0 and < 36_500 and var lifetime ? lifetime : (double?)null;
        return new DecayModel(
            MispJson.Text(model, "id") ?? "", MispJson.Text(model, "name") ?? "", days is { } number ? TimeSpan.FromDays(number) : null,
            PointsOf(parameters, "decay_speed") is > 0 and var speed ? speed : null);
    }
}

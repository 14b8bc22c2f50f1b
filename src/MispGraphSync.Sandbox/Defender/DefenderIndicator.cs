using System.Globalization;
using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Defender;

/// <summary>One indicator held at Defender for Endpoint.</summary>
public sealed class DefenderIndicator
{
    internal DefenderIndicator(long number, string createdBy, bool isOfUser, JsonObject fields, DateTimeOffset now)
    {
        (Number, CreatedBy, IsOfUser, Created) = (number, createdBy, isOfUser, now);
        Take(fields, createdBy, now);
        Type = fields["indicatorType"]!.ToString();
        Value = fields["indicatorValue"]!.ToString();
    }

    public string Id => Number.ToString(CultureInfo.InvariantCulture);

    public string Type { get; }

    public string Value { get; }

    public string Action => Fields["action"]!.ToString();

    /// <summary>The id of the application, or the name of the user, that made it.</summary>
    public string CreatedBy { get; private set; }

    /// <summary>Made in the portal, not by an application.</summary>
    public bool IsOfUser { get; private set; }

    /// <summary>Who sent it last.</summary>
    public string LastUpdatedBy { get; private set; } = "";

    public DateTimeOffset Created { get; }

    public DateTimeOffset LastUpdated { get; private set; }

    /// <summary>Null = never.</summary>
    public DateTimeOffset? Expires { get; private set; }

    /// <summary>The fields as sent last.</summary>
    public JsonObject Fields { get; private set; } = [];

    internal long Number { get; }

    internal DefenderIndicator Copy() => (DefenderIndicator)MemberwiseClone();

    internal void ChangeCreator(string app) => (CreatedBy, IsOfUser) = (app, false);

    internal void Take(JsonObject fields, string by, DateTimeOffset now)
    {
        (Fields, LastUpdatedBy, LastUpdated) = (fields, by, now);
        Expires = fields["expirationTime"] is { } time
            ? DateTimeOffset.Parse(time.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
            : null;
    }
}

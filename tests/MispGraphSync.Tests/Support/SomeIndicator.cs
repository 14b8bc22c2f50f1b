using System.Buffers;
using System.Net;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Defender;
using MispGraphSync.Destinations.Graph;
using MispGraphSync.Http.SignIn;
using MispGraphSync.Settings;

namespace MispGraphSync.Tests;

/// <summary>Indicators, steps and settings for tests of destinations; everything has a default.</summary>
internal static class SomeIndicator
{
    public static readonly DateTimeOffset Expires = new(2026, 2, 1, 3, 4, 5, TimeSpan.Zero);

    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static Guid Event { get; } = new("5f000000-0000-4000-8000-00000000e001");

    public static GraphSettings GraphSettings(string product = "Azure Sentinel", Uri? endpoint = null) =>
        new(CommonSettings("graph", endpoint)) { TargetProduct = product };

    public static DefenderSettings DefenderSettings(Uri? endpoint = null) =>
        new(CommonSettings("defender", endpoint) with { Capacity = 15_000 });

    /// <summary>The members of each kind of destination.</summary>
    public static DestinationSettings CommonSettings(string kind, Uri? endpoint = null) => new()
    {
        Name = kind,
        Kind = kind,
        Auth = new AuthSettings { Tenant = "11111111-1111-4111-8111-111111111111", ClientId = "22222222-2222-4222-8222-222222222222" },
        Policy = new DestinationPolicy(),
        RequestsPerMinute = 60_000,
        Endpoint = endpoint,
    };

    public static Indicator Of(params Observable[] observables) => new()
    {
        Observables = [.. observables],
        Tlp = Tlp.Amber,
        Action = IndicatorAction.Alert,
        PassiveOnly = false,
        Severity = ThreatLevel.Medium,
        Confidence = 50,
        ThreatType = ThreatType.WatchList,
        Title = "A campaign",
        Type = "ip-dst",
        Category = "Network activity",
        ValidFrom = Now,
        LastReported = Now,
        Lifetime = TimeSpan.FromDays(30),
        Sources = [new SourceReference(Event, new Guid("5f000000-0000-4000-8000-00000000a001"), "A campaign")],
        Events = [Event],
        SourceCount = 1,
    };

    /// <summary>Another one for each number below 65,536; reserved for documentation, later for benchmarks.</summary>
    public static Observable Address(int number) => new Observable.NetworkAddress(
        IPAddress.Parse(number < 256 ? $"192.0.2.{number}" : $"198.18.{number / 256}.{number % 256}"), Direction.Destination);

    public static ItemIdentity Identity(Guid key, string? id = null) => new(key, id, Now, Now, Expires);

    /// <summary>The step of the address with that number; a create unless it has an id.</summary>
    public static PlanStep Step(IDestination destination, int number, StepAction action = StepAction.Create, string? id = null)
    {
        var indicator = Of(Address(number));
        var canonical = destination.Canonical(indicator.Observables);
        var key = StableId.ForIndicator("test", destination.Info.Kind, destination.Info.Scope, canonical, 0);
        var body = new ArrayBufferWriter<byte>();
        var marks = default(ItemHashes);
        if (action == StepAction.Delete) destination.WriteDeletion(body, Held(key, id), Now);
        else marks = destination.WriteItem(body, indicator, Identity(key, id), action);
        return new PlanStep
        {
            Action = action,
            Reason = "test",
            Observables = ObservableKey.OfCombination(indicator.Observables),
            Key = key,
            Id = id,
            Body = body.WrittenMemory,
            Hashes = marks,
            Expires = Expires,
            Value = canonical,
        };
    }

    public static HeldIndicator Held(Guid key, string? id) => new()
    {
        Observables = default,
        Key = key,
        Id = id,
        Hashes = default,
        Created = Now,
        Modified = Now,
        Expires = Expires,
        RenewAt = Expires,
    };
}

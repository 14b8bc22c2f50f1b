using System.Text;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Planning;

public sealed class ListedComparisonTests : IAsyncDisposable
{
    private static readonly Hash128 Wanted = Hash128.Of("wanted");

    private readonly FakeDestination _service = new()
    {
        MoreMembers = (indicator, identity) => $",\"created\":\"{identity.Created:O}\",\"modified\":\"{identity.Modified:O}\","
            + $"\"reported\":\"{indicator.LastReported:O}\",\"expires\":\"{identity.Expires:O}\",\"id\":\"{identity.Id}\"",
    };

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Theory]
    [InlineData("created")]
    [InlineData("modified")]
    [InlineData("reported")]
    public void Date_of_bookkeeping_is_no_difference_in_either_direction(string property)
    {
        foreach (var days in (int[])[-400, -1, 1, 400]) Assert.Empty(Compare((property, Some.Now.AddDays(days).ToString("O"))));
    }

    [Fact]
    public void Other_value_is_a_difference_beside_other_dates()
    {
        var differences = Compare(("created", "2020-01-01T00:00:00Z"), ("expires", "2020-01-01T00:00:00Z"), ("fixed", "Botnet"));

        Assert.Equal(["fixed", "expires"], differences.Select(one => one.Property));
    }

    [Theory]
    [InlineData("sent", "listed", "sent")]
    [InlineData(null, "listed", "listed")]
    [InlineData(null, null, "")]
    public void Update_is_written_under_the_known_id_else_the_listed_one(string? known, string? listed, string expected)
    {
        var item = Item(Wanted);

        var body = (item with { Identity = item.Identity with { Id = known } }).AsUpdate(_service, listed);

        Assert.EndsWith($"\"id\":\"{expected}\"}}", Encoding.UTF8.GetString(body.Span), StringComparison.Ordinal);
    }

    /// <summary>
    /// Whether ids are not reusable and sending again updates; whether the wanted item has an immutable part, and the listed one the
    /// same, another or an unknown one; which property differs.
    /// </summary>
    public static TheoryData<bool, bool, bool, bool?, string, bool> Cases => new()
    {
        { false, false, true, true, "fixed", false },
        { false, false, true, false, "fixed", true },
        { false, false, true, null, "fixed", false },
        { false, false, true, null, "not-carried", true },
        { false, false, true, null, "id", false },
        { false, true, true, null, "fixed", true },
        { false, true, true, true, "fixed", false },
        { false, true, false, null, "fixed", false },
        { false, true, false, false, "fixed", false },
        { true, true, true, null, "fixed", false },
        { true, true, true, false, "fixed", false },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Deletion_and_creation_are_needed_where_an_update_cannot_correct_it(
        bool idsNotReusable, bool upserts, bool hasImmutablePart, bool? isSamePart, string property, bool expected)
    {
        (_service.IdsNotReusable, _service.Upserts) = (idsNotReusable, upserts);
        _service.MoreMembers = (_, _) => "";
        var listed = Listed("{}") with
        {
            ImmutableHash = isSamePart switch { true => Wanted, false => Hash128.Of("another"), null => default },
        };

        var item = Item(hasImmutablePart ? Wanted : default);

        Assert.Equal(expected, ListedComparison.NeedsReplacing(_service, item, listed, [new Difference(property, "a", "b")]));
    }

    private List<Difference> Compare(params (string Property, string Value)[] changes)
    {
        var item = Item(Wanted);
        var listed = Encoding.UTF8.GetString(item.Body.Span);
        foreach (var (property, value) in changes)
        {
            var start = listed.IndexOf($"\"{property}\":\"", StringComparison.Ordinal) + property.Length + 4;
            listed = listed[..start] + value + listed[listed.IndexOf('"', start)..];
        }

        return ListedComparison.Compare(_service, item, Listed(listed));
    }

    private ExpectedItem Item(Hash128 immutable)
    {
        var indicator = new Indicator
        {
            Observables = [new Observable.DomainName("d.example")],
            Tlp = Tlp.Green,
            Action = IndicatorAction.Alert,
            PassiveOnly = false,
            Severity = ThreatLevel.Medium,
            Confidence = 50,
            ThreatType = ThreatType.Malware,
            Title = "Event 1",
            Type = "domain",
            ValidFrom = Some.Now,
            LastReported = Some.Now,
            Lifetime = TimeSpan.FromDays(30),
            Sources = [],
            SourceCount = 1,
        };
        var identity = new ItemIdentity(Some.Uuid(1), "id-1", Some.Now, Some.Now, Some.Now.AddDays(30));
        var body = new System.Buffers.ArrayBufferWriter<byte>();
        _service.WriteItem(body, indicator, identity, StepAction.Create);
        return new ExpectedItem(
            indicator, identity, "d.example", IsWanted: true, new ItemHashes(Hash128.Of("content"), immutable), body.WrittenMemory);
    }

    private static RemoteIndicator Listed(string item) =>
        new("id-1", Some.Uuid(1), Encoding.UTF8.GetBytes(item), "fake", "d.example", null, null, Some.Now.AddDays(30));
}

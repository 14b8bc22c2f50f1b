using System.Net;
using MispGraphSync.Core.Domain;
using MispGraphSync.Ledger;
using Xunit;

namespace MispGraphSync.Tests.Output.Explain;

public sealed class IndicatorSourceSearchTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Only_rows_that_may_match_are_decoded()
    {
        _run.Source.Put(Some.Event(1), Some.Domains(1, 50));
        await _run.PushAsync();
        using var ledger = _run.OpenLedger();
        ledger.Run("UPDATE support SET detail = x'' WHERE instr(detail, CAST('d7.example' AS BLOB)) = 0");
        var observable = new Observable.DomainName("d7.example");
        var search = new IndicatorSourceSearch(ledger);

        var byValue = Assert.Single(search.Find(new IndicatorSourceQuery { Observables = [observable] }, 10));
        var query = new IndicatorSourceQuery { Keys = new HashSet<Hash128> { ObservableKey.OfSingle(observable) } };
        var byKey = Assert.Single(search.Find(query, 10));
        var byAttribute = Assert.Single(search.Find(new IndicatorSourceQuery { Attribute = byValue.Row.Source.Attribute }, 10));

        Assert.Equal([observable, observable, observable],
            [byValue.Row.Source.Single, byKey.Row.Source.Single, byAttribute.Row.Source.Single]);
    }

    [Fact]
    public async Task Keys_are_looked_up_in_an_index()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        await _run.PushAsync();
        using var ledger = LedgerFile.OpenToRead(_run.LedgerPath);
        using var plan = ledger.NewStatement("EXPLAIN QUERY PLAN SELECT event FROM support WHERE combination IN (x'00', x'01')");

        Assert.True(plan.Read());
        Assert.Contains("USING", plan.Text(3), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Value_is_found_in_records_of_other_types(int pair)
    {
        var (written, asked) = All[pair];
        var record = new BlobWriter();
        ObservableRecord.Write(record, written);

        Assert.True(record.Written.Span.IndexOf(ObservableRecord.ValueOf(asked)) >= 0);
        Assert.True(record.Written.Span.IndexOf(ObservableRecord.ValueOf(written)) >= 0);
    }

    public static TheoryData<int> Pairs => [.. Enumerable.Range(0, All.Length)];

    private static readonly (Observable Written, Observable Asked)[] All =
    [
        (new Observable.DomainName("evil.example"), new Observable.EmailSourceDomain("evil.example")),
        (new Observable.NetworkAddress(IPAddress.Parse("192.0.2.7"), Direction.Source),
            new Observable.NetworkAddress(IPAddress.Parse("192.0.2.7"), Direction.Destination)),
        (new Observable.NetworkAddress(IPAddress.Parse("192.0.2.7"), Direction.Unknown),
            new Observable.EmailSourceAddress(IPAddress.Parse("192.0.2.7"))),
        (new Observable.CidrBlock(IPNetwork.Parse("2001:db8::/128"), Direction.Source),
            new Observable.CidrBlock(IPNetwork.Parse("2001:db8::/128"), Direction.Destination)),
        (new Observable.Port(8443, Direction.Source), new Observable.Port(8443, Direction.Destination)),
        (new Observable.AutonomousSystem(64_496, Direction.Source), new Observable.AutonomousSystem(64_496, Direction.Destination)),
        (new Observable.FileName("run.exe"), new Observable.FilePath("run.exe")),
        (new Observable.FileHash(HashAlgorithm.Md5, "00112233445566778899aabbccddeeff"),
            new Observable.FileHash(HashAlgorithm.Md5, "00112233445566778899aabbccddeeff")),
        (new Observable.EmailAddress("a@evil.example", EmailRole.Sender),
            new Observable.EmailAddress("a@evil.example", EmailRole.Recipient)),
        (new Observable.FileSize(123_456), new Observable.FileSize(123_456)),
    ];
}

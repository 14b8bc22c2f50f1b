using System.Net;

namespace MispGraphSync.Ledger;

/// <summary>
/// The stored form of an observable: a number for its kind, then its fields. Never change a number.
/// </summary>
internal static class ObservableRecord
{
    public static void Write(BlobWriter to, Observable observable)
    {
        switch (observable)
        {
            case Observable.DomainName o: Text(to, 1, o.Value); break;
            case Observable.Url o: Text(to, 2, o.Value); break;
            case Observable.NetworkAddress o: Address(to, 3, o.Value, (int)o.Direction); break;
            case Observable.CidrBlock o:
                Address(to, 4, o.Value.BaseAddress, (int)o.Direction);
                to.Number((ulong)o.Value.PrefixLength);
                break;
            case Observable.Port o: Pair(to, 5, o.Value, (int)o.Direction); break;
            case Observable.Protocol o: Pair(to, 6, o.Value, 0); break;
            case Observable.AutonomousSystem o: Pair(to, 7, o.Value, (int)o.Direction); break;
            case Observable.FileHash o: Hash(to, 8, o.Algorithm, o.Value); break;
            case Observable.FileName o: Text(to, 9, o.Value); break;
            case Observable.FilePath o: Text(to, 10, o.Value); break;
            case Observable.FileSize o: Pair(to, 11, o.Value, 0); break;
            case Observable.FileType o: Text(to, 12, o.Value); break;
            case Observable.FileCompiled o: Pair(to, 13, o.Value.ToUnixTimeMilliseconds(), 0); break;
            case Observable.FileCreated o: Pair(to, 14, o.Value.ToUnixTimeMilliseconds(), 0); break;
            case Observable.Mutex o: Text(to, 15, o.Value); break;
            case Observable.EmailAddress o:
                Text(to, 16, o.Value);
                to.Number((ulong)o.Role);
                break;
            case Observable.EmailSourceDomain o: Text(to, 17, o.Value); break;
            case Observable.EmailSourceAddress o: Address(to, 18, o.Value, 0); break;
            case Observable.EmailSenderName o: Text(to, 19, o.Value); break;
            case Observable.EmailSubject o: Text(to, 20, o.Value); break;
            case Observable.EmailXMailer o: Text(to, 21, o.Value); break;
            case Observable.EmailMessageId o: Text(to, 22, o.Value); break;
            case Observable.UserAgent o: Text(to, 23, o.Value); break;
            case Observable.RegistryKey o: Text(to, 24, o.Value); break;
            case Observable.MacAddress o: Text(to, 25, o.Value); break;
            case Observable.CertificateFingerprint o: Hash(to, 26, o.Algorithm, o.Value); break;
            default: throw new InvalidOperationException($"No record for {observable.GetType().Name}.");
        }
    }

    /// <summary>The bytes of the value as every record of it contains them, for any direction.</summary>
    public static byte[] ValueOf(Observable observable)
    {
        var to = new BlobWriter();
        Write(to, observable);
        // Cut off the kind, which is the first byte, and the fields after an address or a number.
        var record = to.Written.Span[1..];
        return observable switch
        {
            Observable.NetworkAddress or Observable.CidrBlock or Observable.EmailSourceAddress => record[..(1 + record[0])].ToArray(),
            Observable.Port or Observable.Protocol or Observable.AutonomousSystem or Observable.FileSize or Observable.FileCompiled
                or Observable.FileCreated or Observable.EmailAddress => record[..^1].ToArray(),
            _ => record.ToArray(),
        };
    }

    public static Observable Read(ref BlobReader from)
    {
        var kind = from.Int();
        return kind switch
        {
            1 => new Observable.DomainName(from.Text()),
            2 => new Observable.Url(from.Text()),
            3 => new Observable.NetworkAddress(new IPAddress(from.Bytes()), from.Enum<Direction>()),
            4 => ReadRange(ref from),
            5 => new Observable.Port((int)from.Signed(), from.Enum<Direction>()),
            6 => new Observable.Protocol((int)Lone(ref from)),
            7 => new Observable.AutonomousSystem(from.Signed(), from.Enum<Direction>()),
            8 => new Observable.FileHash(from.Enum<HashAlgorithm>(), from.Text()),
            9 => new Observable.FileName(from.Text()),
            10 => new Observable.FilePath(from.Text()),
            11 => new Observable.FileSize(Lone(ref from)),
            12 => new Observable.FileType(from.Text()),
            13 => new Observable.FileCompiled(DateTimeOffset.FromUnixTimeMilliseconds(Lone(ref from))),
            14 => new Observable.FileCreated(DateTimeOffset.FromUnixTimeMilliseconds(Lone(ref from))),
            15 => new Observable.Mutex(from.Text()),
            16 => new Observable.EmailAddress(from.Text(), from.Enum<EmailRole>()),
            17 => new Observable.EmailSourceDomain(from.Text()),
            18 => ReadSourceAddress(ref from),
            19 => new Observable.EmailSenderName(from.Text()),
            20 => new Observable.EmailSubject(from.Text()),
            21 => new Observable.EmailXMailer(from.Text()),
            22 => new Observable.EmailMessageId(from.Text()),
            23 => new Observable.UserAgent(from.Text()),
            24 => new Observable.RegistryKey(from.Text()),
            25 => new Observable.MacAddress(from.Text()),
            26 => new Observable.CertificateFingerprint(from.Enum<HashAlgorithm>(), from.Text()),
            _ => throw new FormatException($"There is no observable of kind {kind}."),
        };
    }

    private static void Text(BlobWriter to, ulong kind, string value)
    {
        to.Number(kind);
        to.Text(value);
    }

    private static void Pair(BlobWriter to, ulong kind, long value, int direction)
    {
        to.Number(kind);
        to.Signed(value);
        to.Number((ulong)direction);
    }

    private static void Hash(BlobWriter to, ulong kind, HashAlgorithm algorithm, string value)
    {
        to.Number(kind);
        to.Number((ulong)algorithm);
        to.Text(value);
    }

    private static void Address(BlobWriter to, ulong kind, IPAddress address, int direction)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var size);
        to.Number(kind);
        to.Bytes(bytes[..size]);
        to.Number((ulong)direction);
    }

    private static long Lone(ref BlobReader from)
    {
        var value = from.Signed();
        from.Number();
        return value;
    }

    private static Observable.CidrBlock ReadRange(ref BlobReader from)
    {
        var address = new IPAddress(from.Bytes());
        var direction = from.Enum<Direction>();
        return new Observable.CidrBlock(new IPNetwork(address, from.Int()), direction);
    }

    private static Observable.EmailSourceAddress ReadSourceAddress(ref BlobReader from)
    {
        var address = new IPAddress(from.Bytes());
        from.Number();
        return new Observable.EmailSourceAddress(address);
    }
}

using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using MispGraphSync.Core.Mapping.Normalise;

namespace MispGraphSync.Core.Planning;

/// <summary>
/// What must never be blocked or warned about, whoever says so: addresses that are not the attacker's alone, the resolvers
/// that networks depend on, Microsoft's own names, public suffixes, and what the user adds. A name is protected with everything
/// below it, and so are the names above it, since blocking a parent blocks its children.
/// </summary>
public sealed class NeverBlock
{
    private static readonly FrozenSet<IPAddress> Resolvers = new[]
    {
        "8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "1.1.1.2", "1.0.0.2", "1.1.1.3", "1.0.0.3", "9.9.9.9", "149.112.112.112",
        "9.9.9.10", "149.112.112.10", "9.9.9.11", "149.112.112.11", "208.67.222.222", "208.67.220.220", "208.67.222.123", "208.67.220.123",
        "4.2.2.1", "4.2.2.2", "4.2.2.3", "4.2.2.4", "94.140.14.14", "94.140.15.15", "168.63.129.16",
        "2001:4860:4860::8888", "2001:4860:4860::8844", "2606:4700:4700::1111", "2606:4700:4700::1001",
        "2606:4700:4700::1112", "2606:4700:4700::1002", "2606:4700:4700::1113", "2606:4700:4700::1003", "2620:fe::fe",
        "2620:fe::9", "2620:fe::10", "2620:fe::11", "2620:119:35::35", "2620:119:53::53", "2a10:50c0::ad1:ff", "2a10:50c0::ad2:ff",
    }.Select(IPAddress.Parse).ToFrozenSet();

    private static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4", "::/128", "::1/128", "64:ff9b:1::/48",
            "100::/64", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>Microsoft's own: nobody else gets a name below these.</summary>
    private static readonly string[] Owned =
    [
        // The first is a top-level domain.
        "microsoft", "microsoft.com", "microsoftonline.com", "microsoftonline-p.com", "microsoftonline.us",
        "partner.microsoftonline.cn", "windows.com", "windowsupdate.com", "office.com", "office.net", "office365.com", "office365.us",
        "live.com", "outlook.com",
        "msn.com", "bing.com", "skype.com", "msftauth.net", "msauth.net", "msauthimages.net", "msftncsi.com",
        "msftconnecttest.com", "aka.ms",
        "azure.com", "azure.us", "azure.cn", "azure-api.net", "login.windows.net",
        "vault.azure.net", "microsoft.us", "vault.usgovcloudapi.net",
        // Names that every network has for itself (RFC 6761, 6762 with its appendix G, 8375, and ICANN's private use).
        "localhost", "localdomain", "local", "home.arpa", "internal", "intranet", "private", "corp", "home", "lan",
    ];

    /// <summary>Microsoft's too, but customers (and attackers) get names below these, so only the name itself is protected.</summary>
    private static readonly FrozenSet<string> Shared = new[]
    {
        "windows.net", "core.windows.net", "blob.core.windows.net", "azurewebsites.net", "azureedge.net", "azurefd.net",
        "trafficmanager.net", "cloudapp.net", "cloudapp.azure.com", "sharepoint.com", "onmicrosoft.com", "azure.net",
        "web.core.windows.net", "file.core.windows.net", "github.com", "githubusercontent.com", "linkedin.com",
    }.ToFrozenSet(StringComparer.Ordinal);

    private readonly HashSet<string> _own = new(StringComparer.Ordinal);
    private readonly HashSet<string> _below = new(Owned, StringComparer.Ordinal);
    private readonly HashSet<string> _above = new(StringComparer.Ordinal);
    private readonly HashSet<IPAddress> _addresses = [];
    private readonly List<IPNetwork> _networks = [];
    private readonly HashSet<string> _hashes = new(StringComparer.Ordinal);

    /// <param name="extra">As in <c>guard.neverBlock</c> (see <see cref="NeverBlockEntry"/>), hosts of our own and of the services.</param>
    public NeverBlock(IEnumerable<string> extra)
    {
        foreach (var text in extra) Add(text);
        _below.UnionWith(_own);
        foreach (var name in _below.Concat(Shared)) AddParents(name);
    }

    /// <summary>True for an address that is not reachable from the internet, or belongs to no single host.</summary>
    public static bool IsNotPublic(IPAddress address) => NotPublic.Any(network => network.Contains(address));

    /// <summary>True for the hash of zero bytes, in any algorithm: half of all broken downloads have it.</summary>
    public static bool IsHashOfEmptyInput(Observable observable) =>
        observable is Observable.FileHash hash && EmptyHashes.Contains(hash.Value);

    /// <summary>
    /// True when blocking it would hurt. Services may match each part of a combination alone, so a sender's domain counts as a
    /// name; a mailbox counts only where the user's own list protects its domain.
    /// </summary>
    public bool Protects(Observable observable) => observable switch
    {
        Observable.NetworkAddress o => ProtectsAddress(o.Value),
        Observable.EmailSourceAddress o => ProtectsAddress(o.Value),
        Observable.CidrBlock o => ProtectsRange(o.Value),
        Observable.DomainName o => ProtectsName(o.Value),
        Observable.EmailSourceDomain o => ProtectsName(o.Value),
        Observable.EmailAddress o => IsBelow(_own, o.Value.AsSpan(o.Value.LastIndexOf('@') + 1)),
        Observable.Url o => ProtectsUrl(o.Value),
        Observable.FileHash o => _hashes.Contains(o.Value),
        Observable.CertificateFingerprint o => _hashes.Contains(o.Value),
        _ => false,
    };

    private static readonly FrozenSet<string> EmptyHashes = new[]
    {
        "d41d8cd98f00b204e9800998ecf8427e",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b",
        "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
        "6ed0dd02806fa89e25de060c19d3ac86cabb87d6a0ddd05c333b84f4",
        "c672b8d1ef56ed28ab87c3622c5114069bdd3ad7b8f9737498d0c01ecef0967a",
        "6b4e03423667dbb73b6e15454f0eb1abd4597f9a1b078e3f5b5a6bc7",
        "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a",
        "0c63a75b845e4f7d01107d852e4c2485c51a50aaaa94fc61995e71bbee983a2ac3713831264adb47fb6bd1e058d5f004",
        "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a615b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26",
        "3::",
    }.ToFrozenSet(StringComparer.Ordinal);

    private void Add(string text)
    {
        switch (NeverBlockEntry.Read(text, out _))
        {
            case NeverBlockEntry.Ranges ranges:
                foreach (var range in ranges.Value) Add(range);
                break;
            case NeverBlockEntry.Hash hash:
                _hashes.Add(hash.Value);
                break;
            case NeverBlockEntry.Name name:
                _own.Add(name.Value);
                break;
            default:
                // The settings have been checked, so this is a host that we reach although it has no name by the rules.
                _own.Add(text.ToLowerInvariant());
                break;
        }
    }

    private void Add(IPNetwork range)
    {
        if (IpAddresses.IsSingle(range)) _addresses.Add(range.BaseAddress);
        else _networks.Add(range);
    }

    private void AddParents(string name)
    {
        for (var dot = name.IndexOf('.'); dot >= 0; dot = name.IndexOf('.', dot + 1)) _above.Add(name[(dot + 1)..]);
    }

    private bool ProtectsAddress(IPAddress address) =>
        IsNotPublic(address) || Resolvers.Contains(address) || _addresses.Contains(address)
        || _networks.Exists(network => network.Contains(address))
        || (address.AddressFamily == AddressFamily.InterNetworkV6 && EmbeddedIPv4.In(new IPNetwork(address, 128)).Any(ProtectsRange));

    private bool ProtectsRange(IPNetwork range) =>
        NotPublic.Any(network => Overlap(network, range)) || Resolvers.Any(range.Contains) || _addresses.Any(range.Contains)
        || _networks.Exists(network => Overlap(network, range)) || EmbeddedIPv4.In(range).Any(ProtectsRange);

    private bool ProtectsName(string name) => IsOfOne(name) || IsOfMany(name);

    /// <summary>A name of one owner who is to be spared: of the local network, the user or Microsoft.</summary>
    private bool IsOfOne(string name) => !name.Contains('.') || IsBelow(_below, name);

    /// <summary>A name that hits others when it is blocked: above a protected one, or anybody can get one below.</summary>
    private bool IsOfMany(string name) => _above.Contains(name) || Shared.Contains(name) || PublicSuffixes.Contains(name);

    /// <summary>True for a name of the list and for each name below one.</summary>
    private static bool IsBelow(HashSet<string> names, ReadOnlySpan<char> name)
    {
        var lookup = names.GetAlternateLookup<ReadOnlySpan<char>>();
        while (!lookup.Contains(name))
        {
            var dot = name.IndexOf('.');
            if (dot < 0) return false;
            name = name[(dot + 1)..];
        }

        return true;
    }

    private bool ProtectsUrl(string url)
    {
        var host = Urls.HostOf(url);
        if (IpAddresses.ParseUrlHost(host) is { } address) return ProtectsAddress(address);
        // What cannot be understood is not blocked.
        if (DomainNames.Normalise(host.ToString()) is not { } name) return true;
        // A page on a shared host may be the attacker's; only the host itself is not to be blocked.
        return IsOfOne(name) || (IsOfMany(name) && IsWholeHost(url));
    }

    private static bool IsWholeHost(string url)
    {
        var absolute = url.Contains("://", StringComparison.Ordinal) ? url : "http://" + url;
        return !Uri.TryCreate(absolute, UriKind.Absolute, out var uri) || (uri.AbsolutePath.Trim('/').Length == 0 && uri.Query.Length <= 1);
    }

    private static bool Overlap(IPNetwork one, IPNetwork other) =>
        one.BaseAddress.AddressFamily == other.BaseAddress.AddressFamily
        && one.BaseAddress.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6
        && (one.Contains(other.BaseAddress) || other.Contains(one.BaseAddress));
}

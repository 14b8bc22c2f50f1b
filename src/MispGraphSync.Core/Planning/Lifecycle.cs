using System.Buffers.Binary;

namespace MispGraphSync.Core.Planning;

/// <summary>When an indicator ends and when it is renewed.</summary>
public static class Lifecycle
{
    /// <summary>In so many steps of the lifetime, which are six hours of 30 days.</summary>
    private const int StepsOfRenewal = 120;

    /// <summary>The expiry of something sent now: whole seconds.</summary>
    /// <param name="end">It is never later than this; null: no limit.</param>
    public static DateTimeOffset ExpiryOf(DateTimeOffset now, TimeSpan lifetime, DateTimeOffset? end)
    {
        var expires = now + lifetime;
        return DateTimeOffset.FromUnixTimeSeconds((end < expires ? end.Value : expires).ToUnixTimeSeconds());
    }

    /// <summary>
    /// Renewed when what remains is less than lifetime × (¼ + ¼·h), h in [0, 1) from the key, so that a million
    /// pushed in one day do not renew in one day. Never, where it cannot live longer: then it is the expiry. In steps, so that
    /// an index in its order has many indicators in the order of their keys, as they are written.
    /// </summary>
    public static DateTimeOffset RenewalOf(DateTimeOffset expires, TimeSpan lifetime, DateTimeOffset? end, Guid key)
    {
        if (end is { } last && last < expires.AddSeconds(1)) return expires;
        Span<byte> bytes = stackalloc byte[16];
        key.TryWriteBytes(bytes);
        var share = BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]) / (double)(1L << 32);
        var renewal = expires - (lifetime * (0.25 + (0.25 * share)));
        return renewal - TimeSpan.FromTicks(renewal.UtcTicks % (lifetime / StepsOfRenewal).Ticks);
    }

    /// <summary>
    /// The wire's "modified": MISP's own time at the first send, the clock's later, and always after the last one sent.
    /// </summary>
    public static DateTimeOffset Modified(DateTimeOffset wanted, DateTimeOffset? lastSent)
    {
        var whole = DateTimeOffset.FromUnixTimeMilliseconds(wanted.ToUnixTimeMilliseconds());
        return lastSent is { } last && whole <= last ? last.AddMilliseconds(1) : whole;
    }
}

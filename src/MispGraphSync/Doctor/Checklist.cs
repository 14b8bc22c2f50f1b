using MispGraphSync.Doctor.Destinations;
using MispGraphSync.Doctor.Local;
using MispGraphSync.Doctor.Misp;
using MispGraphSync.Doctor.Network;

namespace MispGraphSync.Doctor;

/// <summary>All checks, in the order in which they are printed: what others stand on comes first.</summary>
internal static class Checklist
{
    public static IReadOnlyList<ICheck> Of(DoctorContext it, bool writes) =>
    [
        new SettingsCheck(it.Inspection),
        new PermissionsCheck(it.Inspection),
        new LedgerCheck(it.Settings.Ledger),
        new LogsCheck(it.Logs),
        new SecretsCheck(it),
        new ProxyCheck(it.Connectivity),
        new NamesCheck(it.Connectivity),
        new ConnectionsCheck(it.Connectivity),
        new TlsCheck(it.Connectivity),
        new ClockCheck(it.Connectivity),
        new MispCheck(it.Misp),
        new MispKeyCheck(it.Misp),
        new MispEventsCheck(it.Misp),
        new MispFetchCheck(it.Misp),
        new WarninglistsCheck(it.Misp),
        .. it.Destinations.SelectMany(one => Of(one, writes)),
        new HostsCheck(it.Connectivity),
    ];

    /// <summary>What can be looked at while the settings have faults.</summary>
    public static IReadOnlyList<ICheck> OfFaulty(SettingsCheck settings) => [settings, new RestCheck()];

    private static IEnumerable<ICheck> Of(DestinationContext one, bool writes)
    {
        yield return new TenantCheck(one);
        yield return new TokenCheck(one);
        yield return new RolesCheck(one);
        if (one.Kind == "sentinel") yield return new WorkspaceCheck(one);
        yield return new AccessCheck(one);
        if (one.Kind == "sentinel") yield return new ListCheck(one);
        if (one.Kind == "defender") yield return new CapacityCheck(one);
        if (writes) yield return new WriteCheck(one);
    }
}

using MispGraphSync.Core.Mapping;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Planning;

/// <summary>
/// Collects what one event's sources support at a destination: its organisation, and the tags of the event and of each source. A source
/// that the destination does not take supports nothing.
/// </summary>
public static class ContextSubjects
{
    /// <summary>The most tags of one event; more are noise or an attack.</summary>
    private const int Limit = 1_000;

    public static IEnumerable<ContextSupport> Of(IEnumerable<IndicatorSourceRow> rows, Eligibility eligibility, DestinationPolicy policy)
    {
        var found = new Dictionary<string, ContextSupport>(StringComparer.Ordinal);
        MispEvent? context = null;
        var strictest = Tlp.Clear;
        foreach (var row in rows)
        {
            if (eligibility.SkipReasonFor(row) is not null) continue;
            context = row.Event.Context;
            var tlp = row.TaggedTlp ?? policy.DefaultTlp;
            strictest = tlp > strictest ? tlp : strictest;
            AddTags(row.Source.Tags, tlp);
        }

        if (context is null) return [];
        AddTags(context.Tags, strictest);
        ContextSupport[] organisation = context is { OrganisationUuid: { } uuid, Organisation: { Length: > 0 } name }
            ? [new ContextSupport(ContextSupport.Of(uuid), name, strictest, IsLocal: false)]
            : [];
        return organisation.Concat(found.Values);

        void AddTags(IReadOnlyList<MispTag> tags, Tlp tlp)
        {
            foreach (var tag in tags)
            {
                if (ContextMap.IsContext(tag.Name)) Add(new ContextSupport(ContextMap.Fold(tag.Name), tag.Name, tlp, tag.IsLocal));
            }
        }

        void Add(ContextSupport one)
        {
            if (!found.TryGetValue(one.Subject, out var known))
            {
                if (found.Count < Limit) found.Add(one.Subject, one);
                return;
            }

            found[one.Subject] = known with
            {
                Tlp = one.Tlp > known.Tlp ? one.Tlp : known.Tlp,
                IsLocal = known.IsLocal && one.IsLocal,
            };
        }
    }
}

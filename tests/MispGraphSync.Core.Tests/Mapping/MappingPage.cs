using System.Text;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping;
using MispGraphSync.Core.Mapping.Normalise;
using MispGraphSync.Destinations.Sentinel;

namespace MispGraphSync.Tests.Mapping;

/// <summary>Writes docs/mapping.md from the mapping's own tables, and from what comes out of them for each example.</summary>
internal static class MappingPage
{
    public static string Write()
    {
        var page = new StringBuilder();
        page.Append(
            """
            # Mapping of MISP attributes

            Written by a test from the mapping's tables: do not edit. The test fails when the page is stale, and rewrites it with
            `UPDATE_SNAPSHOTS=1`. Your settings (types, tags, TLP, tiers) apply after this mapping.


            """);
        Detectable(page);
        Skipped(page);
        Objects(page);
        Tags(page);
        Values(page);
        return page.ToString();
    }

    private static void Detectable(StringBuilder page)
    {
        page.Append(
            """
            ## Types that become indicators

            Graph gets one indicator with all fields of its column; Sentinel and Defender get one for each entry.
            Tier P: by its documentation, Sentinel matches it with logs; it is sent. Tier U: stored, matching unverified; sent
            with `includeUnmatched`. An address range is tier U and nothing for Defender; an IPv6 address is sent like an IPv4 one.

            | MISP type | Graph tiIndicator | Sentinel, STIX path | Tier | Defender |
            | --- | --- | --- | --- | --- |

            """);
        foreach (var example in Examples.All)
        {
            var sources = Given.Map(example.Type, example.Value).Sources;
            var singles = sources.Select(source => source.Single).OfType<Observable>().ToList();
            Row(
                page,
                Code(example.Type),
                List(sources.SelectMany(source => source.Combined).Select(ServiceFieldNames.Graph)),
                example.Type == "stix2-pattern" ? "the path of its only comparison" : List(singles.Select(ServiceFieldNames.Sentinel)),
                example.Type == "stix2-pattern" ? "as the path" : List(singles.Select(Tier).Distinct()),
                example.Type == "stix2-pattern" ? "—" : List(singles.Select(ServiceFieldNames.Defender)));
        }

        page.Append(
            """

            A `filename` is split into `fileName` and `filePath` where it is a path. A `domain` or `hostname` that holds an
            address is read as `ip-dst`. A `url` without http, https or ftp is for Sentinel only; a `uri` needs a scheme.
            A `stix2-pattern` is written to match logs, so it is for Sentinel only.


            """);
    }

    private static string Tier(Observable single) => SentinelTier.IsMatched(single) ? "P" : "U";

    private static void Skipped(StringBuilder page)
    {
        var outcomes = AttributeMap.Types.Except(Examples.All.Select(example => example.Type)).Order(StringComparer.Ordinal)
            .ToLookup(type => Given.Map(type, "1").Attributes[0].Outcome.Label());

        page.Append(
            """
            ## Types that describe the event

            They are not indicators. Names of actors, families and campaigns go to every indicator of their event, unless the
            attribute has a stricter TLP or PAP than the event:
            """);
        page.Append(' ').Append(List(outcomes["context"].Select(Code))).Append(".\n\n");

        page.Append("## Types that never become indicators\n\n| Reason | Meaning | Types |\n| --- | --- | --- |\n");
        foreach (var reason in Enum.GetValues<SkipReason>().Where(reason => outcomes.Contains(reason.Slug())))
        {
            Row(page, Code(reason.Slug()), reason.Meaning(), List(outcomes[reason.Slug()].Select(Code)));
        }

        page.Append("\nAny other type: ").Append(Code(SkipReason.UnknownType.Slug())).Append(". ")
            .Append(SkipReason.UnknownType.Meaning()).Append("\n\n");
    }

    private static void Objects(StringBuilder page)
    {
        page.Append(
            """
            ## Objects

            *Main* attributes carry an indicator: for Graph each of them combined with each of the other mains, for Sentinel
            and Defender each as a single one. *Details* complete Graph's indicator. Products match each field of an indicator
            alone. So a name, an address, a URL, a hash or a mail address comes only from an attribute with its own `to_ids`; a
            file's name, its size, a port or a subject needs none. Deleted attributes and those on a warninglist add nothing.
            Without a selected main there is no indicator. An object with more than 1,000 combinations is a list: each attribute
            maps by its type. So do roles and objects that are not named here, and attributes whose type does not fit the role:
            a `link` in the role `url` stays `untyped`.

            | Object | Main | Main without another main, else detail | Details | Not used |
            | --- | --- | --- | --- | --- |

            """);
        foreach (var name in ObjectMap.Names.Order(StringComparer.Ordinal))
        {
            var template = ObjectMap.Find(name)!;
            if (!Has(template, RoleKind.Main, RoleKind.RequiresToIds)) continue;
            Row(
                page,
                Code(name),
                Roles(template, RoleKind.Main, RoleKind.PreferredMain),
                Roles(template, RoleKind.FallbackMain),
                Roles(template, RoleKind.Detail, RoleKind.EachDetail),
                template.IgnoresOthers ? "every other role" : Roles(template, RoleKind.Ignored, RoleKind.RequiresToIds));
        }

        page.Append(
            """

            Names and addresses of hosts in these objects map by their type, with their own `to_ids`, and only where the action
            is `alert`: other people's pages may be on the same host. Under another action they are `weak-alone`, and so is a
            public suffix (such as `github.io`) or a value on a warninglist, under any action:
            """);
        page.Append(' ').Append(ObjectsWith(RoleKind.HostOfUrl)).Append(".\n\n");
        page.Append("Never sent, for any type (`victim-data`): ").Append(ObjectsWith(RoleKind.Victim)).Append(".\n\n");
        page.Append("Context, not indicators, since MISP's own templates exclude them from detection: ");
        page.Append(ObjectsWith(RoleKind.Context)).Append(".\n\n");
    }

    private static bool Has(ObjectTemplate template, params RoleKind[] kinds) => template.Roles.Any(use => kinds.Contains(use.Kind));

    private static string ObjectsWith(RoleKind kind) => List(
        from name in ObjectMap.Names.Order(StringComparer.Ordinal)
        let use = ObjectMap.Find(name)!.Roles.FirstOrDefault(use => use.Kind == kind)
        where use is not null
        select use.Relations.IsEmpty ? Code(name) : $"{Code(name)} ({List(use.Relations.Select(Code))})");

    private static string Roles(ObjectTemplate template, params RoleKind[] kinds) =>
        List(template.Roles.Where(use => kinds.Contains(use.Kind)).Select(use => use switch
        {
            { Relations.IsEmpty: true } => "any hash of a file",
            { Kind: RoleKind.PreferredMain } => string.Join(", else ", use.Relations.Select(Code)),
            { Kind: RoleKind.RequiresToIds } => List(use.Relations.Select(Code)) + " (by type, with their own `to_ids`)",
            _ => List(use.Relations.Select(Code)),
        }));

    private static void Tags(StringBuilder page)
    {
        page.Append(
            """
            ## Tags and galaxies

            Case is ignored. Local tags, and tags that an administrator made *not exportable*, count for the TLP and for
            `excludeTags`, and are never sent. Neither moves a timestamp in MISP: on an event it is seen by the next run, on an attribute
            only by a full read (`misp.fullReadDays`, or `push --full`).
            The same holds for attributes that disappear because the key's organisation lost their sharing group. Of several TLP tags the
            strictest counts; any other `tlp:` tag counts as none, and `defaultTlp` is used.

            | Tag | Means |
            | --- | --- |

            """);
        foreach (var (word, level) in TagMap.TlpLevels.OrderBy(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Row(page, Code("tlp:" + word), $"TLP {level}");
        }

        foreach (var (taxonomy, values) in TagMap.Confidence)
        {
            foreach (var (word, number) in values.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal))
            {
                Row(page, Code($"{taxonomy}=\"{word}\""), $"confidence {number}");
            }
        }

        foreach (var (word, phase) in TagMap.KillChain.OrderBy(pair => pair.Value))
        {
            Row(page, Code("kill-chain:" + word), $"kill chain {phase}");
        }

        foreach (var corner in TagMap.DiamondModels.Values.Order()) Row(page, Code($"diamond-model:{corner}"), $"diamond model {corner}");
        foreach (var type in TagMap.ThreatTypes.Values.Order()) Row(page, Code($"sentinel-threattype:{type}"), $"threat type {type}");

        page.Append(
            """

            Of several confidences, the scale that is listed first counts.

            A custom cluster's tag holds a UUID, which is never taken for a name. Its name comes from MISP's galaxies, unless the
            cluster was attached locally, or only its own organisation or a sharing group may see it: then it gives no name.


            """);
        page.Append("Actors are clusters of ").Append(List(GalaxyMap.Actors.Order(StringComparer.Ordinal).Select(Code))).Append(".\n\n");
        page.Append("Malware families are clusters of ")
            .Append(List(GalaxyMap.Families.Order(StringComparer.Ordinal).Select(Code))).Append(".\n\n");
    }

    private static void Values(StringBuilder page) => page.Append(
        $"""
        ## Values

        - Blanks, control characters, direction marks, zero-width blanks and byte-order marks around a value are removed; Unicode form NFC.
        - A control character or line break inside a value is `invalid-value`: it may be two values. So is U+FFFD, the
          replacement of lost characters. Nothing inside a value is removed.
        - At most {ValueText.MaxLength:N0} characters; a longer value is skipped, never cut.
        - Hashes: right length, lower case; ssdeep and impfuzzy keep theirs.
        - Addresses: IPv4 in four plain decimal parts, IPv6 in its short form, IPv4-mapped as IPv4, without brackets and zone.
          Ranges in network form; `/32` and `/128` are one address; `/0` is refused.
        - Host names: by UTS #46 (Unicode 17, non-transitional), as browsers do it: lower case, punycode, full-width and other compatibility
          characters as what they look like, soft hyphens and variation selectors ignored. No trailing dot, 253 characters in labels of 63;
          no wildcards, no number as the last label. Labels that are in punycode already stay as they are.
        - URLs: scheme and host folded, the host in punycode, the rest untouched. A `\` before the path is `invalid-url`, since readers
          disagree about it; so is a host in percent-encoding.
        - E-mail: one address, the domain part folded; `Name <address>` and `mailto:` are read as the address. Several in one value, nothing
          before the @ or no host behind it are refused.
        - Defanged values (`hxxp`, `[.]`) are refused, not repaired.
        - Composites: a file name ends at the last bar; other pairs have one bar, or a colon before the port. An invalid port is dropped.

        """);

    private static void Row(StringBuilder page, params string[] cells) =>
        page.Append("| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");

    private static string Code(string text) => $"`{text}`";

    private static string List(IEnumerable<string?> words) =>
        string.Join(", ", words.OfType<string>()) is { Length: > 0 } list ? list : "—";
}

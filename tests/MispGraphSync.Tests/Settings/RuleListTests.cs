using MispGraphSync.Settings;
using Xunit;

namespace MispGraphSync.Tests.Settings;

public sealed class RuleListTests
{
    [Fact]
    public void Settings_are_shown_as_the_rules_that_they_are()
    {
        using var folder = new SettingsFolder(SomeSettings.Config(
            """
            "rules": [{ "when": { "tlp": "green" }, "then": { "daysToExpire": 90 } }], "excludeTags": ["b", "a"], "excludeTypes": ["md5"],
            "types": ["domain"], "expiry": { "ip-dst": 7, "tlp:amber+strict": 14 }
            """,
            """ "rules": [{ "when": { "type": "domain" }, "then": { "send": false } }] """));

        Assert.Equal(
            """
            graph
              destinations.graph.rules[0]: when {"type":"domain"}, then {"send":false}
              rules[0]: when {"tlp":"green"}, then {"daysToExpire":90}
              excludeTags: when {"tag":["a","b"]}, then {"send":false}
              excludeTypes: when {"type":["md5"]}, then {"send":false}
              types: when {"not":{"type":["domain"]}}, then {"send":false}
              expiry: when {"type":["ip-dst"]}, then {"daysToExpire":7}
              expiry: when {"tlp":["amber+strict"]}, then {"daysToExpire":14}
              settings: when all else, then
                {"send":true,"action":"alert","daysToExpire":30,"confidence":50,"threatType":"WatchList","passiveOnly":false}

            """,
            RuleList.ToText(folder.Read().Settings, 120));
    }
}

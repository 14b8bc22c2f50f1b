using Xunit;

namespace MispGraphSync.Tests.Settings.Import;

public class FilterImportTests
{
    private const string Refused = "misp.eventFilters: This is still to be filled in.";

    [Theory]
    [InlineData("misp_event_filters = dict(last='1d', published=True)", """{"last":"1d","published":true}""")]
    [InlineData("misp_event_filters = {'tags': ('a', 'b'), 'org': {'c'}}", """{"tags":["a","b"],"org":["c"]}""")]
    [InlineData("base = {'published': 1}\nmisp_event_filters = [{**base, 'last': '1d'}]", """[{"published":1,"last":"1d"}]""")]
    [InlineData("misp_event_filters = {'last': '1' + 'd'}", """{"last":"1d"}""")]
    [InlineData("misp_event_filters = {}\nmisp_event_filters['last'] = '1d'", """{"last":"1d"}""")]
    [InlineData("days = '7d'\nmisp_event_filters = {'last': days, }", """{"last":"7d"}""")]
    public void Filter_of_literals_is_imported(string python, string expected)
    {
        var import = ImportRun.Of(ImportRun.Complete(python));

        Assert.Equal(expected, import.Json("misp.eventFilters"));
        Assert.Empty(import.Faults);
    }

    [Theory]
    [InlineData("import json\nmisp_event_filters = json.loads('{}')")]
    [InlineData("misp_event_filters = {**base, 'last': '1d'}")]
    [InlineData("misp_event_filters = os.getenv('FILTER', {})")]
    [InlineData("if local:\n    misp_event_filters = {}\nelse:\n    misp_event_filters = {'last': '1d'}")]
    [InlineData("if local: misp_event_filters = {}")]
    [InlineData("misp_event_filters.update({'last': '1d'})")]
    [InlineData("misp_event_filters |= {'last': '1d'}")]
    [InlineData("misp_event_filters, x = {}, 1")]
    [InlineData("from filters import misp_event_filters")]
    [InlineData("from local_config import *")]
    [InlineData("exec(open('local.py').read())")]
    [InlineData("def change():\n    global misp_event_filters\n    misp_event_filters = {}")]
    [InlineData("base = {'last': '1d'}\nmisp_event_filters = base\nbase.clear()")]
    [InlineData("misp_event_filters = [x for x in ({}, {'last': '1d'})]")]
    [InlineData("misp_event_filters = {k: v for k, v in defaults}")]
    [InlineData("misp_event_filters = {'last': '1d'} if local else {}")]
    [InlineData("misp_event_filters = None")]
    [InlineData("misp_event_filters = ''")]
    [InlineData("misp_event_filters = {'limit': 10}")]
    [InlineData("misp_event_filters = [{'last': '1d'}, 'x']")]
    [InlineData("del misp_event_filters")]
    [InlineData("tag = misp_event_filters.pop('published')")]
    [InlineData("misp_event_filters = {'last': '1d'}\nx = (misp_event_filters := {})")]
    public void Unreadable_filter_is_refused_until_it_is_filled_in(string python)
    {
        var import = ImportRun.Of(ImportRun.Complete(python));

        Assert.Contains(import.Faults, fault => fault.Contains(Refused, StringComparison.Ordinal));
        Assert.Contains("misp.eventFilters is still to be filled in", import.Messages, StringComparison.Ordinal);
        Assert.Contains("[] means every event", import.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public void File_without_a_filter_is_refused_until_it_is_filled_in()
    {
        var import = ImportRun.Of("misp_key = 'k'");

        Assert.Contains(import.Faults, fault => fault.Contains(Refused, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{'published': 1, 'timestamp': os.environ.get('FRAME')}", "timestamp", "read from the environment variable FRAME")]
    [InlineData("{'published': 1, 'timestamp': os.getenv('FRAME', '1d')}", "timestamp", "read from the environment variable FRAME")]
    [InlineData("{'published': 1, 'timestamp': f'{days}d'}", "timestamp", "an expression, which is not executed")]
    [InlineData("{'published': 1, 'tags': [one, 'two']}", "tags", "partly an expression, which is not executed")]
    [InlineData("{'published': 1, 'timestamp': 'soon'}", "timestamp", "soon")]
    [InlineData("{'published': 1, 'no_such_key': 'x'}", "no_such_key", "is unknown")]
    public void Unreadable_member_is_refused_and_the_others_are_kept(string filter, string member, string reason)
    {
        var import = ImportRun.Of(ImportRun.Complete("misp_event_filters = " + filter));

        Assert.Equal($$"""{"published":1,"{{member}}":"FILL IN"}""", import.Json("misp.eventFilters"));
        Assert.Contains(
            $"misp.eventFilters: \"{member}\" is still to be filled in.", Assert.Single(import.Faults), StringComparison.Ordinal);
        Assert.Contains(reason, import.Messages, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{'last': '1h', 'include_correlations': 0, 'includeEventTags': True}", """{"last":"1h"}""")]
    [InlineData("{'last': '1h', 'org': '', 'category': None, 'tags': []}", """{"last":"1h"}""")]
    [InlineData("{'last': '1h', 'withAttachments': 0, 'metadata': True, 'page': 1}", """{"last":"1h"}""")]
    public void Members_that_select_no_events_are_skipped_with_a_note(string filter, string expected)
    {
        var import = ImportRun.Of(ImportRun.Complete("misp_event_filters = " + filter));

        Assert.Equal(expected, import.Json("misp.eventFilters"));
        Assert.Empty(import.Faults);
        Assert.Contains(" is not imported: ", import.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public void Limit_on_the_number_of_events_is_skipped_with_a_warning()
    {
        var import = ImportRun.Of(ImportRun.Complete("misp_event_filters = {'published': True, 'limit': 100}"));

        Assert.Empty(import.Faults);
        Assert.Contains(
            "warning: line 5: misp_event_filters.limit is not imported: every event that matches is read",
            import.Messages,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{'org': '', 'category': ''}")]
    public void Filter_that_means_every_event_gets_a_warning(string filter)
    {
        var import = ImportRun.Of(ImportRun.Complete("misp_event_filters = " + filter));

        Assert.Equal("[]", import.Json("misp.eventFilters"));
        Assert.Contains("every event that the MISP key may read is sent", import.Messages, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{'published': 1, 'to_ids': 1, 'enforceWarninglist': True}", null, null)]
    [InlineData("{'published': 1, 'to_ids': True, 'enforce_warninglist': 1}", null, null)]
    [InlineData("{'published': 1, 'to_ids': 1, 'enforceWarninglist': os.getenv('LISTS')}", null, null)]
    [InlineData("{'published': 1, 'to_ids': 1, 'includeEventTags': os.getenv('TAGS')}", null, "false")]
    [InlineData("{'published': 1}", "false", "false")]
    public void Switches_in_the_filter_become_settings(string filter, string? toIdsOnly, string? enforceWarninglist)
    {
        var import = ImportRun.Of(ImportRun.Complete("misp_event_filters = " + filter));

        Assert.Equal("""{"published":1}""", import.Json("misp.eventFilters"));
        Assert.Equal((toIdsOnly, enforceWarninglist), (import.Json("misp.toIdsOnly"), import.Json("misp.enforceWarninglist")));
    }

    [Fact]
    public void Filter_of_misp2sentinel_for_unmarked_attributes_is_refused()
    {
        var import = ImportRun.Of(ImportRun.Complete("ms_action = 'alert'\nmisp_event_filters = {'published': 1, 'to_ids': 0}"));

        Assert.Contains(import.Faults, fault => fault.Contains("\"to_ids\" is still to be filled in", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_names_of_one_key_are_noted()
    {
        var import = ImportRun.Of(ImportRun.Complete("misp_event_filters = {'type': 'url', 'type_attribute': 'domain'}"));

        Assert.Contains("misp.eventFilters must be corrected", import.Messages, StringComparison.Ordinal);
        Assert.Contains("given twice", Assert.Single(import.Faults), StringComparison.Ordinal);
    }
}

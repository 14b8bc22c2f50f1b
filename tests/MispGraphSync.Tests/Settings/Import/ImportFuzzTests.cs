using System.Text;
using MispGraphSync.Core.Ports;
using MispGraphSync.Settings;
using MispGraphSync.Settings.Import;
using Xunit;

namespace MispGraphSync.Tests.Settings.Import;

/// <summary>
/// The config.py of other tools, damaged: settings that our reader reads, with no secret and no control character on the screen, or a
/// sentence. Nothing in it is ever run.
/// </summary>
public class ImportFuzzTests
{
    private const string Secret = "pLain~Secret.From-The-Python-File_0123456";

    private const string Sample = $$"""
        # our settings
        graph_auth = {
            'tenant': '22222222-3333-4444-5555-666666666666',  # ours
            "client_id": "33333333-4444-5555-6666-777777777777",
            'client_secret': '{{Secret}}',
        }
        targetProduct = "Azure Sentinel"
        misp_event_filters = [{'tags': ('tlp:green', 'tlp:' 'clear'), 'published': True, 'org': None}, {"date_from": '2026-01-01'}]
        action = 'block'; passiveOnly = True
        days_to_expire = 5 * (2 + 1)
        misp_key = '{{Secret}}'
        misp_domain = 'https://misp.example.net'
        misp_verifycert = False
        """;

    private const string Misp2Sentinel = $$""""
        import os
        misp_key = os.environ.get("MISP_KEY", "{{Secret}}")
        misp_domain = r'https://misp.example.net'
        ms_auth = { 'tenant': 'contoso.com', 'client_id': '33333333-4444-5555-6666-777777777777', 'client_secret': """{{Secret}}""",
          'workspace_id': '66666666-7777-8888-9999-000000000000', 'graph_api': False, 'scope': f"https://management.azure.com/.default" }
        misp_event_filters = { "published": 1, "tags": [ "workflow:state=\"complete\"" ], "timestamp": "14d" }
        days_to_expire = 50
        days_to_expire_mapping = { "ipv4-addr": 150, 'domain-name': 300 }
        """";

    private static readonly string[] Snippets =
    [
        "'", "\"", "'''", "\"\"\"", "\\", "\\\n", "#", "(", ")", "[", "]", "{", "}", ",", ":", "=", "==", ";", "\n", "\r", "\t",
        "\0", "\u009b", "None", "True", "-", "1e400", "99999999999999999999999999", "0x", "0b2", "1_0", "1__0", "b'x'", "rb\"\\x\"",
        "f'{x}'", "f'{",
        "'\\ud800'", "'\\N{DASH}'", "'\\x'", "\u202e", "\ufeff", "import os\nos.system('x')\n", "x = x\n", "a, b = 1, 2\n",
        "if True:\n  y = 1\n",
        "lambda: 0", "{**graph_auth}", "[*x]", "[i for i in x]", "misp_key = misp_key + misp_key\n", "del misp_key\n", "@", "**",
        "'%s' % 1", "...",
    ];

    [Fact]
    public async Task Damaged_Python_settings_are_imported_or_end_in_words()
    {
        using var folder = new SettingsFolder();
        var file = Path.Combine(folder.Path, "config.py");
        await Fuzzing.EachAsync(300, (_, random) =>
        {
            File.WriteAllBytes(file, Damaged(random));
            File.Delete(folder.File);
            var (output, messages) = (new StringWriter(), new StringWriter());
            try
            {
                ConfigImport.Run(
                    file, random.Next(2) == 0 ? folder.File : null, replace: true, kind: null, ImportRun.Options, output, messages);
                if (File.Exists(folder.File)) SettingsReader.Inspect(folder.File, SomeSettings.NoVariables, ImportRun.Options);
            }
            catch (RunFailedException failure)
            {
                Assert.Equal(RunOutcome.InvalidInput, failure.Outcome);
                messages.Write(failure.Message);
            }

            var said = output.ToString() + messages;
            Assert.DoesNotContain(Secret, said, StringComparison.Ordinal);
            Assert.DoesNotContain(said, c => char.IsControl(c) && c is not '\n');
            return Task.CompletedTask;
        });
    }

    [Theory]
    [InlineData("misp_key = os.environ.get('MISP_{0}', 'x')")]
    [InlineData("misp_key = os.environ['{0}']")]
    [InlineData("misp_key = 'k'\ngraph_auth = {{'{0}': 1}}")]
    [InlineData("misp_key = 'k'\ngraph_auth = {{}}\ngraph_auth['{0}'] = 1")]
    [InlineData("misp_key = 'k'\nmisp_event_filters = {{'{0}': 1}}")]
    [InlineData("misp_key = 'k'\nmisp_event_filters = [dict(**{{'{0}': 1}})]")]
    [InlineData("misp_key = 'k'\ndays_to_expire_mapping = {{'{0}': 1}}")]
    public void Secret_in_the_place_of_a_name_is_not_printed(string python) => Assert.DoesNotContain(
        Secret, ImportRun.Of(string.Format(System.Globalization.CultureInfo.InvariantCulture, python, Secret)).Messages,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("misp_verifycert = '{0}'")]
    [InlineData("misp_domain = 'https://{0}.example'")]
    [InlineData("action = '{0}'")]
    public void Secret_that_another_setting_repeats_is_not_printed(string python)
    {
        var import = ImportRun.Of(string.Format(
            System.Globalization.CultureInfo.InvariantCulture, $"misp_key = '{{0}}'\n{python}", Secret));

        Assert.DoesNotContain(Secret, import.Output + import.Messages, StringComparison.Ordinal);
    }

    private static byte[] Damaged(Random random)
    {
        var text = new StringBuilder(random.Next(2) == 0 ? Sample : Misp2Sentinel);
        for (var times = random.Next(4); times > 0; times--)
        {
            var at = random.Next(text.Length);
            var length = Math.Min(random.Next(40), text.Length - at);
            switch (random.Next(5))
            {
                case 0: text.Remove(at, length); break;
                case 1: text.Insert(random.Next(text.Length), text.ToString(at, length)); break;
                case 2: text.Insert(at, new string(Snippets[random.Next(Snippets.Length)][0], 1 + random.Next(5_000))); break;
                default: text.Insert(at, Snippets[random.Next(Snippets.Length)]); break;
            }
        }

        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        return random.Next(6) == 0 ? new JsonDamage(random).OfBytes(bytes) : bytes;
    }
}

using System.Text.Json;
using CsCheck;
using MispGraphSync.Settings;
using MispGraphSync.Settings.Import;
using Xunit;

namespace MispGraphSync.Tests.Settings.Import;

public class PythonFileTests
{
    [Theory]
    [InlineData("x = 'a'")]
    [InlineData("x: str = 'a'")]
    [InlineData("y = x = 'a'")]
    [InlineData("x = 'b'\nx = 'a'")]
    [InlineData("'''b\ntext''' \nx = u\"a\"  # why")]
    [InlineData("x = \"\"\"a\"\"\"")]
    [InlineData("x = '\\x61'")]
    [InlineData("x = '\\u0061'")]
    [InlineData("x = 'b'\r\nx = \\\r\n  'a'\r\n")]
    [InlineData("x = 'a'\rz = 1")]
    [InlineData("\uFEFFx = 'a'")]
    [InlineData("x = 'a'; y = 'b'")]
    [InlineData("x = f'a'")]
    [InlineData("x = r'a'")]
    [InlineData("a = 'a'\nx = a")]
    [InlineData("x = ('a')")]
    [InlineData("x = '' + ('' '''a''' +\n  \"\")")]
    [InlineData("x = 'a'\nprint(x)")]
    [InlineData("x = 'a'\nif x == 'a':\n    y = 1")]
    [InlineData("x = 'a'\nassert x, 'no x'")]
    public void All_forms_of_a_text_are_read(string python) => Assert.Equal("\"a\"", JsonOf(python));

    [Theory]
    [InlineData("-1_000", "-1000")]
    [InlineData("int('7')", "7")]
    [InlineData("None", "null")]
    [InlineData("{'a': (1, 2), \"b\": {3}, 'c': (4), 'd': [],}", """{"a":[1,2],"b":[3],"c":4,"d":[]}""")]
    [InlineData("dict(a=1, **{'b': True})", """{"a":1,"b":true}""")]
    [InlineData("()", "[]")]
    [InlineData("{}", "{}")]
    [InlineData("{'a': 1}\nx['b'] = 2", """{"a":1,"b":2}""")]
    public void Literals_are_read(string expression, string json) => Assert.Equal(json, JsonOf("x = " + expression));

    [Theory]
    [InlineData("x = f'{y}'")]
    [InlineData("x = b'a'")]
    [InlineData("x = 'a' 'b' % y")]
    [InlineData("x = 'a'.upper()")]
    [InlineData("x = 2 * 3")]
    [InlineData("x = 0x10")]
    [InlineData("x = '\\N{DASH}'")]
    [InlineData("x = '\\ud800'")]
    [InlineData("x = 'a\0b'")]
    [InlineData("x = 'a\uFFFDb'")]
    [InlineData("x = [1, 2)")]
    [InlineData("x = ('a'")]
    [InlineData("x = 'a")]
    [InlineData("x = {1: 2}")]
    [InlineData("x = {y: 2}")]
    [InlineData("x = open('x').read()")]
    [InlineData("x = 'a' if y else 'b'")]
    [InlineData("x = y or {}")]
    [InlineData("if y:\n    x = 'a'")]
    [InlineData("x = 'a'\nif y: x = 'b'")]
    [InlineData("x = 'a'\nx += 'b'")]
    [InlineData("x = ['a']\nx.append(y)")]
    [InlineData("x = 'a'\nfor x in y: pass")]
    [InlineData("x = {'a': 1}\nif y:\n    x['a'] = 2")]
    public void Value_that_needs_execution_is_not_read(string python)
    {
        Assert.Null(JsonOf(python));
        Assert.NotNull(PythonFile.Read(python).Names["x"].Value!.Obstacle);
    }

    [Theory]
    [InlineData("os.getenv('X')", null)]
    [InlineData("os.environ['X']", null)]
    [InlineData("environ[\"X\"]", null)]
    [InlineData("os.environ.get('X')", null)]
    [InlineData("os.environ.get('X', 'y')", "y")]
    [InlineData("getenv('X', default='y')", "y")]
    [InlineData("os.getenv('X') or 'y'", "y")]
    [InlineData("int(os.getenv('X', 'y'))", "y")]
    [InlineData("os.environ.get('X', 'y').strip()", "y")]
    [InlineData("(os.environ.get(\n  'X', 'y'))", "y")]
    public void Environment_variable_is_read(string expression, string? fallback)
    {
        var variable = Assert.IsType<PythonValue.Variable>(PythonFile.Read("x = " + expression).Names["x"].Value);

        Assert.Equal(("X", fallback), (variable.Name, variable.Default?.Json?.GetString()));
    }

    [Fact]
    public void Value_that_holds_itself_or_grows_without_end_is_not_read()
    {
        Assert.Null(JsonOf("x = ['a']\n" + string.Concat(Enumerable.Repeat("x = [x, x]\n", 60))));
        Assert.Null(JsonOf("x = 'a'\n" + string.Concat(Enumerable.Repeat("x = x + x\n", 60))));
        Assert.Null(JsonOf("x = {}\nx['a'] = x"));
    }

    [Theory]
    [InlineData("x = ", "[")]
    [InlineData("x = ", "'a' ")]
    [InlineData("x = ", "'a' + ")]
    [InlineData("", "x = ")]
    [InlineData("", "if a: x = 1\n")]
    [InlineData("x = ", "'''")]
    [InlineData("x = ", "'\\")]
    [InlineData("x = {", "'a': 1, ")]
    [InlineData("", "x(\n")]
    [InlineData("x = y", ".strip()")]
    public void Large_file_is_read(string start, string repeated)
    {
        var text = start + string.Concat(Enumerable.Repeat(repeated, 128 * 1024 / repeated.Length));

        Assert.True(PythonFile.Read(text).Names.ContainsKey("x"));
    }

    [Fact]
    public void Reading_never_throws()
    {
        string[] pieces =
        [
            "x", "=",
            "'", "\"", "'''", "{", "}", "[", "]", "(", ")", ",", ":", "\\", "\n", "#", " ", "True", "None", "-", "1", ".", "r", ";",
            "é", "\0", "if", "or", "+", "**", "os.getenv(", "dict(", ".strip()", "f'", "x['a'] = ", "from a import *",
        ];

        Gen.OneOf(pieces).Array[0, 40].Sample(
            parts => PythonFile.Read(string.Concat(parts)).Names.Values.All(name =>
                name.Value is null || name.Value.Json is null == name.Value.Obstacle is not null),
            iter: 3000,
            threads: 1);
    }

    private static string? JsonOf(string python) => PythonFile.Read(python).Names["x"].Value!.Json is { } json
        ? JsonSerializer.Serialize(json, SettingsJson.Readable.JsonElement) : null;
}

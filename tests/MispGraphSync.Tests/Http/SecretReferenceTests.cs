using MispGraphSync.Core.Ports;
using MispGraphSync.Http;
using MispGraphSync.Tests.Settings;
using Xunit;

namespace MispGraphSync.Tests.Http;

public class SecretReferenceTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Endless_file_is_rejected()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no such device.");

        var failure = await Assert.ThrowsAsync<RunFailedException>(
            async () => await new SecretReference("file:/dev/zero", "/").ResolveAsync(TestContext.Current.CancellationToken));

        Assert.Contains("is not a secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Literal_secret_is_returned_and_never_printed()
    {
        var secret = new SecretReference("s3cret-value", "/");

        Assert.Equal("s3cret-value", await secret.ResolveAsync(Ct));
        Assert.Equal("(hidden)", secret.ToString());
    }

    [Fact]
    public async Task Variable_is_read_on_use() =>
        Assert.Equal("abc", await new SecretReference("env:KEY", "/", name => name == "KEY" ? "abc" : null).ResolveAsync(Ct));

    [Theory]
    [InlineData("abc\n", "abc")]
    [InlineData("abc\r\n", "abc")]
    [InlineData("abc", "abc")]
    [InlineData(" abc ", " abc ")]
    public async Task One_trailing_newline_of_a_file_is_removed(string content, string expected)
    {
        using var folder = new SettingsFolder();
        folder.Write("key", content);

        Assert.Equal(expected, await new SecretReference("file:key", folder.Path).ResolveAsync(Ct));
    }

    [Fact]
    public async Task Missing_secret_is_named_by_its_reference()
    {
        var variable = await Fails(new SecretReference("env:MISP_KEY", "/", _ => null));
        var file = await Fails(new SecretReference("file:no/such", "/"));
        var vault = await Fails(new SecretReference("keyvault:https://v-1.vault.azure.net/secrets/s", "/"));

        Assert.Equal("The secret env:MISP_KEY is not there: the environment variable MISP_KEY is not set.", variable.Message);
        Assert.Equal("The secret file:no/such cannot be read from /no/such: there is no such file.", file.Message);
        Assert.Equal("The secret keyvault:https://v-1.vault.azure.net/secrets/s cannot be fetched: no identity for the vault is at hand.",
            vault.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("top-secret-one\nsecond")]
    public async Task Empty_or_multiline_secret_is_rejected_without_printing_it(string content)
    {
        var failure = await Fails(new SecretReference("env:KEY", "/", _ => content));

        Assert.StartsWith("The secret env:KEY ", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("top-secret-one", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vault_secret_is_fetched_through_the_given_function()
    {
        var secret = new SecretReference("keyvault:https://v-1.vault.azure.net/secrets/s", "/")
            .WithVault((address, _) => ValueTask.FromResult($"from {address}"));

        Assert.Equal("from https://v-1.vault.azure.net/secrets/s", await secret.ResolveAsync(Ct));
    }

    [Theory]
    [InlineData("keyvault:https://my-vault.vault.azure.net/secrets/name", true)]
    [InlineData("keyvault:https://my-vault.vault.usgovcloudapi.net/secrets/name", true)]
    [InlineData("keyvault:https://my-vault.vault.azure.cn/secrets/name/0123456789abcdef0123456789abcdef", true)]
    [InlineData("keyvault:http://my-vault.vault.azure.net/secrets/name", false)]
    [InlineData("keyvault:https://vault.azure.net/secrets/name", false)]
    [InlineData("keyvault:https://my-vault.vault.azure.net.evil.example/secrets/name", false)]
    [InlineData("keyvault:https://evil.example/my-vault.vault.azure.net/secrets/name", false)]
    [InlineData("keyvault:https://me@my-vault.vault.azure.net/secrets/name", false)]
    [InlineData("keyvault:https://my-vault.vault.azure.net:8443/secrets/name", false)]
    [InlineData("keyvault:https://my-vault.vault.azure.net/keys/name", false)]
    [InlineData("keyvault:https://my-vault.vault.azure.net/secrets/name?x=1", false)]
    public void Only_Key_Vault_addresses_are_accepted(string text, bool isGood)
    {
        Assert.Equal(isGood, SecretReference.FormatFault(text) is null);
        Assert.Equal(isGood, new SecretReference(text, "/").VaultAddress is not null);
    }

    private static async Task<RunFailedException> Fails(SecretReference secret)
    {
        var failure = await Assert.ThrowsAsync<RunFailedException>(async () => await secret.ResolveAsync(Ct));
        Assert.Equal(RunOutcome.InvalidInput, failure.Outcome);
        return failure;
    }
}

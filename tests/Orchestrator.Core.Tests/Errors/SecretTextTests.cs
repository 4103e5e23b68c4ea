using Orchestrator.Core.Errors;

namespace Orchestrator.Core.Tests.Errors;

public sealed class SecretTextTests
{
    [Theory]
    [InlineData("postgresql://app:geheim@db1:5432/shop")]
    [InlineData("see postgresql://app:geheim@db1/shop and postgres://b:geheim@h")]
    [InlineData("postgresql://:geheim@db1/shop")]
    [InlineData("postgresql://app:ge@geheim/x@db1/shop")]
    [InlineData("postgresql://db1/shop?user=app&password=geheim&sslmode=require")]
    [InlineData("Host=db1;Username=app;Password=geheim;Database=shop")]
    [InlineData("Host=db1;Password=\"a;geheim\"\"b\";Database=shop")]
    [InlineData("Host=db1;Password='x;geheim';Database=shop")]
    [InlineData("password = geheim")]
    [InlineData("Password=with blank geheim;Port=1")]
    [InlineData("PGPASSWORD=geheim psql")]
    [InlineData("SSL Password=geheim;x=1")]
    [InlineData("sslpassword=geheim")]
    [InlineData("pwd=geheim")]
    public void Mask_hides_the_password(string text)
    {
        var masked = SecretText.Mask(text);

        Assert.DoesNotContain("geheim", masked, StringComparison.Ordinal);
        Assert.Contains("***", masked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgresql://app@db1:5432/shop?sslmode=require")]
    [InlineData("password refused for user app")]
    [InlineData("http://h:80/x")]
    [InlineData("")]
    public void Mask_leaves_text_without_secrets_alone(string text) => Assert.Equal(text, SecretText.Mask(text));

    [Fact]
    public void Mask_keeps_what_is_around_the_password() =>
        Assert.Equal("postgresql://app:***@db1/shop?password=***&sslmode=require", SecretText.Mask("postgresql://app:a@db1/shop?password=b&sslmode=require"));

    [Fact]
    public void Mask_hides_known_secrets_wherever_they_stand() =>
        Assert.Equal("the *** came back", SecretText.Mask("the geheim came back", "geheim", "", "ck"));

    [Fact]
    public void Mask_of_null_is_empty() => Assert.Equal("", SecretText.Mask(null));
}

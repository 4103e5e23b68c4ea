using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Runs;

public sealed class DatabaseUrlTests
{
    [Fact]
    public void Parse_takes_all_parts()
    {
        var url = DatabaseUrl.Parse("PostgreSQL://app:p%40s%2Fs%25@db1.example:6432/my%20shop?sslmode=require&application_name=a%26b");

        Assert.Equal(("postgresql", "app", "p@s/s%", "db1.example", 6432, "my shop"), (url.Scheme, url.User, url.Password, url.Host, url.Port, url.Database));
        Assert.Equal([new("sslmode", "require"), new("application_name", "a&b")], url.Parameters);
    }

    [Theory]
    [InlineData("postgresql://u@[::1]:5433/d", "::1", 5433)]
    [InlineData("postgresql://u@[fe80::1%25eth0]/d", "fe80::1%eth0", null)]
    [InlineData("postgresql://u@[2001:db8::7]/d", "2001:db8::7", null)]
    [InlineData("postgresql://u@%2Fvar%2Frun%2Fpostgresql/d", "/var/run/postgresql", null)]
    [InlineData("postgresql:///d", "", null)]
    public void Parse_knows_addresses_and_socket_directories(string text, string host, int? port)
    {
        var url = DatabaseUrl.Parse(text);
        Assert.Equal((host, port), (url.Host, url.Port));
    }

    [Theory]
    [InlineData("db1:5432/shop")]
    [InlineData("://x")]
    [InlineData("postgresql://u:geheim@h:0/d")]
    [InlineData("postgresql://u:geheim@h:99999/d")]
    [InlineData("postgresql://u:geheim@h:5x/d")]
    [InlineData("postgresql://u:geheim@[::1/d")]
    [InlineData("postgresql://u:geheim@[zz]/d")]
    [InlineData("postgresql://u:geheim@h1,h2/d")]
    [InlineData("postgresql://u:geheim%zz@h/d")]
    [InlineData("postgresql://u:geheim%@h/d")]
    [InlineData("postgresql://u:geh/eim@h/d")]
    [InlineData("postgresql://u:geheim#x@h/d")]
    [InlineData("postgresql://u:geheim@h/d?sslmode")]
    [InlineData("postgresql://u:geheim@h/d%00x")]
    public void Parse_refuses_what_is_no_url_without_showing_the_password(string text)
    {
        var e = Assert.Throws<OrchestratorException>(() => DatabaseUrl.Parse(text));

        Assert.Equal(("E-CFG-002", ErrorKind.Configuration), (e.Code, e.Kind));
        Assert.DoesNotContain("geh", e.Message + e.Fix, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgresql://u:geheim@h/d", "geheim")]
    [InlineData("postgresql://u@h/d?sslmode=require&password=ge%20heim", "ge heim")]
    [InlineData("postgresql://u@h/d", "")]
    public void Secrets_are_the_passwords_wherever_they_stand(string text, string secrets) =>
        Assert.Equal(secrets, string.Join(',', DatabaseUrl.Parse(text).Secrets));

    [Fact]
    public void ToString_hides_the_password_and_the_parameters() =>
        Assert.Equal("postgresql://u:***@[::1]:5433/d", DatabaseUrl.Parse("postgresql://u:geheim@[::1]:5433/d?password=geheim").ToString());
}

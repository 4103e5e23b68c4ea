using Npgsql;
using Orchestrator.Core.Errors;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Tests.Sql;

public sealed class PgUrlTests
{
    [Fact]
    public void ToConnectionString_carries_every_part_of_the_url()
    {
        var b = new NpgsqlConnectionStringBuilder(PgUrl.ToConnectionString(
            "postgresql://app:a%3Bb%3D%22c%27@db1:6432/my%20shop?sslmode=verify-full&connect_timeout=7&application_name=mover&sslrootcert=/ca.pem"));

        Assert.Equal(("db1", 6432, "app", "a;b=\"c'", "my shop"), (b.Host, b.Port, b.Username, b.Password, b.Database));
        Assert.Equal((SslMode.VerifyFull, 7, "mover", "/ca.pem"), (b.SslMode, b.Timeout, b.ApplicationName, b.RootCertificate));
    }

    [Fact]
    public void ToConnectionString_has_defaults_of_libpq()
    {
        var b = PgUrl.ToBuilder("postgres://u@h/d");

        Assert.Equal((5432, SslMode.Prefer, (string?)null, 0), (b.Port, b.SslMode, b.Password, b.CommandTimeout));
    }

    [Theory]
    [InlineData("disable", SslMode.Disable)]
    [InlineData("allow", SslMode.Allow)]
    [InlineData("prefer", SslMode.Prefer)]
    [InlineData("require", SslMode.Require)]
    [InlineData("verify-ca", SslMode.VerifyCA)]
    [InlineData("verify-full", SslMode.VerifyFull)]
    public void Sslmode_means_what_libpq_means_and_goes_to_programs_unchanged(string text, SslMode mode)
    {
        var url = $"postgresql://u@h/d?sslmode={text}";

        Assert.Equal(mode, PgUrl.ToBuilder(url).SslMode);
        Assert.Equal(text, PgUrl.ToEnvironment(PgUrl.ToConnectionString(url))["PGSSLMODE"]);
    }

    [Theory]
    [InlineData("postgresql:///d?host=/var/run/pg&user=u")]
    [InlineData("postgresql://u@%2Fvar%2Frun%2Fpg/d")]
    public void Socket_directory_is_taken(string url) => Assert.Equal("/var/run/pg", PgUrl.ToBuilder(url).Host);

    [Theory]
    [InlineData("Include Error Detail=true")]
    [InlineData("LogParameters=true")]
    [InlineData("Passfile=/etc/shadow")]
    [InlineData("options=-c%20session_replication_role%3Dreplica")]
    [InlineData("Pooling=false")]
    [InlineData("target_session_attrs=any")]
    [InlineData("SSLMODE=require")]
    public void S4_parameter_that_is_not_known_is_refused(string parameter)
    {
        var e = Assert.Throws<OrchestratorException>(() => PgUrl.ToConnectionString($"postgresql://u:geheim@h/d?{parameter}"));

        Assert.Equal(("E-CFG-003", ErrorKind.Configuration), (e.Code, e.Kind));
        Assert.DoesNotContain("geheim", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgresql://u:p%3BPooling%3Dfalse%3BHost%3Devil@h/d")]
    [InlineData("postgresql://u%3BHost%3Devil:p@h/d")]
    [InlineData("postgresql://u:p@h/d%3BHost%3Devil")]
    [InlineData("postgresql://u:p@h/d?application_name=x%3BHost%3Devil")]
    public void S4_semicolons_in_a_part_stay_in_that_part(string url) =>
        Assert.Equal("h", new NpgsqlConnectionStringBuilder(PgUrl.ToConnectionString(url)).Host);

    [Theory]
    [InlineData("mysql://u@h/d", "E-CFG-002")]
    [InlineData("postgresql://u@h", "E-CFG-005")]
    [InlineData("postgresql://u@/d", "E-CFG-005")]
    [InlineData("postgresql://h/d", "E-CFG-005")]
    [InlineData("postgresql://u@h/d?sslmode=on", "E-CFG-004")]
    [InlineData("postgresql://u@h/d?connect_timeout=0", "E-CFG-004")]
    [InlineData("postgresql://u@h/d?port=70000", "E-CFG-004")]
    [InlineData("postgresql://u@h/d?host=a,b", "E-CFG-004")]
    [InlineData("postgresql://u@h/d?sslmode=require&sslmode=disable", "E-CFG-004")]
    public void Url_that_cannot_work_is_refused(string url, string code) =>
        Assert.Equal(code, Assert.Throws<OrchestratorException>(() => PgUrl.ToConnectionString(url)).Code);

    [Fact]
    public void Environment_of_programs_carries_the_password_and_display_does_not()
    {
        const string Url = "postgresql://u:ge%20heim@h:1/d";

        Assert.Equal("ge heim", PgUrl.ToEnvironment(PgUrl.ToConnectionString(Url))["PGPASSWORD"]);
        Assert.Equal("h:1/d", PgUrl.Display(Url));
    }
}

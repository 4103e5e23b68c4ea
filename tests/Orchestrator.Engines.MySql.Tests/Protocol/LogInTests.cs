using Orchestrator.Core.Errors;
using Orchestrator.Engines.MySql.Sql;

namespace Orchestrator.Engines.MySql.Tests.Protocol;

/// <summary>The client library against MySQL's ways to log in.</summary>
public sealed class LogInTests
{
    [Theory]
    [InlineData("caching_sha2_password", true, true, "tls fast")]
    [InlineData("caching_sha2_password", true, false, "tls full")]
    [InlineData("caching_sha2_password", false, true, "fast")]
    [InlineData("caching_sha2_password", false, false, "full key")]
    [InlineData("sha256_password", true, false, "tls switch")]
    [InlineData("sha256_password", false, false, "switch key")]
    [InlineData("mysql_native_password", true, false, "tls switch")]
    [InlineData("mysql_native_password", false, false, "switch")]
    public async Task Account_of_every_method_is_let_in(string method, bool hasTls, bool isCached, string steps)
    {
        await using var server = new FakeMySqlServer { AccountMethod = method, HasTls = hasTls, IsCached = isCached };
        await MySqlConnectCheck.RunAsync(server.Url(), default);
        Assert.Equal(steps, string.Join(' ', server.LogIn));
        Assert.Contains("SET NAMES utf8mb4", server.Seen);
    }

    [Theory]
    [InlineData("caching_sha2_password", true)]
    [InlineData("caching_sha2_password", false)]
    [InlineData("sha256_password", false)]
    [InlineData("mysql_native_password", false)]
    public async Task Wrong_password_is_told_without_it(string method, bool isCached)
    {
        await using var server = new FakeMySqlServer { AccountMethod = method, IsCached = isCached };
        var error = await Assert.ThrowsAsync<OrchestratorException>(() => MySqlConnectCheck.RunAsync(server.Url(password: "wr0ng-one"), default));
        Assert.Equal("E-CONN-012", error.Code);
        Assert.DoesNotContain("wr0ng-one", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(FakeMySqlServer.Password, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("authentication_webauthn_client")]
    [InlineData("authentication_ldap_sasl_client")]
    public async Task Method_the_library_has_not_is_named(string method)
    {
        await using var server = new FakeMySqlServer { AccountMethod = method };
        var error = await Assert.ThrowsAsync<OrchestratorException>(() => MySqlConnectCheck.RunAsync(server.Url(), default));
        Assert.Equal("E-CONN-017", error.Code);
        Assert.Contains(method, error.Message, StringComparison.Ordinal);
        Assert.Contains("caching_sha2_password", error.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_without_TLS_is_refused_where_TLS_is_asked_for()
    {
        await using var server = new FakeMySqlServer { HasTls = false };
        var error = await Assert.ThrowsAsync<OrchestratorException>(() => MySqlConnectCheck.RunAsync(server.Url("?sslmode=require"), default));
        Assert.Equal("E-CONN-004", error.Code);
        Assert.DoesNotContain("full", server.LogIn);
    }

    /// <summary>Nobody could read along: what the library would send as it is goes through TLS, or hidden by the server's key.</summary>
    [Theory]
    [InlineData("", true, "tls full")]
    [InlineData("?sslmode=require", true, "tls full")]
    [InlineData("?sslmode=disable", true, "full key")]
    [InlineData("", false, "full key")]
    public async Task Password_is_never_sent_as_it_is(string parameters, bool hasTls, string steps)
    {
        await using var server = new FakeMySqlServer { HasTls = hasTls };
        await MySqlConnectCheck.RunAsync(server.Url(parameters), default);
        Assert.Equal(steps, string.Join(' ', server.LogIn));
    }

    [Fact]
    public async Task Certificate_of_nobody_is_refused_where_it_is_to_be_verified()
    {
        await using var server = new FakeMySqlServer();
        var error = await Assert.ThrowsAsync<OrchestratorException>(() => MySqlConnectCheck.RunAsync(server.Url("?sslmode=verify-full"), default));
        Assert.Equal("E-CONN-004", error.Code);
    }

    [Theory]
    [InlineData("8.0.36", "MySQL 8.0.36", "SHOW MASTER STATUS")]
    [InlineData("8.4.3", "MySQL 8.4.3", "SHOW BINARY LOG STATUS")]
    [InlineData("9.1.0-commercial", "MySQL 9.1.0", "SHOW BINARY LOG STATUS")]
    [InlineData("8.0.36-28", "MySQL 8.0.36", "SHOW MASTER STATUS")]
    [InlineData("8.0.mysql_aurora.3.04.0", "MySQL 8.0.0", "SHOW MASTER STATUS")]
    [InlineData("8.0.40-azure", "MySQL 8.0.40", "SHOW MASTER STATUS")]
    [InlineData("10.6.14-MariaDB-log", "MariaDB 10.6.14", "SHOW MASTER STATUS")]
    [InlineData("5.5.5-10.6.12-MariaDB-1:10.6.12+maria~deb11-log", "MariaDB 10.6.12", "SHOW MASTER STATUS")]
    [InlineData("11.4.2-MariaDB", "MariaDB 11.4.2", "SHOW MASTER STATUS")]
    public async Task Server_is_known_by_what_it_says_of_itself(string version, string known, string statement)
    {
        Assert.Equal(known, ServerVersion.Parse(version).ToString());
        Assert.Equal(statement, Orchestrator.Engines.MySql.Source.MasterStatus.StatementOf(ServerVersion.Parse(version)));
        await using var server = new FakeMySqlServer { Version = version };
        using var connection = await new MySqlSession(MySqlUrl.Parse(server.Url())).OpenAsync(default);
        Assert.Equal(known, connection.Version.ToString());
    }
}

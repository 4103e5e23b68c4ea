using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.Engines.PostgreSql.Target.Schema;

namespace Orchestrator.Engines.PostgreSql.Tests.Target;

public sealed class PgToolTests
{
    [Fact]
    public async Task Programs_connect_as_our_own_sessions_do()
    {
        await using var session = new PgSession(
            PgUrl.ToConnectionString("postgresql://u:geheim@h:6432/d?sslmode=verify-ca&sslrootcert=/ca.pem&sslcert=/c.pem&sslkey=/k.pem&connect_timeout=7"), "test");
        var environment = new Dictionary<string, string?> { ["PGSERVICE"] = "elsewhere", ["PGHOSTADDR"] = "10.0.0.1", ["PATH"] = "/bin" };

        new PgTool(session).SetEnvironment(environment);

        Assert.Equal(
            "PATH=/bin PGCONNECT_TIMEOUT=7 PGDATABASE=d PGHOST=h PGPASSWORD=geheim PGPORT=6432 PGSSLCERT=/c.pem PGSSLKEY=/k.pem PGSSLMODE=verify-ca PGSSLROOTCERT=/ca.pem PGUSER=u",
            string.Join(' ', environment.Where(e => e.Key is not ("PGAPPNAME" or "PGOPTIONS" or "PGCLIENTENCODING" or "PSQLRC"))
                .OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}={e.Value}")));
    }
}

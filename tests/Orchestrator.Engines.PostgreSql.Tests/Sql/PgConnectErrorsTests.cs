using System.Net;
using System.Net.Sockets;
using Npgsql;
using Orchestrator.Core.Errors;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Sql;

[Trait("Needs", "PostgreSql")]
public sealed class PgConnectErrorsTests : IAsyncLifetime
{
    private const string Wrong = "Zx9wrongPw";
    private PgCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        _cluster = await PgCluster.StartAsync();
        await _cluster.CreateDatabaseAsync("closed");
        await _cluster.ExecuteAsync("postgres", "CREATE ROLE clerk LOGIN PASSWORD 'clerk'; REVOKE CONNECT ON DATABASE closed FROM public");
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Refusals_of_a_real_server_get_code_sentence_and_fix()
    {
        var server = $"127.0.0.1:{_cluster.Port}";
        await ExpectAsync($"postgresql://postgres:{Wrong}@{server}/postgres", "E-CONN-012", ErrorKind.Configuration, "password refused");
        await ExpectAsync($"postgresql://nobody:{Wrong}@{server}/postgres", "E-CONN-012", ErrorKind.Configuration, "as nobody");
        await ExpectAsync($"postgresql://postgres@{server}/postgres", "E-CONN-012", ErrorKind.Configuration, "the URL has none");
        await ExpectAsync($"postgresql://postgres:{_cluster.Password}@{server}/nosuch", "E-CONN-013", ErrorKind.Configuration, "no database nosuch");
        await ExpectAsync($"postgresql://clerk:clerk@{server}/closed", "E-CONN-016", ErrorKind.Configuration, "may not connect to database closed");
        await ExpectAsync($"postgresql://postgres:{Wrong}@{server}/postgres?sslmode=require", "E-CONN-005", ErrorKind.Configuration, "connection to source");
        await ExpectAsync($"postgresql://postgres:{Wrong}@127.0.0.1:{FreePort()}/postgres", "E-CONN-002", ErrorKind.Transient, "nothing listens");
        await ExpectAsync($"postgresql://postgres:{Wrong}@no-such-host.invalid/postgres", "E-CONN-001", ErrorKind.Transient, "not known");
        await ExpectAsync($"postgresql://postgres:{Wrong}@/postgres?host=/nonexistent", "E-CONN-002", ErrorKind.Transient, "/nonexistent");
    }

    [Fact]
    public async Task Server_that_never_answers_is_told_from_one_that_refuses()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;

        await ExpectAsync($"postgresql://u:{Wrong}@127.0.0.1:{port}/d?connect_timeout=1", "E-CONN-003", ErrorKind.Transient, "within 1 s");
    }

    [Fact]
    public async Task X13_errors_of_statements_are_classed_by_sqlstate()
    {
        await using var connection = new NpgsqlConnection(PgUrl.ToConnectionString($"postgresql://postgres:{_cluster.Password}@127.0.0.1:{_cluster.Port}/postgres"));
        await connection.OpenAsync();

        async Task<OrchestratorException> FailAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            return PgErrors.Describe(await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync()), "Trying it");
        }

        var timeout = await FailAsync("SET statement_timeout = 20; SELECT pg_sleep(5)");
        Assert.Equal(("E-PG-57014", ErrorKind.Transient), (timeout.Code, timeout.Kind));
        var missing = await FailAsync("SET statement_timeout = 0; SELECT * FROM nosuch");
        Assert.Equal(("E-PG-42P01", ErrorKind.Data), (missing.Code, missing.Kind));
        var unique = await FailAsync("CREATE TABLE public.a (id int PRIMARY KEY); INSERT INTO a VALUES (1), (1)");
        Assert.Equal(("E-PG-23505", ErrorKind.Data, "public.a"), (unique.Code, unique.Kind, unique.Table));
        var readOnly = await FailAsync("SET transaction_read_only = on; CREATE TABLE b ()");
        Assert.Equal(("E-PG-25006", ErrorKind.Configuration), (readOnly.Code, readOnly.Kind));
        Assert.Contains("primary", readOnly.Fix, StringComparison.Ordinal);
        Assert.Equal(ErrorKind.Bug, (await FailAsync("SELEC 1")).Kind);
    }

    [Fact]
    public async Task X10_connection_cut_by_the_server_is_transient()
    {
        await using var connection = new NpgsqlConnection(PgUrl.ToConnectionString($"postgresql://postgres:{_cluster.Password}@127.0.0.1:{_cluster.Port}/postgres"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT pg_terminate_backend(pg_backend_pid())", connection);

        Assert.True(PgErrors.IsTransient(await Assert.ThrowsAnyAsync<NpgsqlException>(() => command.ExecuteNonQueryAsync())));
        await using var after = new NpgsqlCommand("SELECT 1", connection);
        Assert.NotNull(await Record.ExceptionAsync(() => after.ExecuteNonQueryAsync()));
    }

    private static async Task ExpectAsync(string url, string code, ErrorKind kind, string says)
    {
        await using var connection = new NpgsqlConnection(PgUrl.ToConnectionString(url));
        var thrown = await Assert.ThrowsAnyAsync<Exception>(() => connection.OpenAsync());

        var e = PgConnectErrors.Describe(thrown, "source", url);

        Assert.True(code == e.Code && kind == e.Kind, $"{url}: {e.Code} {e.Kind} {e.Message} <- {thrown}");
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed.", e.Message, StringComparison.Ordinal);
        Assert.NotEqual("", e.Fix);
        Assert.DoesNotContain(Wrong, e.Message + e.Fix, StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

using System.Diagnostics;

namespace Orchestrator.TestKit.Tests;

public sealed class PgClusterTests
{
    [Fact]
    public async Task Cluster_starts_answers_and_leaves_nothing()
    {
        var cluster = await PgCluster.StartAsync();
        await using (cluster)
        {
            Assert.Equal("logical", await cluster.QueryScalarAsync("postgres", "SHOW wal_level"));
            Assert.Equal("scram-sha-256", await cluster.QueryScalarAsync("postgres",
                "SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules"));
        }
        Assert.False(Directory.Exists(cluster.Directory));
    }

    [Fact]
    public async Task Two_clusters_are_two_servers()
    {
        await using var one = await PgCluster.StartAsync();
        await using var two = await PgCluster.StartAsync();
        const string identity = "SELECT system_identifier FROM pg_control_system()";
        Assert.NotEqual(await one.QueryScalarAsync("postgres", identity), await two.QueryScalarAsync("postgres", identity));
        Assert.NotEqual(one.Password, two.Password);
    }

    [Fact]
    public async Task Settings_and_encoding_are_honoured()
    {
        await using var cluster = await PgCluster.StartAsync(new PgClusterOptions
        {
            Settings = new Dictionary<string, string> { ["TimeZone"] = "Asia/Kathmandu" },
            InitDbArguments = ["--encoding=LATIN1", "--locale=C"],
        });
        await cluster.CreateDatabaseAsync("other \"db", "UTF8");
        Assert.Equal("Asia/Kathmandu", await cluster.QueryScalarAsync("postgres", "SHOW TimeZone"));
        Assert.Equal("LATIN1", await cluster.QueryScalarAsync("postgres", "SHOW server_encoding"));
        Assert.Equal("UTF8", await cluster.QueryScalarAsync("other \"db", "SHOW server_encoding"));
    }

    [Theory]
    [InlineData(StopMode.Fast)]
    [InlineData(StopMode.Immediate)]
    public async Task Restart_keeps_port_and_data(StopMode mode)
    {
        await using var cluster = await PgCluster.StartAsync();
        await cluster.ExecuteAsync("postgres", "CREATE TABLE t AS SELECT generate_series(1, 1000) AS i");
        await cluster.RestartAsync(mode);
        Assert.Equal("1000", await cluster.QueryScalarAsync("postgres", "SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Psql_understands_copy_blocks_and_reports_errors()
    {
        await using var cluster = await PgCluster.StartAsync();
        var output = await cluster.PsqlAsync("postgres", "CREATE TABLE t(a int, b text);\nCOPY t FROM stdin;\n1\tone\n2\t\\N\n\\.\nSELECT count(*) FROM t;\n");
        Assert.Equal("2", output.Trim());
        await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.PsqlAsync("postgres", "SELECT nonsense;"));
    }

    [Fact]
    public async Task Socket_directory_serves_libpq_clients()
    {
        await using var cluster = await PgCluster.StartAsync();
        var info = cluster.ClientInfo("psql", "postgres", "-X", "-A", "-t", "-c", "SELECT inet_server_addr() IS NULL");
        info.Environment["PGHOST"] = cluster.SocketDirectory;
        var result = await ProgramRun.RunAsync(info);
        Assert.Equal("t", result.Output.Trim());
    }

    [Fact]
    public async Task Start_takes_a_moment_once_the_template_is_there()
    {
        await using (await PgCluster.StartAsync())
        {
            var watch = Stopwatch.StartNew();
            await using var cluster = await PgCluster.StartAsync();
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"took {watch.Elapsed}");
        }
    }
}

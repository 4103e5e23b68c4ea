using System.Globalization;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.BadInput;

/// <summary>URLs that lead nowhere, or to the same place twice.</summary>
public sealed class ConnectionRefusalTests : IDisposable
{
    private readonly Refusal _refusal = new();

    public void Dispose() => _refusal.Dispose();

    [Theory]
    [InlineData("postgresql://postgres:pw@127.0.0.1:1/shop", "E-CONN-002")]
    [InlineData("postgresql://postgres:pw@no-such-host.invalid/shop", "E-CONN-001")]
    public async Task Unreachable_host_is_named_on_either_side(string url, string code)
    {
        await using var pair = await PgPair.CreateDatabasesAsync("unreachable");
        await _refusal.ExpectAsync(pair, 2, code, source: url);
        await _refusal.ExpectAsync(pair, 2, code, target: url);
    }

    [Fact]
    public async Task Wrong_password_is_never_echoed()
    {
        const string Wrong = "hunter2-wrong-7f3a";
        await using var pair = await PgPair.CreateDatabasesAsync("wrong_password");
        var url = pair.Target.Cluster.Url(pair.Target.Name, "postgres", Wrong);

        await _refusal.ExpectAsync(pair, 2, "E-CONN-012", target: url);

        foreach (var verb in (string[])["migrate", "assess", "validate"])
        {
            var result = await _refusal.RunAsync(pair.SourceUrl, url, verb);
            Assert.Equal(2, result.ExitCode);
            _refusal.SecretIsNowhere(Wrong, result);
        }
    }

    [Fact]
    public async Task Missing_database_is_named()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("missing");
        await _refusal.ExpectAsync(pair, 2, "There is no database nowhere", source: pair.Source.Cluster.Url("nowhere"));
    }

    [Fact]
    public async Task Source_as_target_is_refused_also_by_another_address()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("same");
        await pair.Source.ExecuteAsync("CREATE TABLE t (id int PRIMARY KEY)");
        var port = pair.Source.Cluster.Port.ToString(CultureInfo.InvariantCulture);
        var socket = $"{pair.SourceUrl}?host={Uri.EscapeDataString(pair.Source.Cluster.SocketDirectory)}&port={port}";

        await _refusal.ExpectAsync(pair, 2, "must be another database", target: pair.SourceUrl);
        await _refusal.ExpectAsync(pair, 4, "F-SRC-002", target: pair.SourceUrl.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        await _refusal.ExpectAsync(pair, 4, "F-SRC-002", target: socket);
    }

    [Fact]
    public async Task Wrong_wal_level_and_used_up_slots_are_blockers()
    {
        await using var cluster = await PgCluster.StartAsync(new PgClusterOptions
        {
            Settings = new Dictionary<string, string> { ["wal_level"] = "replica", ["max_replication_slots"] = "2" },
        });
        await cluster.CreateDatabaseAsync("old");
        await cluster.ExecuteAsync("old", "CREATE TABLE t (id int PRIMARY KEY)");
        await cluster.ExecuteAsync("old", "SELECT pg_create_physical_replication_slot('somebody')");
        var target = await PgPair.CreateDatabasesAsync("wal_level");
        await using var kept = target;
        var pair = new DatabasePair(new PgDatabase(cluster, "old"), target.Target);

        await _refusal.ExpectAsync(pair, 4, "F-LOG-001");
        await _refusal.ExpectAsync(pair, 4, "F-LOG-002");
    }
}

using System.Globalization;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Engines.MySql.Source;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.MySql.Tests.Source;

/// <summary>However the view is made: every session sees the same, and the log goes on exactly there (CASES C1).</summary>
[Trait("Needs", "MySql")]
public sealed class SnapshotTests
{
    private const string Replica = "SELECT, REPLICATION SLAVE, BINLOG MONITOR";

    [Theory]
    [InlineData("RELOAD, " + Replica, "", "lock", "server")]
    [InlineData("LOCK TABLES, " + Replica, "", "lock", "tables")]
    [InlineData(Replica, "", "sessions", "4 of 4")]
    [InlineData("RELOAD, LOCK TABLES, " + Replica, "UPDATE slow SET id = id + 10 WHERE SLEEP(12) = 0", "sessions", "4 of 4")]
    public async Task C1_view_and_log_meet_under_live_writes_with_every_kind_of_lock_and_without(string rights, string runsOn, string field, string value)
    {
        await using var pair = await MySqlPair.CreateAsync("snapshot");
        await pair.Source.ExecuteAsync("CREATE TABLE app_ledger(id bigint PRIMARY KEY); CREATE TABLE a(id bigint PRIMARY KEY); CREATE TABLE b(id bigint PRIMARY KEY); CREATE TABLE slow(id int); INSERT INTO slow VALUES (1)");
        await using var engine = new MySqlSourceEngine(await AccountAsync(pair, rights), new MappingOptions(), Guid.NewGuid(), 3, TimeProvider.System);
        var tables = (await engine.Catalog.ReadAsync(TableSelection.All, default)).Tables;
        await using var writer = await MySqlWriter.StartAsync(pair.Source, n => $"INSERT INTO a VALUES ({n}); INSERT INTO b VALUES ({n});", connections: 4);
        var slow = runsOn.Length > 0 ? pair.Source.ExecuteAsync(runsOn) : Task.CompletedTask;
        if (runsOn.Length > 0) await Task.Delay(500);

        if (field == "sessions" && !pair.Source.Server.Product.IsMariaDb)
        {
            Assert.Equal("E-SNAP-005", (await Assert.ThrowsAsync<OrchestratorException>(() => engine.Capture.CreateAsync(tables, default))).Code);
            await slow;
            return;
        }

        await using var snapshot = (MySqlSnapshot)await engine.Capture.CreateAsync(tables, default);
        await writer.WaitForCommitsAsync(50, TimeSpan.FromSeconds(60));
        await writer.StopAsync();
        await slow;
        var seen = await IdsAsync(snapshot, tables, "app_ledger");
        Assert.Equal(seen, await IdsAsync(snapshot, tables, "a"));
        Assert.Equal(seen, await IdsAsync(snapshot, tables, "b"));
        Assert.Contains(new KeyValuePair<string, string>(field, value), snapshot.Notice!.Fields);

        var later = await FollowAsync(engine, tables, snapshot.Position);
        foreach (var name in (string[])["app_ledger", "a", "b"])
        {
            var all = (await pair.Source.QueryRowsAsync($"SELECT id FROM {name} ORDER BY id")).Select(r => long.Parse(r[0]!, CultureInfo.InvariantCulture));
            Assert.Equal(all, seen.Concat(later[name]).Order());
        }
    }

    [Fact]
    public async Task C1_sessions_that_are_fewer_than_workers_are_waited_for()
    {
        await using var pair = await MySqlPair.CreateAsync("fewer");
        await pair.Source.ExecuteAsync("CREATE TABLE t(id int PRIMARY KEY); INSERT INTO t VALUES (1), (2)");
        await using var engine = new MySqlSourceEngine(pair.SourceUrl, new MappingOptions(), Guid.NewGuid(), 1, TimeProvider.System);
        var table = (await engine.Catalog.ReadAsync(TableSelection.All, default)).Tables[0];
        await using var snapshot = await engine.Capture.CreateAsync([table], default);
        var first = await snapshot.OpenSessionAsync(default);
        await using var second = await snapshot.OpenSessionAsync(default);

        var third = snapshot.OpenSessionAsync(default);
        Assert.False(third.IsCompleted);
        await first.DisposeAsync();
        await using (var session = await third.WaitAsync(TimeSpan.FromSeconds(10)))
            await (await session.ReadAsync(new Chunk(table, 0, 1, new WholeTable()), default)).DisposeAsync(); // left in the middle: it is lost
        await (await second.ReadAsync(new Chunk(table, 0, 1, new WholeTable()), default)).DisposeAsync();
        await second.DisposeAsync();
        Assert.Equal("E-SNAP-001", (await Assert.ThrowsAsync<OrchestratorException>(() => snapshot.OpenSessionAsync(default))).Code);
    }

    private static async Task<string> AccountAsync(MySqlPair pair, string rights)
    {
        var user = $"mover_{pair.Source.Name}";
        await pair.Source.ExecuteAsync($"CREATE USER '{user}'@'127.0.0.1' IDENTIFIED BY 'secret word'; GRANT {rights} ON *.* TO '{user}'@'127.0.0.1'");
        return pair.Source.Server.Url(pair.Source.Name, user, "secret word");
    }

    private static async Task<List<long>> IdsAsync(MySqlSnapshot snapshot, IReadOnlyList<TableSchema> tables, string table)
    {
        using var session = await snapshot.TakeForGoodAsync(default);
        return (await session.RowsAsync($"SELECT id FROM {tables.First(t => t.Origin!.Value.Name == table).Origin} ORDER BY id", default)).ConvertAll(r => long.Parse(r[0]!, CultureInfo.InvariantCulture));
    }

    private static async Task<ILookup<string, long>> FollowAsync(MySqlSourceEngine engine, IReadOnlyList<TableSchema> tables, SourcePosition from)
    {
        var end = await engine.Capture.CurrentPositionAsync(default);
        await using var reader = engine.Capture.OpenReader([.. tables.Select(t => new FollowedTable(t, from))]);
        var found = new List<(string, long)>();
        if (from < end)
        {
            await foreach (var batch in reader.ReadAsync(from, ChangeBatchLimits.Default, default))
            {
                found.AddRange(Inserts(batch).Select(c => (tables[c.Table].Table.Name, c.Id)).Where(c => c.Name != "slow"));
                if (batch.End >= end) break;
            }
        }

        return found.ToLookup(f => f.Item1, f => f.Item2);
    }

    private static List<(int Table, long Id)> Inserts(ChangeBatch batch)
    {
        var ids = new List<(int, long)>();
        foreach (var change in batch.Changes.Span)
        {
            var image = new TupleReader(batch.Buffer.Span, change.NewOffset);
            image.Next(out var id);
            ids.Add((change.Table, long.Parse(id, CultureInfo.InvariantCulture)));
        }

        return ids;
    }
}

using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Engines.MySql.Tests.Binlog;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.MySql.Tests.Source;

/// <summary>The binary log of a real server as changes.</summary>
[Trait("Needs", "MySql")]
public sealed class ChangeReaderTests
{
    [Fact]
    public async Task Changes_after_the_snapshot_come_in_order_with_their_values()
    {
        await using var pair = await MySqlPair.CreateAsync("changes");
        await pair.Source.ExecuteAsync("CREATE TABLE t(id int PRIMARY KEY, v varchar(20), y year DEFAULT 2000, u int unsigned DEFAULT 4294967295, s int DEFAULT -1); INSERT INTO t (id, v) VALUES (1, 'old')");
        await using var engine = new MySqlSourceEngine(pair.SourceUrl, new MappingOptions(), Guid.NewGuid(), 1, TimeProvider.System);
        var tables = (await engine.Catalog.ReadAsync(TableSelection.All, default)).Tables;
        await using var snapshot = await engine.Capture.CreateAsync(tables, default);
        await pair.Source.ExecuteAsync("INSERT INTO t (id, v) VALUES (2, 'Größe'); UPDATE t SET v = NULL WHERE id = 1; BEGIN; DELETE FROM t WHERE id = 2; INSERT INTO t (id, v) VALUES (3, ''); COMMIT");
        var marker = await engine.Capture.EmitMarkerAsync("end", default);
        await using var reader = engine.Capture.OpenReader([.. tables.Select(t => new FollowedTable(t, snapshot.Position))]);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var seen = new List<string>();
        await foreach (var batch in reader.ReadAsync(snapshot.Position, ChangeBatchLimits.Default, patience.Token))
        {
            seen.AddRange(LogEvents.Describe(batch));
            if (batch.Marker is null) continue;
            Assert.True(batch.End >= marker);
            break;
        }

        Assert.Equal(["0 Insert 2|Größe|2000|4294967295|-1", "1 Update 1|NULL|2000|4294967295|-1", "2 Delete 2|Größe|2000|4294967295|-1", "2 Insert 3||2000|4294967295|-1"], seen);
    }

    [Theory]
    [InlineData("FLUSH BINARY LOGS; FLUSH BINARY LOGS", "purged")]
    [InlineData("RESET MASTER; INSERT INTO t VALUES (10); INSERT INTO t VALUES (11); INSERT INTO t VALUES (12); INSERT INTO t VALUES (13); INSERT INTO t VALUES (14); INSERT INTO t VALUES (15); INSERT INTO t VALUES (16); INSERT INTO t VALUES (17); INSERT INTO t VALUES (18);", "")]
    public async Task C15_log_that_is_gone_or_another_one_is_refused_before_anything_is_read(string what, string why)
    {
        await using var server = await MySqlServer.StartAsync();
        await using var pair = await MySqlPair.CreateOnAsync(server, "gone");
        await pair.Source.ExecuteAsync("CREATE TABLE t(id int PRIMARY KEY); INSERT INTO t VALUES (1)");
        await using var engine = new MySqlSourceEngine(pair.SourceUrl, new MappingOptions(), Guid.NewGuid(), 1, TimeProvider.System);
        var tables = (await engine.Catalog.ReadAsync(TableSelection.All, default)).Tables;
        await using (var snapshot = await engine.Capture.CreateAsync(tables, default))
        {
            await pair.Source.ExecuteAsync(what);
            while (why == "purged" && (await pair.Source.QueryRowsAsync("SHOW BINARY LOGS")).Count > 1)
                await pair.Source.ExecuteAsync("PURGE BINARY LOGS BEFORE NOW() + INTERVAL 1 DAY");
            await using var reader = engine.Capture.OpenReader([.. tables.Select(t => new FollowedTable(t, snapshot.Position))]);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            var error = await Assert.ThrowsAsync<OrchestratorException>(async () =>
            {
                await foreach (var batch in reader.ReadAsync(snapshot.Position, ChangeBatchLimits.Default, limit.Token)) Assert.Equal(0, batch.Changes.Length);
            });
            Assert.Equal("E-BINLOG-007", error.Code);
            Assert.Contains(why, error.Message, StringComparison.Ordinal);
        }
    }
}

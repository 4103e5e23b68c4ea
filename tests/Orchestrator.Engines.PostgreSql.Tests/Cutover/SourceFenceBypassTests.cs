using Npgsql;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Cutover;

/// <summary>CASES V1: every way we know to get a write past the fence, on a real server, as a superuser unless said otherwise.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class SourceFenceBypassTests
{
    private static readonly string[] Writes =
    [
        "INSERT INTO plain VALUES (9, 'x')",
        "UPDATE plain SET v = 'x'",
        "DELETE FROM plain",
        "TRUNCATE child",
        "TRUNCATE plain CASCADE",
        "COPY plain FROM PROGRAM 'printf \"9\\tx\\n\"'",
        "MERGE INTO plain p USING (VALUES (1), (9)) s(id) ON p.id = s.id WHEN MATCHED THEN UPDATE SET v = 'm' WHEN NOT MATCHED THEN INSERT VALUES (s.id, 'm')",
        "INSERT INTO plain VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET v = 'x'",
        "WITH w AS (INSERT INTO plain VALUES (9, 'x') RETURNING id) SELECT * FROM w",
        "WITH w AS (DELETE FROM plain RETURNING *) INSERT INTO refs SELECT id FROM w",
        "INSERT INTO plain_view VALUES (9, 'x')",
        "DELETE FROM plain_view WHERE id = 1",
        "SELECT add_plain(9)",
        "INSERT INTO \"Odd \"\"Name\" VALUES (9, 'x')",
        "INSERT INTO parted VALUES (9, 'x')",
        "INSERT INTO parted_1 VALUES (9, 'x')",
        "INSERT INTO parted_2 VALUES (109, 'x')",
        "UPDATE parted_2a SET v = 'x'",
        "UPDATE parted SET id = 110 WHERE id = 1",
        "TRUNCATE parted_2a",
        "TRUNCATE parted",
        "UPDATE base SET v = 'x'",
        "UPDATE ONLY derived SET v = 'x'",
        "INSERT INTO ruled VALUES (9)",
        "TRUNCATE ruled",
        "SET default_transaction_read_only = off; INSERT INTO plain VALUES (9, 'x')",
        "BEGIN READ WRITE; INSERT INTO plain VALUES (9, 'x'); COMMIT",
        "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE; INSERT INTO plain VALUES (9, 'x'); COMMIT",
        "SET session_replication_role = replica; INSERT INTO plain VALUES (9, 'x')",
        "SET session_replication_role = local; INSERT INTO plain VALUES (9, 'x')",
        "SET search_path = public, pg_catalog; INSERT INTO plain VALUES (9, 'x')",
        "DO $$ BEGIN EXECUTE 'INSERT INTO plain VALUES (9, ''x'')'; END $$",
        "PREPARE p AS INSERT INTO plain VALUES (9, 'x'); EXECUTE p",
    ];

    [Fact]
    public async Task V1_every_write_after_the_fence_is_refused_and_changes_nothing()
    {
        await using var scene = await FenceScene.CreateAsync("bypass");
        // A hostile search path: application functions named like the ones the fence calls must not be used by it.
        await scene.Database.ExecuteAsync("CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS 'SELECT ''infinity''::timestamptz'");
        await using var openBefore = await scene.OpenAsync();
        await ExecuteAsync(openBefore, "SELECT 1");
        var before = await scene.ContentsAsync();
        await scene.CloseAsync();

        foreach (var write in Writes)
        {
            await AssertRefusedAsync(openBefore, write);
            await using var reconnected = await scene.OpenAsync();
            await AssertRefusedAsync(reconnected, write);
        }

        Assert.Equal(before, await scene.ContentsAsync());
        await scene.Fence.LiftAsync(CancellationToken.None);
        foreach (var write in Writes) await AssertWritesAsync(scene, write);
    }

    [Fact]
    public async Task V1_the_table_owner_is_refused()
    {
        await using var scene = await FenceScene.CreateAsync("owner");
        await using var owner = await scene.OpenAsync(scene.OwnerConnection);
        await scene.CloseAsync();

        await AssertRefusedAsync(owner, "INSERT INTO owned VALUES (9, 'x')");
        await using var again = await scene.OpenAsync(scene.OwnerConnection);
        await AssertRefusedAsync(again, "UPDATE owned SET v = 'x'");
    }

    [Fact]
    public async Task V1_a_function_that_swallows_errors_writes_nothing()
    {
        await using var scene = await FenceScene.CreateAsync("swallow");
        await scene.CloseAsync();

        Assert.Equal("25006", await scene.Database.QueryScalarAsync("SELECT add_quietly(9)"));
        Assert.Equal("0", await scene.Database.QueryScalarAsync("SELECT count(*) FROM plain WHERE id = 9"));
    }

    [Fact]
    public async Task V1_a_cascade_from_a_table_that_is_not_moved_is_refused()
    {
        await using var scene = await FenceScene.CreateAsync("cascade", selection: new(["child"], []));
        Assert.Equal(["child"], scene.Tables.Select(t => t.Table.Name));
        await scene.CloseAsync();

        await using var app = await scene.OpenAsync();
        await AssertRefusedAsync(app, "DELETE FROM plain WHERE id = 1");
        Assert.Equal("1", await scene.Database.QueryScalarAsync("SELECT count(*) FROM child"));
        await scene.Database.ExecuteAsync("UPDATE plain SET v = 'tables that are not moved stay writable'");
    }

    [Fact]
    public async Task V1_a_prepared_statement_planned_before_the_fence_is_refused()
    {
        await using var scene = await FenceScene.CreateAsync("planned");
        await using var app = await scene.OpenAsync();
        await using var insert = new NpgsqlCommand("INSERT INTO plain VALUES ($1, 'x')", app) { Parameters = { new() { Value = 100 } } };
        await insert.PrepareAsync();
        for (var i = 0; i < 10; i++)
        {
            insert.Parameters[0].Value = 100 + i;
            await insert.ExecuteNonQueryAsync();
        }

        await scene.CloseAsync();
        insert.Parameters[0].Value = 200;
        var refused = await Assert.ThrowsAsync<PostgresException>(() => insert.ExecuteNonQueryAsync());
        Assert.Equal("25006", refused.SqlState);
    }

    [Fact]
    public async Task V1_a_transaction_that_read_before_the_fence_cannot_write_after_it()
    {
        await using var scene = await FenceScene.CreateAsync("reader");
        await using var app = await scene.OpenAsync();
        await using var transaction = await app.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await new NpgsqlCommand("SELECT * FROM plain", app).ExecuteNonQueryAsync();

        await scene.CloseAsync();
        await AssertRefusedAsync(app, "INSERT INTO plain VALUES (9, 'x')");
    }

    [Fact]
    public async Task V1_statements_that_queue_behind_the_closing_fence_are_refused()
    {
        await using var scene = await FenceScene.CreateAsync("queue");
        await using var holder = await scene.OpenAsync();
        await using var hold = await holder.BeginTransactionAsync();
        await new NpgsqlCommand("INSERT INTO owned VALUES (50, 'in flight')", holder).ExecuteNonQueryAsync();
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 4).Select(i => Task.Run(() => HammerAsync(scene, i, stop.Token))).ToArray();

        var closing = scene.CloseAsync(waitSeconds: 20);
        await Task.Delay(700);
        await hold.CommitAsync();
        await closing;
        var atClose = await scene.ContentsAsync();
        await Task.Delay(300);
        await stop.CancelAsync();
        var refused = (await Task.WhenAll(writers)).Sum();

        Assert.True(refused > 0);
        Assert.Equal(atClose, await scene.ContentsAsync());
        Assert.Equal("1", await scene.Database.QueryScalarAsync("SELECT count(*) FROM owned WHERE id = 50"));
    }

    [Fact]
    public async Task Reads_and_temporary_tables_go_on_while_fenced()
    {
        await using var scene = await FenceScene.CreateAsync("reads");
        await scene.CloseAsync();
        await scene.Database.ExecuteAsync("CREATE TEMP TABLE t AS SELECT * FROM plain; INSERT INTO t SELECT * FROM t; SELECT count(*) FROM parted");
    }

    private static async Task<int> HammerAsync(FenceScene scene, int writer, CancellationToken stop)
    {
        await using var app = await scene.OpenAsync();
        var refused = 0;
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            try
            {
                await ExecuteAsync(app, $"INSERT INTO plain VALUES ({1000 + (writer * 1_000_000) + i}, 'w'); UPDATE owned SET v = 'w' WHERE id = 1");
            }
            catch (PostgresException e) when (e.SqlState == "25006")
            {
                refused++;
            }
        }

        return refused;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task AssertRefusedAsync(NpgsqlConnection connection, string write)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(connection, write));
        Assert.Equal("25006", refused.SqlState);
        Assert.Contains("being moved", refused.MessageText, StringComparison.Ordinal);
        await ExecuteAsync(connection, "ROLLBACK; RESET ALL");
    }

    /// <summary>The other half of the proof: without the fence each of these statements does something.</summary>
    private static async Task AssertWritesAsync(FenceScene scene, string write)
    {
        var before = await scene.ContentsAsync();
        await using var app = await scene.OpenAsync();
        await using var transaction = write.StartsWith("BEGIN", StringComparison.Ordinal) ? null : await app.BeginTransactionAsync();
        await ExecuteAsync(app, write);
        if (transaction is not null) await transaction.CommitAsync();
        Assert.NotEqual(before, await scene.ContentsAsync());
        await scene.ResetRowsAsync();
        Assert.Equal(before, await scene.ContentsAsync());
    }
}

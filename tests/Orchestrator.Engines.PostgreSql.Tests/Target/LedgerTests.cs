using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.Engines.PostgreSql.Target;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Target;

public sealed class LedgerTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>Sessions of ours have the role of a replica, in which no foreign key of the ledger cascades.</summary>
    [Fact]
    public async Task X3_table_begun_again_forgets_the_chunks_of_the_first_try()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("ledger");
        await pair.Target.ExecuteAsync("CREATE TABLE public.t(id int)");
        await using var session = new PgSession(PgUrl.ToConnectionString(pair.TargetUrl), "test");
        var ledger = new PgTargetLedger(session, "run");
        var fence = new FencingToken(1);
        var snapshot = new LsnPosition(new Lsn(1));
        var table = new TableSchema
        {
            Table = new TableRef("public", "t"), SourceId = 1, Columns = [], Key = new RowKey(RowKeyKind.None, []), Pages = 1, EstimatedRows = 1, Bytes = 1,
        };
        await ledger.OpenAsync("source", fence, None);
        await ledger.BeginTableAsync(table, snapshot, fence, None);
        await pair.Target.ExecuteAsync("INSERT INTO orchestrator.done_mark (run, schema_name, table_name, chunk, row_count, byte_count) VALUES ('run', 'public', 't', 0, 1, 1)");

        await ledger.BeginTableAsync(table, snapshot, fence, None);

        Assert.Equal("0", await pair.Target.QueryScalarAsync("SELECT count(*) FROM orchestrator.done_mark"));
        Assert.Empty((await ledger.ReadAsync(None))!.Tables.Single().ChunksDone);
    }

    [Fact]
    public async Task K7_two_runs_do_not_fill_one_target_even_under_one_name()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("ledgertwo");
        await using var session = new PgSession(PgUrl.ToConnectionString(pair.TargetUrl), "test");
        var first = new PgTargetLedger(session, PgTargetLedger.KeyOf("shop", Guid.NewGuid()));
        var second = new PgTargetLedger(session, PgTargetLedger.KeyOf("shop", Guid.NewGuid()));
        await first.OpenAsync("source", new FencingToken(1), None);

        var refused = await Assert.ThrowsAsync<OrchestratorException>(() => second.OpenAsync("source", new FencingToken(1), None));

        Assert.Equal("E-TGT-010", refused.Code);
        Assert.Contains("'shop'", refused.Message, StringComparison.Ordinal);
        Assert.Null(await second.ReadAsync(None));
        await first.DropAsync(None);
        await second.OpenAsync("source", new FencingToken(1), None);
    }

    /// <summary>A process that is paused within a transaction keeps its locks; the one that has the lease now does not wait for it to wake.</summary>
    [Fact]
    public async Task X14_transaction_of_a_paused_process_does_not_keep_the_next_one_from_the_run()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("ledgerpaused");
        await using var session = new PgSession(PgUrl.ToConnectionString(pair.TargetUrl), "test");
        var ledger = new PgTargetLedger(session, "run");
        await ledger.OpenAsync("source", new FencingToken(1), None);
        await using var paused = await session.OpenAsync(None);
        await paused.RunAsync("CREATE TABLE public.t (id int)", None);
        await paused.RunAsync("BEGIN", None);
        await paused.RunAsync(PgTargetLedger.FenceSql, None, "run", 1L);
        await paused.RunAsync("INSERT INTO public.t VALUES (1)", None);

        await ledger.OpenAsync("source", new FencingToken(2), None);

        Assert.Equal("2", await pair.Target.QueryScalarAsync("SELECT fence FROM orchestrator.run"));
        var ended = await Assert.ThrowsAnyAsync<Npgsql.NpgsqlException>(() => paused.RunAsync("COMMIT", None));
        Assert.Equal(ErrorKind.Transient, PgErrors.Describe(ended, "Applying").Kind);
        Assert.Equal("0", await pair.Target.QueryScalarAsync("SELECT count(*) FROM public.t"));
    }

    [Fact]
    public async Task V2_end_of_a_run_leaves_the_fence_of_a_database_that_was_a_source()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("ledgerfence");
        await pair.Target.ExecuteAsync("CREATE SCHEMA orchestrator; CREATE FUNCTION orchestrator.fence_source_x() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'");
        await using var session = new PgSession(PgUrl.ToConnectionString(pair.TargetUrl), "test");
        var ledger = new PgTargetLedger(session, "run");
        await ledger.OpenAsync("source", new FencingToken(1), None);

        await ledger.DropAsync(None);

        Assert.Equal("1 0", await pair.Target.QueryScalarAsync("SELECT (SELECT count(*) FROM pg_proc WHERE proname = 'fence_source_x') || ' ' || (SELECT count(*) FROM pg_class WHERE relnamespace = 'orchestrator'::regnamespace)"));
    }
}

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
}

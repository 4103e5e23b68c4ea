using Npgsql;
using Orchestrator.Core.Positions;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.Engines.PostgreSql.Target;
using Orchestrator.Engines.PostgreSql.Target.Schema;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Target;

[Trait("Needs", "PostgreSql")]
public sealed class CreatedObjectTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>What is recorded is dropped by a rollback, CASCADE.</summary>
    [Fact]
    public async Task X3_object_that_another_session_creates_meanwhile_is_not_recorded_as_ours()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("created");
        await pair.Target.ExecuteAsync("CREATE SCHEMA there_before; CREATE TABLE there_before.t ()");
        await using var session = new PgSession(PgUrl.ToConnectionString(pair.TargetUrl), "test");
        await new PgTargetLedger(session, "run").OpenAsync("source", new FencingToken(1), None);
        await using (var connection = await session.OpenAsync(None))
        await using (var transaction = await connection.BeginTransactionAsync(None))
        {
            await connection.RunAsync(SchemaSql.BeforePreData, None);
            await connection.RunAsync("CREATE SCHEMA ours; CREATE TABLE ours.t (id serial); CREATE EXTENSION citext; ALTER TABLE there_before.t ADD v int", None);
            await pair.Target.ExecuteAsync("CREATE SCHEMA theirs; CREATE TABLE theirs.t (id serial); CREATE TYPE there_before.mood AS ENUM ('ok')");
            await connection.RunAsync(SchemaSql.AfterPreData("run"), None);
            await transaction.CommitAsync(None);
        }

        Assert.Equal(
            "extension citext,schema ours,sequence ours.t_id_seq,table ours.t",
            await pair.Target.QueryScalarAsync("SELECT string_agg(kind || ' ' || identity, ',' ORDER BY kind) FROM orchestrator.created_object"));
    }
}

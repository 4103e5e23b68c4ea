using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Cutover;
using Orchestrator.Engines.PostgreSql.Source;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Cutover;

[Trait("Needs", "PostgreSql")]
public sealed class SequenceWriterTests
{
    private static readonly TableRef[] Names =
        [.. new[] { "plain", "Odd \"Seq", "small", "down", "round", "cached", "fresh", "t_id_seq", "ident_id_seq", "s_id_seq" }.Select(n => new TableRef("public", n))];

    private const string Schema = """
        CREATE SEQUENCE plain;
        CREATE SEQUENCE "Odd ""Seq" START 7 INCREMENT 3;
        CREATE SEQUENCE small AS smallint;
        CREATE SEQUENCE down INCREMENT -2 MAXVALUE 100 MINVALUE -100 START 100;
        CREATE SEQUENCE round MINVALUE 1 MAXVALUE 3 CYCLE;
        CREATE SEQUENCE cached CACHE 50;
        CREATE SEQUENCE fresh START 42;
        CREATE TABLE t (id serial PRIMARY KEY, v text);
        CREATE TABLE ident (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text);
        CREATE TABLE s (id smallserial PRIMARY KEY);
        """;

    [Fact]
    public async Task V3_every_kind_of_sequence_goes_on_where_the_source_stopped()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("seq");
        await pair.ExecuteOnBothAsync(Schema);
        await pair.Source.ExecuteAsync("""
            SELECT nextval('plain') FROM generate_series(1, 1000);
            SELECT nextval('"Odd ""Seq"');
            SELECT setval('small', 32767);
            SELECT nextval('down') FROM generate_series(1, 60);
            SELECT nextval('round') FROM generate_series(1, 4);
            SELECT nextval('cached');
            INSERT INTO t (v) SELECT 'x' FROM generate_series(1, 5);
            DELETE FROM t WHERE id = 5;
            INSERT INTO ident (v) VALUES ('x'), ('y');
            SELECT setval('s_id_seq', 12, false);
            """);
        // The target may be ahead, too: what the source says counts.
        await pair.Target.ExecuteAsync("SELECT setval('plain', 5000); SELECT nextval('round')");

        await CopyAsync(pair);
        await CopyAsync(pair);

        foreach (var name in Names)
        {
            var read = $"SELECT last_value || ' ' || is_called FROM {PgName.Quote(name)}";
            Assert.Equal(await pair.Source.QueryScalarAsync(read), await pair.Target.QueryScalarAsync(read));
        }

        foreach (var name in Names.Where(n => n.Name != "small"))
        {
            var next = $"SELECT nextval({PgName.Literal(PgName.Quote(name))})";
            Assert.Equal(await pair.Source.QueryScalarAsync(next), await pair.Target.QueryScalarAsync(next));
        }

        var full = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => pair.Target.QueryScalarAsync("SELECT nextval('small')"));
        Assert.Equal("2200H", full.SqlState);
    }

    [Fact]
    public async Task V3_first_insert_on_the_target_succeeds()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("seqinsert");
        await pair.ExecuteOnBothAsync(Schema);
        const string rows = "INSERT INTO t (v) SELECT 'x' FROM generate_series(1, 9); INSERT INTO ident (v) VALUES ('x')";
        await pair.Source.ExecuteAsync(rows);
        await pair.Target.ExecuteAsync("INSERT INTO t SELECT i, 'x' FROM generate_series(1, 9) i; INSERT INTO ident OVERRIDING SYSTEM VALUE VALUES (1, 'x')");

        await CopyAsync(pair);

        await pair.Target.ExecuteAsync("INSERT INTO t (v) VALUES ('new'); INSERT INTO ident (v) VALUES ('new')");
        Assert.Equal("10 2", await pair.Target.QueryScalarAsync("SELECT (SELECT max(id) FROM t) || ' ' || (SELECT max(id) FROM ident)"));
    }

    private static async Task CopyAsync(DatabasePair pair)
    {
        await using var source = new PgSession(pair.Source.ConnectionString, "test");
        await using var target = new PgSession(pair.Target.ConnectionString, "test");
        var values = await new PgSourceCatalog(source).ReadSequencesAsync(Names, CancellationToken.None);
        Assert.Equal(Names.Length, values.Count);
        await new PgSequenceWriter(target).WriteAsync(values, CancellationToken.None);
    }
}

namespace Orchestrator.EndToEnd.Tests.Sqlite;

/// <summary>The whole way from SQLite files.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class WholeWayTests
{
    private const string Shop = """
        CREATE TABLE customer(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, balance NUMERIC(12,2) DEFAULT 0, photo BLOB, note VARCHAR(3), seen DATETIME DEFAULT CURRENT_TIMESTAMP, score REAL);
        INSERT INTO customer (name, balance, photo, note, seen, score) VALUES ('Ada', 12.5, x'00ff5c0a', 'longer than three', '2024-03-31 01:30:00', 0.1), ('Größe 🙂', -0.01, NULL, NULL, NULL, 1e300), ('', 99999999.99, x'', 'tab	and\' || char(10) || 'line', 'then', -0.5);
        DELETE FROM customer WHERE id = 3; INSERT INTO customer (name) VALUES ('gap');
        CREATE TABLE purchase(customer_id INTEGER NOT NULL REFERENCES customer(id) ON DELETE CASCADE, line INTEGER, amount REAL, PRIMARY KEY (customer_id, line));
        INSERT INTO purchase VALUES (1, 1, 0.1), (1, 2, 1e16), (2, 1, NULL);
        CREATE INDEX by_name ON customer(name); CREATE UNIQUE INDEX amount_once ON purchase(amount DESC);
        CREATE VIEW names AS SELECT name FROM customer; CREATE TRIGGER nosy AFTER INSERT ON purchase BEGIN SELECT 1; END;
        """;

    [Fact]
    public async Task Rows_structure_and_counters_arrive()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_whole", Shop);

        var result = await scene.MoveAsync();

        Assert.Equal(6, result.Report.RowsCopied);
        Assert.Equal("1|Ada|12.5|00ff5c0a|longer than three|0.1,2|Größe 🙂|-0.01||-|1e+300,4|gap|0||-|", await scene.Target.QueryScalarAsync(
            "SELECT string_agg(concat_ws('|', id, name, balance, coalesce(encode(photo, 'hex'), ''), coalesce(note, '-'), coalesce(score::text, '')), ',' ORDER BY id) FROM customer"));
        Assert.Equal("5", await scene.Target.QueryScalarAsync("INSERT INTO customer(name) VALUES ('after') RETURNING id"));
        Assert.Equal("19", await scene.Target.QueryScalarAsync("SELECT length(seen) FROM customer WHERE id = 5"));
        Assert.Equal("c", await scene.Target.QueryScalarAsync("SELECT confdeltype FROM pg_constraint WHERE contype = 'f'"));
        Assert.Equal("amount_once,by_name,customer_pkey,purchase_pkey", await scene.Target.QueryScalarAsync("SELECT string_agg(indexname, ',' ORDER BY indexname) FROM pg_indexes WHERE schemaname = 'public'"));
        Assert.Equal("f", await scene.Target.QueryScalarAsync("SELECT pg_is_in_recovery()"));
    }
}

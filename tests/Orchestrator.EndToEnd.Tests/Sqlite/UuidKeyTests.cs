using Orchestrator.Core.Runs;

namespace Orchestrator.EndToEnd.Tests.Sqlite;

/// <summary>Keys that become UUIDs: what the target holds is compared with what its own <c>uuid_generate_v5</c> makes of the old keys.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class UuidKeyTests
{
    private const string Space = "'14288121-902b-4b39-b471-4f27c74ae6e5'";

    private const string Shop = """
        CREATE TABLE customer(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, boss INTEGER REFERENCES customer(id));
        INSERT INTO customer VALUES (1, 'Ada', NULL), (2, 'Bob', 1), (-9223372036854775808, 'Least', 2), (9007199254740993, 'Large', 9007199254740993);
        CREATE TABLE account(customer_id INTEGER PRIMARY KEY REFERENCES customer, v TEXT); INSERT INTO account VALUES (2, 'x'), (1, 'y');
        CREATE TABLE login(n INTEGER PRIMARY KEY, account INTEGER REFERENCES account(customer_id), country TEXT REFERENCES country(code), said TEXT REFERENCES customer(id)); INSERT INTO login VALUES (1, 2, 'dé', '2'), (2, NULL, 'us', NULL);
        CREATE TABLE country(code TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID; INSERT INTO country VALUES ('dé', 'Germany'), ('us', 'States'), ('', 'None');
        CREATE TABLE purchase(customer_id INTEGER NOT NULL REFERENCES customer(id) ON DELETE CASCADE, line INTEGER, PRIMARY KEY (customer_id, line)); INSERT INTO purchase VALUES (1, 1), (1, 2), (2, 1);
        CREATE TABLE parcel(id INTEGER PRIMARY KEY, customer_id INTEGER, line INTEGER, FOREIGN KEY (customer_id, line) REFERENCES purchase(customer_id, line)); INSERT INTO parcel VALUES (1, 1, 2), (2, 2, 1), (3, NULL, 1);
        """;

    [Fact]
    public async Task SP6_keys_become_the_same_uuids_every_time_and_foreign_keys_follow()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_uuid", Shop);
        scene.Options = Keys("shop.customer.id", "shop.country.code");

        var result = await scene.MoveAsync();

        await scene.Target.ExecuteAsync("CREATE EXTENSION \"uuid-ossp\"");
        await RequireAsync(scene, "SELECT id, name, boss FROM customer ORDER BY 1", "customer", "id, name, boss", "public.customer:id:", 0, 2);
        await RequireAsync(scene, "SELECT customer_id, v FROM account", "account", "customer_id, v", "public.customer:id:", 0);
        await RequireAsync(scene, "SELECT n, account, said FROM login", "login", "n, account, said", "public.customer:id:", 1, 2);
        await RequireAsync(scene, "SELECT n, country FROM login", "login", "n, country", "public.country:code:", 1);
        await RequireAsync(scene, "SELECT code, name FROM country", "country", "code, name", "public.country:code:", 0);
        await RequireAsync(scene, "SELECT customer_id, line FROM purchase", "purchase", "customer_id, line", "public.customer:id:", 0);
        await RequireAsync(scene, "SELECT id, customer_id, line FROM parcel", "parcel", "id, customer_id, line", "public.customer:id:", 1);
        Assert.Equal("7", await scene.Target.QueryScalarAsync("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated"));
        Assert.Equal("parcel.id,login.n".Split(',').Order(), (await scene.Target.QueryScalarAsync("SELECT string_agg(table_name || '.' || column_name, ',') FROM information_schema.columns WHERE is_identity = 'YES'"))!.Split(',').Order());
        Assert.Equal("4", await scene.Target.QueryScalarAsync("INSERT INTO customer(name) VALUES ('new') RETURNING substr(id::text, 15, 1)"));
        var said = result.Findings.Where(f => f.Id == "F-SQL-014").ToDictionary(f => f.Object, f => f.Why);
        Assert.Equal("becomes uuid, version 5 of 14288121-902b-4b39-b471-4f27c74ae6e5 and public.customer:id:VALUE.", said["shop.customer.id"]);
        Assert.Equal("becomes uuid, version 5 of those of shop.customer.id.", said["shop.parcel.customer_id"]);
        Assert.Equal(9, said.Count);
    }

    [Fact]
    public async Task SP6_files_with_the_same_keys_never_share_a_uuid()
    {
        const string load = "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b'); CREATE TABLE child(t INT REFERENCES t); INSERT INTO child VALUES (2), (NULL);";
        await using var scene = await SqliteScene.OpenAsync("sl_uuid2", load, "one.db");
        await scene.AddAsync("two.db", load);
        await scene.AddAsync("other/two.db", load, "?schema=two&prefix=more.");
        scene.Options = o => Keys("*.t.id")(o) with { Mapping = Keys("*.t.id")(o).Mapping with { UuidNamespace = Guid.Parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8") } };

        await scene.MoveAsync();

        await scene.Target.ExecuteAsync("CREATE EXTENSION \"uuid-ossp\"");
        Assert.Equal("6", await scene.Target.QueryScalarAsync("SELECT count(DISTINCT id) FROM (SELECT id FROM one.t UNION ALL SELECT id FROM two.t UNION ALL SELECT id FROM two.\"more.t\") x"));
        Assert.Equal("t", await scene.Target.QueryScalarAsync("""SELECT (SELECT t FROM one.child WHERE t IS NOT NULL) = uuid_generate_v5(uuid_ns_dns(), 'one.t:id:2') AND (SELECT t FROM two."more.child" WHERE t IS NOT NULL) = uuid_generate_v5(uuid_ns_dns(), 'two."more.t":id:2')"""));
    }

    [Theory]
    [InlineData("CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT);", "t.v", "shop.t.v shop.t.v is not the whole primary key of its table: only that can become a UUID.")]
    [InlineData("CREATE TABLE t(a INT, b INT, PRIMARY KEY (a, b));", "t.a", "shop.t.a shop.t.a is not the whole primary key of its table: only that can become a UUID.")]
    [InlineData("CREATE TABLE a(id INTEGER PRIMARY KEY); CREATE TABLE t(id INTEGER PRIMARY KEY REFERENCES a);", "t.id", "shop.t.id shop.t.id refers to shop.a.id, which stays as it is: ask for the UUIDs of that one.")]
    [InlineData("CREATE TABLE a(id INTEGER PRIMARY KEY); CREATE TABLE t(id INTEGER PRIMARY KEY); CREATE TABLE c(x INT REFERENCES a REFERENCES t);", "t.id", "shop.c.x foreign keys tie shop.t.id to several keys, shop.a.id and shop.t.id: their UUIDs would differ.")]
    [InlineData("CREATE TABLE t(id PRIMARY KEY NOT NULL) WITHOUT ROWID; INSERT INTO t VALUES (1), ('1');", "t.id", "shop.t.id holds values of several kinds: UUIDs are made of whole numbers, or of texts.")]
    public async Task SP6_key_that_cannot_become_a_uuid_is_refused_by_name(string load, string column, string says)
    {
        await using var scene = await SqliteScene.OpenAsync("sl_uuid3", load);
        scene.Options = Keys("shop." + column);
        Assert.Contains("F-SQL-010 " + says, await scene.BlockersAsync());
    }

    private static Func<MigrationOptions, MigrationOptions> Keys(params string[] columns) => o => o with
    {
        Strategy = MigrationStrategy.ParallelBatch,
        Mapping = new MappingOptions { Columns = columns.ToDictionary(c => c, _ => new ColumnOverride(null, null) { Conversion = ColumnConversion.UuidV5 }) },
    };

    /// <summary>The file's rows, with keys turned into UUIDs by the target's server, are the target's rows.</summary>
    private static async Task RequireAsync(SqliteScene scene, string query, string table, string columns, string prefix, params int[] keys)
    {
        var rows = (await scene.File.RunAsync(".mode list\n.nullvalue NULL\n" + query + ";")).Split('\n').Select(r => r.Split('|')).ToList();
        var values = string.Join(", ", rows.Select(r => $"({string.Join(", ", r.Select((v, i) => v == "NULL" ? "NULL" : keys.Contains(i) ? $"uuid_generate_v5({Space}, '{prefix}{v}')::text" : $"'{v}'"))})"));
        var texts = string.Join(", ", columns.Split(", ").Select(c => $"{c}::text"));
        Assert.Equal("0|0", await scene.Target.QueryScalarAsync(
            $"WITH there AS (SELECT {texts} FROM {table}), here AS (VALUES {values}) SELECT (SELECT count(*) FROM (TABLE there EXCEPT ALL TABLE here) x) || '|' || (SELECT count(*) FROM (TABLE here EXCEPT ALL TABLE there) x)"));
        Assert.Equal(rows.Count.ToString(System.Globalization.CultureInfo.InvariantCulture), await scene.Target.QueryScalarAsync($"SELECT count(*) FROM {table}"));
    }
}

using Orchestrator.Core.Runs;

namespace Orchestrator.EndToEnd.Tests.Sqlite;

/// <summary>Names, keys, defaults and what is left behind (CASES SP5, SP6, SP9).</summary>
[Trait("Needs", "PostgreSql")]
public sealed class StructureTests
{
    [Fact]
    public async Task SP5_names_are_quoted_cut_apart_and_kept()
    {
        var long1 = new string('n', 63) + "_one";
        var long2 = new string('n', 63) + "_two";
        await using var scene = await SqliteScene.OpenAsync("sl_sp5", $"""
            CREATE TABLE {long1}(a INTEGER PRIMARY KEY, {long1} TEXT, {long2} TEXT); INSERT INTO {long1} VALUES (1, 'x', 'y');
            CREATE TABLE {long2}(a INTEGER PRIMARY KEY); INSERT INTO {long2} VALUES (2);
            CREATE TABLE "with ""quotes"" and blanks"("select" INTEGER PRIMARY KEY, "from" TEXT, "ÄÖ ü" TEXT, "a'b" TEXT); INSERT INTO "with ""quotes"" and blanks" VALUES (1, 'f', 'g', 'h');
            CREATE TABLE MixedCase(Id INTEGER PRIMARY KEY, UserName TEXT UNIQUE); INSERT INTO MixedCase VALUES (1, 'u');
            """);
        await scene.MoveAsync();
        Assert.Equal("f|g|h", await scene.Target.QueryScalarAsync("""SELECT concat_ws('|', "from", "ÄÖ ü", "a'b") FROM "with ""quotes"" and blanks" WHERE "select" = 1"""));
        Assert.Equal("u", await scene.Target.QueryScalarAsync("""SELECT "UserName" FROM "MixedCase" WHERE "Id" = 1"""));
        Assert.Equal("2", await scene.Target.QueryScalarAsync("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'nnn%'"));
    }

    [Fact]
    public async Task SP5_two_files_go_to_schemas_of_their_own()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_two", "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'a');", "one.db");
        await scene.AddAsync("two.db", "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'b'), (2, 'c');");
        await scene.AddAsync("other/two.db", "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (7, 'd');", "?schema=two&prefix=more_");
        await scene.MoveAsync();
        Assert.Equal("a b c d", await scene.Target.QueryScalarAsync("SELECT concat_ws(' ', (SELECT v FROM one.t), (SELECT string_agg(v, ' ' ORDER BY id) FROM two.t), (SELECT v FROM two.more_t))"));
    }

    [Fact]
    public async Task SP5_collision_is_found_before_anything_is_made()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_clash", "CREATE TABLE t(id INTEGER PRIMARY KEY);", "one.db");
        await scene.AddAsync("two.db", "CREATE TABLE t(id INTEGER PRIMARY KEY);", "?schema=one");
        var blocker = Assert.Single(await scene.BlockersAsync(), b => b.StartsWith("F-SQL-021", StringComparison.Ordinal));
        Assert.Contains("one.t and two.t would both be one.t", blocker, StringComparison.Ordinal);
        Assert.Equal("0", await scene.Target.QueryScalarAsync("SELECT count(*) FROM pg_namespace WHERE nspname IN ('one', 'orchestrator')"));
    }

    [Fact]
    public async Task SP6_keys_of_every_kind()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_sp6", """
            CREATE TABLE counted(id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT); INSERT INTO counted(v) VALUES ('a'), ('b'), ('c'); DELETE FROM counted WHERE id > 1;
            CREATE TABLE alias(id INTEGER PRIMARY KEY, v TEXT); INSERT INTO alias VALUES (41, 'x');
            CREATE TABLE notalias(id INT PRIMARY KEY NOT NULL, v TEXT); INSERT INTO notalias VALUES (5, 'x');
            CREATE TABLE down(id INTEGER PRIMARY KEY DESC, v TEXT); INSERT INTO down VALUES (5, 'x');
            CREATE TABLE pair(a TEXT, b INT, v REAL, PRIMARY KEY (b, a)) WITHOUT ROWID; INSERT INTO pair VALUES ('k', 2, 1.5), ('j', 1, NULL);
            CREATE TABLE strict(id INTEGER PRIMARY KEY, n INT, a ANY, b BLOB) STRICT; INSERT INTO strict VALUES (1, 2, 'three', x'04');
            CREATE TABLE made(id INTEGER PRIMARY KEY, w REAL, h REAL, area REAL AS (w * h) STORED, twice REAL AS (w * 2)); INSERT INTO made(w, h) VALUES (2, 3);
            CREATE TABLE none(v TEXT); INSERT INTO none VALUES ('same'), ('same'), (NULL);
            CREATE TABLE named(rowid TEXT, _rowid_ TEXT, oid TEXT); INSERT INTO named VALUES ('1', '2', '3');
            CREATE TABLE empty(id INTEGER PRIMARY KEY AUTOINCREMENT);
            """);
        await scene.MoveAsync();
        Assert.Equal("4", await scene.Target.QueryScalarAsync("INSERT INTO counted(v) VALUES ('n') RETURNING id"));
        Assert.Equal("42", await scene.Target.QueryScalarAsync("INSERT INTO alias(v) VALUES ('n') RETURNING id"));
        Assert.Equal("1", await scene.Target.QueryScalarAsync("INSERT INTO empty DEFAULT VALUES RETURNING id"));
        Assert.Equal("0", await scene.Target.QueryScalarAsync("SELECT count(*) FROM information_schema.columns WHERE table_name IN ('notalias', 'down') AND is_identity = 'YES'"));
        Assert.Equal("b,a", await scene.Target.QueryScalarAsync("SELECT string_agg(column_name, ',' ORDER BY ordinal_position) FROM information_schema.key_column_usage WHERE table_name = 'pair'"));
        Assert.Equal("6|4", await scene.Target.QueryScalarAsync("SELECT area || '|' || twice FROM made"));
        Assert.Equal("3", await scene.Target.QueryScalarAsync("SELECT count(*) FROM none"));
    }

    [Fact]
    public async Task SP6_null_in_a_primary_key_is_named()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_sp6n", "CREATE TABLE t(k TEXT PRIMARY KEY, v TEXT); INSERT INTO t VALUES ('a', '1'), (NULL, '2'), (NULL, '3');");
        Assert.Contains("F-SQL-012 shop.t.k is part of the primary key and NULL in 2 rows, first in rowid 2.", await scene.BlockersAsync());
    }

    [Fact]
    public async Task SP9_defaults_are_translated_or_left_behind_by_name()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_sp9", """
            CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT DEFAULT "", b TEXT DEFAULT '"0"', c TEXT DEFAULT (DATETIME('now','localtime')), d TEXT DEFAULT (datetime('now')), e INTEGER DEFAULT -5, f REAL DEFAULT 1.5,
              g BLOB DEFAULT x'00ff', h TEXT DEFAULT 'it''s', i INTEGER DEFAULT (1 + 1), j TEXT DEFAULT CURRENT_DATE, k TEXT DEFAULT NULL, l INTEGER DEFAULT TRUE, CHECK (e < 10));
            CREATE INDEX few ON t(a) WHERE b = 'x'; CREATE INDEX lower_a ON t(lower(a)); CREATE UNIQUE INDEX nocase ON t(h COLLATE NOCASE);
            """);
        var result = await scene.MoveAsync();
        Assert.Equal("|\"0\"|-|19|-5|1.5|\\x00ff|it's|-|10|-|1", await scene.Target.QueryScalarAsync(
            "INSERT INTO t DEFAULT VALUES RETURNING a || '|' || b || '|' || coalesce(c, '-') || '|' || length(d) || '|' || e || '|' || f || '|' || g::text || '|' || h || '|' || coalesce(i::text, '-') || '|' || length(j) || '|' || coalesce(k, '-') || '|' || l"));
        Assert.Equal(["check shop.t", "collation shop.t.nocase", "default shop.t.c", "default shop.t.i", "index shop.t.few", "index shop.t.lower_a"], result.Findings.Where(f => f.Id == "F-SQL-022").Select(f => f.Object).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task SP9_orphans_are_named_before_the_run()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_orphan", """
            CREATE TABLE parent(id INTEGER PRIMARY KEY); CREATE TABLE child(id INTEGER PRIMARY KEY, p INTEGER REFERENCES parent);
            INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1, 1), (2, 99), (3, NULL), (4, 98);
            """);
        Assert.Contains("F-SQL-020 shop.child 2 rows point at rows of parent that are not there: rowid 2, 4.", await scene.BlockersAsync());
    }

    [Fact]
    public async Task SP9_foreign_keys_that_cannot_be_made_are_named_and_tables_chosen()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_fk", """
            CREATE TABLE a(id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE b(id INTEGER PRIMARY KEY, a_name TEXT REFERENCES a(name), gone INTEGER REFERENCES missing(id), left_out INTEGER REFERENCES c(id));
            CREATE TABLE c(id INTEGER PRIMARY KEY); INSERT INTO a VALUES (1, 'x');
            """);
        scene.Options = o => o with { Strategy = MigrationStrategy.ParallelBatch, Tables = new(["shop.*"], ["c"]) };
        var result = await scene.MoveAsync();
        Assert.Equal(3, result.Findings.Count(f => f.Id == "F-SQL-022" && f.Object.StartsWith("foreign key shop.b", StringComparison.Ordinal)));
    }
}

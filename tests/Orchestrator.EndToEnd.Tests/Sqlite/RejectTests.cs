using System.Text.Json;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Engines.Sqlite;

namespace Orchestrator.EndToEnd.Tests.Sqlite;

/// <summary>Rows that are left out because the user allowed it: which, why, and that nothing else is missing; the file's own queries say which.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class RejectTests
{
    private const string Shop = """
        CREATE TABLE customer(id INTEGER PRIMARY KEY, name TEXT, age INTEGER, active TEXT, born TEXT, note BLOB, recommended_by INTEGER REFERENCES customer(id));
        INSERT INTO customer VALUES (1, 'Ada', 36, 'yes', '1815-12-10', x'00ff', NULL), (2, NULL, 40, 'no', '1900-01-01', NULL, 1), (3, 'Cy', 151, 'no', '1900-01-01', NULL, NULL), (4, 'Di', -1, 'no', '1900-01-01', NULL, NULL),
          (5, 'Ed', 0, 'maybe', '1900-01-01', NULL, NULL), (6, 'Flo', 150, 'no', '1799-12-31', NULL, NULL), (7, 'Gus', NULL, NULL, NULL, NULL, 2), (8, 'Hal', 8, 'T', '1800-01-01', NULL, 7), (9, 'Ida', 9, 'f', '2024-02-29', NULL, 1);
        CREATE TABLE purchase(customer_id INTEGER NOT NULL REFERENCES customer, line INTEGER, amount TEXT, PRIMARY KEY (customer_id, line)) WITHOUT ROWID;
        INSERT INTO purchase VALUES (1, 1, '1.50'), (1, 2, '1.505'), (2, 1, '2'), (8, 1, '3'), (9, 1, 'four'), (9, 2, '4');
        CREATE TABLE parcel(customer_id INTEGER, line INTEGER, v REAL, FOREIGN KEY (customer_id, line) REFERENCES purchase(customer_id, line));
        INSERT INTO parcel VALUES (1, 1, 0.5), (1, 2, 9e999), (9, 2, 1.0), (NULL, 2, 2), (8, 1, NULL);
        CREATE TABLE plain(v TEXT); INSERT INTO plain VALUES ('a'), (NULL);
        """;

    /// <summary>Customers that stay, as the file itself says.</summary>
    private const string Good = """
        WITH RECURSIVE bad(id) AS (SELECT id FROM customer WHERE name IS NULL OR age NOT BETWEEN 0 AND 150 OR active = 'maybe' OR born < '1800-01-01' UNION SELECT c.id FROM customer c JOIN bad ON c.recommended_by = bad.id),
        good AS (SELECT * FROM purchase WHERE customer_id NOT IN (SELECT id FROM bad) AND amount NOT IN ('1.505', 'four'))
        """;

    [Fact]
    public async Task Rows_that_break_checks_are_left_out_with_all_that_refers_to_them()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_reject", Shop);
        var stash = Path.Combine(scene.Folder, "kept", "rows.jsonl");
        scene.Options = Allowing(16, stash);

        var result = await scene.MoveAsync();

        Assert.Equal(await scene.File.RunAsync(Good + "SELECT group_concat(id, ',') FROM (SELECT id FROM customer WHERE id NOT IN (SELECT id FROM bad) ORDER BY id)"), await scene.Target.QueryScalarAsync("SELECT string_agg(id::text, ',' ORDER BY id) FROM customer"));
        Assert.Equal(await scene.File.RunAsync(Good + "SELECT group_concat(customer_id || '.' || line, ',') FROM (SELECT * FROM good ORDER BY 1, 2)"), await scene.Target.QueryScalarAsync("SELECT string_agg(customer_id || '.' || line, ',' ORDER BY customer_id, line) FROM purchase"));
        Assert.Equal(await scene.File.RunAsync(Good + "SELECT count(*) FROM parcel p WHERE customer_id IS NULL OR EXISTS (SELECT 1 FROM good g WHERE g.customer_id = p.customer_id AND g.line = p.line)"), await scene.Target.QueryScalarAsync("SELECT count(*) FROM parcel"));
        Assert.Equal("1,9|1.1,9.2|2", await scene.Target.QueryScalarAsync("SELECT concat_ws('|', (SELECT string_agg(id::text, ',' ORDER BY id) FROM customer), (SELECT string_agg(customer_id || '.' || line, ',' ORDER BY 1) FROM purchase), (SELECT count(*) - 1 FROM parcel))"));
        Assert.Equal("3", await scene.Target.QueryScalarAsync("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated"));

        Assert.Equal(["public.customer 7", "public.parcel 2", "public.purchase 4"], result.Report.Rejected!.Tables.Select(t => $"{t.Table} {t.Rows}"));
        Assert.Equal(["customer 7", "parcel 2", "plain 0", "purchase 4"], result.Report.Validation!.Tables.Select(t => $"{t.Table.Name} {t.Rejected}").Order());
        Assert.Equal(9, result.Report.RowsCopied);
        Assert.Equal(3, scene.Notices.Count(n => n == "Warning: rows rejected"));
        Assert.Equal(3, result.Findings.Count(f => f.Id == "F-SQL-015" && f.Severity == Core.Assessment.Severity.Warning));
        await RequireStashAsync(stash);
    }

    private static async Task RequireStashAsync(string stash)
    {
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(stash));
        var lines = (await File.ReadAllLinesAsync(stash)).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal(
            [
                "shop.customer {\"id\":2} name", "shop.customer {\"id\":3} age", "shop.customer {\"id\":4} age", "shop.customer {\"id\":5} active", "shop.customer {\"id\":6} born", "shop.customer {\"id\":7} recommended_by", "shop.customer {\"id\":8} recommended_by",
                "shop.parcel {\"rowid\":2} customer_id", "shop.parcel {\"rowid\":5} customer_id",
                "shop.purchase {\"customer_id\":1,\"line\":2} amount", "shop.purchase {\"customer_id\":2,\"line\":1} customer_id", "shop.purchase {\"customer_id\":8,\"line\":1} customer_id", "shop.purchase {\"customer_id\":9,\"line\":1} amount",
            ],
            lines.Select(l => $"{l.GetProperty("table").GetString()} {l.GetProperty("key").GetRawText()} {l.GetProperty("column").GetString()}"));
        Assert.Equal("""{"id":3,"name":"Cy","age":151,"active":"no","born":"1900-01-01","note":null,"recommended_by":null}""", lines[1].GetProperty("row").GetRawText());
        Assert.Equal("""{"customer_id":1,"line":2,"v":{"real":"Infinity"}}""", lines[7].GetProperty("row").GetRawText());
        string[] reasons = ["Column name, rowid 2, is NULL and required.", "Column age, rowid 3, is 151, more than 150.", "Column age, rowid 4, is -1, less than 0."];
        Assert.Equal(reasons, lines.Take(3).Select(l => l.GetProperty("reason").GetString()));
        Assert.Equal("Column recommended_by, row 7, refers to a row of shop.customer that is rejected: id = 2.", lines[5].GetProperty("reason").GetString());
        Assert.Contains("holds 1.505, which numeric(10,2) cannot without losing digits", lines[9].GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comparison_leaves_out_no_other_row_than_those()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_reject2", Shop);
        scene.Options = Allowing(13, Path.Combine(scene.Folder, "rows.jsonl"));
        await scene.MoveAsync();
        await scene.Target.ExecuteAsync("INSERT INTO customer(id, name, age) VALUES (3, 'Cy', 151); DELETE FROM parcel WHERE customer_id IS NULL; UPDATE purchase SET amount = 4.01 WHERE customer_id = 9");

        var options = scene.Options(new MigrationOptions { SourceUrl = scene.Urls, TargetUrl = scene.Target.Url, StateDirectory = scene.Folder });
        var report = (await Cli.Composition.Engine(null).ValidateAsync(options, new Progress<RunProgress>(), CancellationToken.None)).Report.Validation!;

        Assert.Equal(["customer Extra 3", "parcel Missing ", "purchase Changed 9,2"], report.Tables.SelectMany(t => t.Rows.Select(r => $"{t.Table.Name} {r.Kind} {string.Join(',', r.Key.Select(k => k.Value))}")).Order());
    }

    [Fact]
    public async Task More_rejects_than_allowed_are_refused_with_their_numbers_and_reasons()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_reject3", Shop);
        var stash = Path.Combine(scene.Folder, "rows.jsonl");
        scene.Options = Allowing(12, stash);
        Assert.Equal(
            [
                "F-SQL-015 shop.customer 7 rows are rejected, 12 may be in all. Column name, rowid 2, is NULL and required.",
                "F-SQL-015 shop.parcel 2 rows are rejected, 12 may be in all. Column customer_id, line, row 2, refers to a row of shop.purchase that is rejected: customer_id, line = 1, 2.",
                "F-SQL-015 shop.purchase 4 rows are rejected, 12 may be in all. Column amount (TEXT), row 2 in the order of its key, holds 1.505, which numeric(10,2) cannot without losing digits.",
            ],
            (await scene.BlockersAsync()).Order(StringComparer.Ordinal));
        Assert.False(File.Exists(stash));
    }

    [Fact]
    public async Task Stash_is_written_once_and_only_by_its_own_run()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_reject4", Shop);
        var stash = Path.Combine(scene.Folder, "rows.jsonl");
        var options = Allowing(13, stash)(new MigrationOptions { SourceUrl = scene.Urls, TargetUrl = scene.Target.Url });
        var run = Guid.NewGuid();
        await TakeAsync(options, run);
        var first = await File.ReadAllTextAsync(stash);

        await TakeAsync(options, run);

        Assert.Equal(first, await File.ReadAllTextAsync(stash));
        Assert.Equal(13, first.Count(c => c == '\n'));
        Assert.Equal("E-REJECT-002", (await Assert.ThrowsAsync<OrchestratorException>(() => TakeAsync(options, Guid.NewGuid()))).Code);
        Assert.Equal(first, await File.ReadAllTextAsync(stash));
        var fewer = options with { Mapping = options.Mapping with { RejectLimit = 12 } };
        Assert.Equal("E-REJECT-001", (await Assert.ThrowsAsync<OrchestratorException>(() => TakeAsync(fewer, run))).Code);
        var elsewhere = options with { Mapping = options.Mapping with { Stash = Path.Combine(scene.File.Path, "below a file.jsonl") } };
        Assert.Equal("E-REJECT-002", (await Assert.ThrowsAsync<OrchestratorException>(() => TakeAsync(elsewhere, run))).Code);
    }

    [Fact]
    public async Task Value_that_turns_bad_after_the_assessment_ends_the_copy_by_name()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_reject5", "CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO t VALUES (1, 1), (2, NULL);");
        var options = new MigrationOptions
        {
            SourceUrl = scene.Urls, TargetUrl = scene.Target.Url, Mapping = new MappingOptions { Columns = new Dictionary<string, ColumnOverride> { ["shop.t.n"] = new(null, null) { Check = new ColumnCheck(true, null, null) } } },
        };
        await using var engine = new SqliteSourceEngine(options, Guid.NewGuid(), TimeProvider.System);
        await using var snapshot = await engine.Capture.TakeViewAsync([], CancellationToken.None);
        var table = (await engine.Catalog.ReadAsync(TableSelection.All, CancellationToken.None)).Tables[0];
        await using var session = await snapshot.OpenSessionAsync(CancellationToken.None);
        await using var rows = await session.ReadAsync(new Core.Model.Chunk(table, 0, 1, new Core.Model.WholeTable()), CancellationToken.None);
        var error = Assert.Throws<OrchestratorException>(() => rows.Read(new byte[1000], CancellationToken.None));
        Assert.Equal(("E-VALUE-003", "shop.t", "n", "rowid 2"), (error.Code, error.Table, error.Column, error.Key));
    }

    [Fact]
    public async Task Rejected_keys_that_become_uuids_take_their_children_with_them()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_reject6", """
            CREATE TABLE p(id TEXT COLLATE NOCASE PRIMARY KEY, n INTEGER); INSERT INTO p VALUES ('a', 1), ('b', 2), (NULL, 3);
            CREATE TABLE c(p TEXT REFERENCES p(id)); INSERT INTO c VALUES ('a'), ('b'), ('b'), (NULL);
            """);
        scene.Options = o => o with
        {
            Strategy = MigrationStrategy.ParallelBatch,
            Mapping = new MappingOptions
            {
                RejectLimit = 10, Stash = Path.Combine(scene.Folder, "rows.jsonl"),
                Columns = new Dictionary<string, ColumnOverride> { ["shop.p.id"] = new(null, null) { Conversion = ColumnConversion.UuidV5, Check = new ColumnCheck(true, null, null) }, ["shop.p.n"] = new(null, null) { Check = new ColumnCheck(false, null, "1") } },
            },
        };
        var result = await scene.MoveAsync();
        Assert.Equal(["public.c 2", "public.p 2"], result.Report.Rejected!.Tables.Select(t => $"{t.Table} {t.Rows}"));
        await scene.Target.ExecuteAsync("CREATE EXTENSION \"uuid-ossp\"");
        Assert.Equal("t", await scene.Target.QueryScalarAsync("SELECT (SELECT id FROM p) = uuid_generate_v5('14288121-902b-4b39-b471-4f27c74ae6e5', 'public.p:id:a') AND (SELECT count(*) FROM c) = 2"));
    }

    private static Func<MigrationOptions, MigrationOptions> Allowing(int limit, string stash) => o => o with
    {
        Strategy = MigrationStrategy.ParallelBatch,
        Mapping = new MappingOptions
        {
            RejectLimit = limit, Stash = stash,
            Columns = new Dictionary<string, ColumnOverride>
            {
                ["shop.customer.name"] = new(null, null) { Check = new ColumnCheck(true, null, null) },
                ["shop.customer.age"] = new(null, "integer") { Check = new ColumnCheck(false, "0", "150") },
                ["shop.customer.active"] = new(null, "boolean"),
                ["shop.customer.born"] = new(null, "date") { Check = new ColumnCheck(false, "1800-01-01", null) },
                ["shop.purchase.amount"] = new(null, "numeric(10,2)"),
            },
        },
    };

    private static async Task TakeAsync(MigrationOptions options, Guid run)
    {
        await using var engine = new SqliteSourceEngine(options, run, TimeProvider.System);
        await using var snapshot = await engine.Capture.TakeViewAsync([], CancellationToken.None);
        Assert.Equal(13, snapshot.Rejected!.Rows);
    }
}

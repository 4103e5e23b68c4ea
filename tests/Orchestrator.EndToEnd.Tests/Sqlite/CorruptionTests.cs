using Orchestrator.Cli;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Validation;
using Orchestrator.Workflow;

namespace Orchestrator.EndToEnd.Tests.Sqlite;

/// <summary>What is planted on the target after a copy is found and named, and nothing else is (CASES V1 to V8).</summary>
[Trait("Needs", "PostgreSql")]
public sealed class CorruptionTests
{
    /// <summary>Each changes the row of its own number, by one column.</summary>
    private static readonly (string Column, string Change)[] Changes =
    [
        ("i", "i + 1"), ("i", "-i"), ("i", "NULL"), ("i", "0"), ("i", "i - 9007199254740993"),
        ("r", "r + 1e-9"), ("r", "NULL"), ("r", "'-0'"), ("r", "'Infinity'"), ("r", "-r"), ("r", "'NaN'"),
        ("n", "n + 0.0000000001"), ("n", "NULL"), ("n", "n * 10"), ("n", "-n"), ("n", "'NaN'"),
        ("t", "''"), ("t", "NULL"), ("t", "t || ' '"), ("t", "upper(t)"), ("t", "replace(t, 'ü', 'u')"), ("t", "t || chr(8203)"), ("t", "replace(t, chr(10), chr(13))"), ("t", "normalize(t, NFD)"), ("t", "'~'"), ("t", "left(t, -1)"),
        ("b", "NULL"), ("b", "''"), ("b", "set_byte(b, 1, 7)"), ("b", "b || '\\x00'"), ("b", "substr(b, 1, 2)"),
        ("e", "NULL"), ("e", "e || '0'"), ("z", "''"), ("z", "'0'"),
    ];

    private const string Load = """
        CREATE TABLE keyed(id INTEGER PRIMARY KEY, i INTEGER, r REAL, n NUMERIC, t TEXT, b BLOB, e TEXT, z TEXT);
        WITH RECURSIVE s(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM s WHERE k < 60)
        INSERT INTO keyed SELECT k, 9007199254740993 + k, k + 0.5, k + 0.25, 'grüße' || char(10) || k, CAST(x'0102' || k AS BLOB), '', NULL FROM s;
        CREATE TABLE bare(v TEXT, n INTEGER); INSERT INTO bare VALUES ('same', 1), ('same', 1), ('other', 2), ('swap', 3), ('paws', 4), (NULL, 5), ('', 6);
        CREATE TABLE pair(a TEXT, b INTEGER, v REAL, PRIMARY KEY (a, b)) WITHOUT ROWID; INSERT INTO pair VALUES ('x', 1, 0.1), ('x', 2, 0.2), ('ö|', 3, 0.3);
        """;

    [Fact]
    public async Task V8_every_planted_difference_is_named_and_no_other()
    {
        await using var scene = await SqliteScene.OpenAsync("sl_corrupt", Load);
        await scene.MoveAsync();
        Assert.Equal(ValidationVerdict.Equal, (await CompareAsync(scene)).Verdict);

        var expected = new List<string>();
        for (var i = 0; i < Changes.Length; i++)
        {
            await scene.Target.ExecuteAsync($"UPDATE keyed SET {Changes[i].Column} = {Changes[i].Change} WHERE id = {i + 1}");
            expected.Add($"keyed Changed {i + 1} {Changes[i].Column}");
        }

        await scene.Target.ExecuteAsync("""
            UPDATE keyed k SET t = o.t FROM keyed o WHERE (k.id, o.id) IN ((41, 42), (42, 41));
            DELETE FROM keyed WHERE id = 43; INSERT INTO keyed(id, t) VALUES (61, 'new'); UPDATE keyed SET id = 99 WHERE id = 44;
            UPDATE pair SET v = 0.30000000000000004 WHERE b = 3; UPDATE pair SET a = 'x ' WHERE b = 2;
            DELETE FROM bare WHERE ctid = (SELECT min(ctid) FROM bare WHERE v = 'same'); INSERT INTO bare VALUES ('other', 2); UPDATE bare SET n = 7 - n WHERE n IN (3, 4); UPDATE bare SET v = '' WHERE v IS NULL;
            """);
        expected.AddRange(["keyed Changed 41 t", "keyed Changed 42 t", "keyed Missing 43", "keyed Missing 44", "keyed Extra 61", "keyed Extra 99", "pair Changed ö|,3 v", "pair Missing x,2", "pair Extra x ,2"]);
        // Without a key a changed row is one missing and one extra.
        expected.AddRange(["bare Missing same,1", "bare Missing swap,3", "bare Missing paws,4", "bare Missing -,5", "bare Extra other,2", "bare Extra swap,4", "bare Extra paws,3", "bare Extra ,5"]);

        var report = await CompareAsync(scene);

        Assert.Equal(ValidationVerdict.Different, report.Verdict);
        Assert.Equal(expected.Order(StringComparer.Ordinal), report.Tables.SelectMany(t => t.Rows.Select(r => Words(t.Table.Name, r))).Order(StringComparer.Ordinal));
    }

    private static string Words(string table, RowDifference row) => row.Key.Count == 0
        ? $"{table} {row.Kind} {string.Join(',', row.Columns.Select(c => (row.Kind == DifferenceKind.Missing ? c.Source : c.Target)?.Text ?? "-"))}"
        : $"{table} {row.Kind} {string.Join(',', row.Key.Select(k => k.Value))}{(row.Kind == DifferenceKind.Changed ? " " + string.Join(',', row.Columns.Select(c => c.Column)) : "")}";

    private static async Task<ValidationReport> CompareAsync(SqliteScene scene)
    {
        var options = new MigrationOptions { SourceUrl = scene.Urls, TargetUrl = scene.Target.Url, StateDirectory = scene.Folder };
        return (await Composition.Engine(null).ValidateAsync(options, new Progress<RunProgress>(), CancellationToken.None)).Report.Validation!;
    }
}

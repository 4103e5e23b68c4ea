using Orchestrator.Core.Runs;
using Orchestrator.Core.Validation;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.MySql;

/// <summary>CASES V7, V8, V12: nothing that is equal is called different, and every change of one value is named.</summary>
[Trait("Needs", "MySql")]
public sealed class CorruptionTests
{
    private static readonly string Load = $$$"""
        CREATE TABLE t(id int PRIMARY KEY, i int, u bigint unsigned, n decimal(20,4), f float, d double, c char(5), v varchar(40), x text, b binary(4), l blob, o bit(1), w bit(9), y year, a date, s datetime(6), m timestamp(3) NULL, z time(6), e enum('one','two'), k set('p','q'), g {{{(MySqlProduct.Chosen.IsMariaDb ? "uuid" : "char(36)")}}}, r varchar(10) CHARACTER SET latin1);
        INSERT INTO t SELECT seq, seq, 18446744073709551615 - seq, seq + 0.1250, 1.5, 0.1, 'ab', CONCAT('Text ', seq), 'long text', x'01020304', x'0102', 1, 5, 2024, '2024-02-29', '2024-02-29 12:00:00.000001', '2024-06-01 00:00:00.001', '12:00:00.5', 'one', 'p,q', '6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'ä' FROM seq_1_to_60;
        UPDATE t SET v = '', x = NULL WHERE id = 50; UPDATE t SET d = -2.2250738585072014e-308 WHERE id = 49;
        CREATE TABLE j(id int PRIMARY KEY, v int, doc json);
        INSERT INTO j SELECT seq, seq, CONCAT('{"b": [1, 1.50, "1", null, true], "a": {"k": "ä', seq, '"}}') FROM seq_1_to_40;
        CREATE TABLE few(id int PRIMARY KEY, n decimal(20,4), x text); INSERT INTO few VALUES (1, 4.1250, 'x'), (2, 2, NULL), (3, 3, '');
        CREATE TABLE none(a int, b varchar(10)); INSERT INTO none VALUES (1, 'x'), (1, 'x'), (2, 'y'), (3, NULL);
        CREATE TABLE pair(a varchar(10), b varchar(10), v varchar(9), PRIMARY KEY (a, b)); INSERT INTO pair VALUES ('a', 'bc', '1'), ('ab', 'c', '2'), ('', 'abc', '3');
        """;

    /// <summary>Row, column, and what is done to it; each in a row of its own.</summary>
    private static readonly (int Id, string Column, string Value)[] Values =
    [
        (1, "i", "i + 1"), (2, "i", "NULL"), (3, "u", "u - 1"), (4, "n", "n + 0.0001"), (5, "n", "-n"), (6, "f", "float4send_next"), (7, "d", "0.10000000000000002"), (8, "c", "'aB'"), (9, "c", "' ab'"), (10, "v", "v || ' '"), (11, "v", "upper(v)"),
        (12, "v", "NULL"), (13, "x", "''"), (14, "x", "'long texT'"), (15, "x", "'long  text'"), (16, "b", "'\\x01020305'"), (17, "b", "'\\x010203'"), (18, "l", "'\\x010200'"), (19, "l", "''"), (20, "o", "false"), (21, "w", "B'000000100'"), (22, "y", "2023"),
        (23, "a", "a + 1"), (24, "s", "s + interval '1 microsecond'"), (25, "m", "m + interval '1 millisecond'"), (26, "m", "m + interval '1 hour'"), (27, "z", "-z"), (28, "z", "z + interval '1 microsecond'"), (29, "e", "'two'"), (30, "k", "'p'"),
        (31, "g", "'6ba7b810-9dad-11d1-80b4-00c04fd430c9'"), (32, "r", "'a'"), (33, "r", "'a\u0308'"), (34, "d", "NULL"), (35, "s", "NULL"), (50, "x", "''"), (36, "v", "'Text 37'"), (37, "v", "'Text 36'"), (38, "u", "NULL"), (39, "d", "-d"), (40, "z", "NULL"), (49, "d", "-2.2250738585072019e-308"),
    ];

    private static readonly (int Id, string Value)[] Documents =
    [
        (1, "jsonb_set(doc, '{b,0}', '\"1\"')"), (2, "jsonb_set(doc, '{b,1}', '1.51')"), (3, "jsonb_set(doc, '{b,2}', '1')"), (4, "jsonb_set(doc, '{b,3}', 'false')"), (5, "doc - 'a'"), (6, "jsonb_set(doc, '{a,k}', '\"Ä5\"')"), (7, "NULL"), (8, "'null'"), (9, "jsonb_set(doc, '{b}', '[1.50, 1, \"1\", null, true]')"), (10, "doc || '{\"c\": null}'"), (11, "jsonb_set(doc, '{a}', '{\"k \": \"ä11\"}')"),
    ];

    [Fact]
    public async Task V8_every_planted_change_is_named_and_nothing_else()
    {
        await using var scene = await MySqlScene.OpenAsync("v8", Load);
        await scene.FollowAsync();
        var clean = await scene.ValidateAsync();
        Assert.Equal(ValidationVerdict.Equal, clean.Verdict);
        await PlantAsync(scene, string.Concat(Values.Select(v => $"UPDATE {scene.Table("t")} SET {v.Column} = {v.Value.Replace("float4send_next", "1.5000001", StringComparison.Ordinal)} WHERE id = {v.Id};")));
        await PlantAsync(scene, string.Concat(Documents.Select(v => $"UPDATE {scene.Table("j")} SET doc = {v.Value} WHERE id = {v.Id};")) + $"UPDATE {scene.Table("j")} SET v = 0 WHERE id = 30; UPDATE {scene.Table("few")} SET n = 4.1251 WHERE id = 1; UPDATE {scene.Table("few")} SET x = '' WHERE id = 2");
        await PlantAsync(scene, $"DELETE FROM {scene.Table("t")} WHERE id = 60; INSERT INTO {scene.Table("t")}(id, v) VALUES (61, 'Text 60'); DELETE FROM {scene.Table("j")} WHERE id = 40; INSERT INTO {scene.Table("j")}(id, doc) VALUES (41, '{{}}')");
        await PlantAsync(scene, $"DELETE FROM {scene.Table("none")} WHERE ctid = (SELECT min(ctid) FROM {scene.Table("none")} WHERE a = 1); UPDATE {scene.Table("none")} SET b = '' WHERE a = 3; UPDATE {scene.Table("pair")} SET v = CASE v WHEN '1' THEN '2' ELSE '1' END WHERE v IN ('1', '2')");
        var report = await scene.ValidateAsync();
        Assert.Equal(ValidationVerdict.Different, report.Verdict);
        var tables = report.Tables.ToDictionary(t => t.Table.Name);
        var expected = Values.Select(v => (v.Id, v.Column)).Concat([(60, "gone"), (61, "new")]).Order().ToList();
        Assert.Equal(expected, Named(tables["t"]));
        Assert.Equal(Documents.Select(d => (d.Id, "doc")).Concat([(30, "v"), (40, "gone"), (41, "new")]).Order().ToList(), Named(tables["j"]));
        Assert.Equal(["4.125 4.1251", "null ''"], tables["few"].Rows.Select(r => r.Columns[0]).Select(c => $"{c.Source!.Text ?? "null"} {(c.Target!.Text is "" ? "''" : c.Target.Text)}").Order(StringComparer.Ordinal));
        Assert.Equal([DifferenceKind.Missing, DifferenceKind.Missing, DifferenceKind.Extra], tables["none"].Rows.Select(d => d.Kind).Order());
        Assert.Equal(["a bc", "ab c"], tables["pair"].Rows.Select(d => string.Join(' ', d.Key.Select(k => k.Value))).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task V7_two_ways_to_write_the_same_document_are_no_difference()
    {
        await using var scene = await MySqlScene.OpenAsync("v7", Load);
        await scene.FollowAsync();
        await PlantAsync(scene, $"UPDATE {scene.Table("j")} SET doc = jsonb_set(doc, '{{b,0}}', '1.000') WHERE id < 20; UPDATE {scene.Table("j")} SET doc = jsonb_set(doc, '{{b,1}}', '15e-1') WHERE id > 10");
        Assert.Equal(ValidationVerdict.Equal, (await scene.ValidateAsync()).Verdict);
    }

    /// <summary>The target's fence lets nobody else write.</summary>
    private static Task PlantAsync(MySqlScene scene, string sql) => scene.Target.ExecuteAsync("SET session_replication_role = replica; " + sql);

    private static List<(int, string)> Named(TableReport table) =>
    [
        .. table.Rows.SelectMany(d => d.Kind switch
        {
            DifferenceKind.Missing => [(Id(d), "gone")],
            DifferenceKind.Extra => [(Id(d), "new")],
            _ => d.Columns.Select(c => (Id(d), c.Column)),
        }).Order(),
    ];

    private static int Id(RowDifference difference) => int.Parse(difference.Key[0].Value, System.Globalization.CultureInfo.InvariantCulture);
}

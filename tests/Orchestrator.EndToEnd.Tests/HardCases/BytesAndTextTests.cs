using System.Globalization;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.HardCases;

/// <summary>CASES PP10, PP11, PP13, PP14: bytes, large values, text that looks like markup, encodings.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class BytesAndTextTests
{
    [Fact]
    public async Task PP10_bytes_are_kept_and_an_empty_value_is_not_null()
    {
        await using var scene = await MigrationScene.OpenAsync("pp10", """
            CREATE TABLE t(id int PRIMARY KEY, b bytea, x text);
            INSERT INTO t SELECT 1, string_agg(decode(lpad(to_hex(i), 2, '0'), 'hex'), ''::bytea ORDER BY i), string_agg(chr(i + 1), '' ORDER BY i) FROM generate_series(0, 255) i;
            INSERT INTO t VALUES (2, '', ''), (3, NULL, NULL), (4, '\x00', ' '), (5, '\x5c785c', '\x');
            INSERT INTO t SELECT 6, decode(repeat('00ff5c', 1000000), 'hex'), repeat('wide ünï ', 300000);
            """);
        await TwiceTheValue.MoveAsync(scene, "t");
        Assert.Equal("0|f", await scene.Target.QueryScalarAsync("SELECT length(b) || '|' || CASE WHEN x IS NULL THEN 't' ELSE 'f' END FROM t WHERE id = 1002"));
        Assert.Equal("3000000", await scene.Target.QueryScalarAsync("SELECT length(b) FROM t WHERE id = 2006"));
    }

    [Fact]
    public async Task PP10_a_value_of_120_MB_is_loaded_with_bounded_memory()
    {
        await using var scene = await MigrationScene.OpenAsync("pp10_big", """
            CREATE TABLE t(id int PRIMARY KEY, b bytea); ALTER TABLE t ALTER b SET STORAGE EXTERNAL;
            INSERT INTO t SELECT 1, decode(repeat('c0ffee00', 30000000), 'hex');
            """);
        var state = Directory.CreateTempSubdirectory("orchestrator-pp10-").FullName;
        try
        {
            await using var process = OrchestratorProcess.Start(
                ["migrate", "--source-db", scene.Pair.SourceUrl, "--target-db", scene.Pair.TargetUrl, "--strategy", "parallel-batch", "--state", state]);
            var peak = 0L;
            var ended = process.WaitForExitAsync(TimeSpan.FromMinutes(3));
            while (!ended.IsCompleted)
            {
                peak = Math.Max(peak, PeakKilobytes(process.Id));
                await Task.Delay(20);
            }

            Assert.True(await ended == 0, process.Error + process.Output);
            Assert.InRange(peak, 1, 300_000);
            await FullCompare.RequireEqualAsync(scene.Pair);
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    /// <summary>The server writes a changed value as text, twice as long as the bytes, and no message of its own may be over 1 GB.</summary>
    [Fact]
    public async Task PP10_a_changed_value_too_large_for_the_stream_stops_the_run()
    {
        await using var scene = await MigrationScene.OpenAsync("pp10_stream", """
            CREATE TABLE t(id int PRIMARY KEY, b bytea); ALTER TABLE t ALTER b SET STORAGE EXTERNAL; INSERT INTO t VALUES (1, 'small');
            """);
        await scene.FollowAsync();
        await scene.Source.ExecuteAsync("INSERT INTO t SELECT 2, b || b || b FROM (SELECT decode(repeat('c0ffee00', 45000000), 'hex') AS b) x");
        var error = await scene.FailureAsync();
        Assert.Equal("E-SLOT-006", error.Code);
        Assert.Contains("--exclude", error.Fix, StringComparison.Ordinal);
        Assert.Equal("1", await scene.Target.QueryScalarAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task PP11_large_objects_are_refused_by_count()
    {
        await using var scene = await MigrationScene.OpenAsync("pp11", "CREATE TABLE t(id int PRIMARY KEY, o oid); INSERT INTO t VALUES (1, lo_from_bytea(0, 'abc')), (2, lo_from_bytea(0, ''));");
        var blocker = Assert.Single(await scene.BlockersAsync());
        Assert.StartsWith("F-TBL-008", blocker, StringComparison.Ordinal);
        Assert.Contains("2 large objects", blocker, StringComparison.Ordinal);
        Assert.Null(await scene.Target.QueryScalarAsync("SELECT to_regclass('public.t')"));
    }

    [Fact]
    public async Task PP13_text_that_looks_like_copy_syntax_and_padded_char_are_exact()
    {
        await using var scene = await MigrationScene.OpenAsync("pp13", """
            CREATE TYPE forced_text AS ENUM ('x');
            CREATE TABLE b(id int PRIMARY KEY, c char(5), v varchar(6), x text);
            INSERT INTO b VALUES (1, 'ab', 'ab', E'\\N'), (2, '', '', E'\\.'), (3, 'abcde', 'abcdef', E'line\nline\r\nline\r'), (4, NULL, NULL, NULL), (5, ' a', ' a  ', E'tab\ttab\\t'),
                (6, 'äöü', 'äöüß€😀', E'\b\f\v\x01\x7f'), (7, E'\n', E'\\', E'\\\\.\n\\.\n'), (8, '"', '''', '{"NULL",NULL}'), (9, 'NULL', 'null', 'NULL'), (10, E'a\t', E'\\N', E'\u0085\u2028\ufeff');
            CREATE TABLE t(LIKE b INCLUDING ALL, f forced_text);
            INSERT INTO t SELECT *, NULL FROM b;
            CREATE TABLE keyed(c char(4), v text, n int, PRIMARY KEY (c, v));
            INSERT INTO keyed VALUES ('a', 'a ', 1), ('a', 'a', 2), (E'\\N', E'\\.', 3), ('', '', 4);
            """);
        await scene.FollowAsync();
        await TwiceTheValue.FollowAsync(scene.Source, "b");
        await TwiceTheValue.FollowAsync(scene.Source, "t");
        await scene.Source.PsqlAsync("""
            UPDATE keyed SET n = 10 WHERE c = 'a' AND v = 'a '; UPDATE keyed SET v = E'x\ny' WHERE n = 3; DELETE FROM keyed WHERE n = 4; INSERT INTO keyed VALUES ('b', E'\t', 5);
            """);
        await scene.FinishAsync();
        await TwiceTheValue.RequireAlikeAsync(scene.Target, "b");
        await TwiceTheValue.RequireAlikeAsync(scene.Target, "t");
    }

    [Fact]
    public async Task PP14_a_LATIN1_source_is_transcoded()
    {
        await using var scene = await MigrationScene.OpenAsync("pp14", sourceEncoding: "LATIN1");
        await scene.Source.PsqlAsync("""
            CREATE TYPE farbe AS ENUM ('grün', 'weiß');
            CREATE TABLE t(id int PRIMARY KEY, x text, c char(4), f farbe, j jsonb, a text[]);
            INSERT INTO t VALUES (1, 'Käse – nein'::text, 'äö', 'grün', '{"ö": "é"}', '{ß,"ä,b"}') ON CONFLICT DO NOTHING;
            """.Replace(" – ", " ", StringComparison.Ordinal));
        await scene.Source.ExecuteAsync("INSERT INTO t(id, x) SELECT 2, string_agg(chr(i), '' ORDER BY i) FROM generate_series(1, 255) i");
        await scene.Source.PsqlAsync("CREATE TABLE \"straße\"(id int PRIMARY KEY, \"größe\" text); INSERT INTO \"straße\" VALUES (1, 'ü');");
        await scene.FollowAsync();
        await TwiceTheValue.FollowAsync(scene.Source, "t");
        await TwiceTheValue.FollowAsync(scene.Source, "\"straße\"");
        await scene.FinishAsync();
        await TwiceTheValue.RequireAlikeAsync(scene.Target, "t");
        Assert.Equal("255", await scene.Target.QueryScalarAsync("SELECT length(x) FROM t WHERE id = 2002"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PP14_bytes_of_a_SQL_ASCII_source_that_are_not_UTF8_stop_the_run_by_name(bool duringLoad)
    {
        await using var scene = await MigrationScene.OpenAsync("pp14_ascii", sourceEncoding: "SQL_ASCII");
        await scene.Source.ExecuteAsync("CREATE TABLE notes(id int PRIMARY KEY, ok text, body text); INSERT INTO notes VALUES (1, 'fine', 'ünï')");
        const string bad = "INSERT INTO notes VALUES (77, 'fine', convert_from('\\x4be47365', 'SQL_ASCII'))";
        if (duringLoad)
        {
            await scene.Source.ExecuteAsync(bad);
            await scene.StartAsync();
        }
        else
        {
            await scene.FollowAsync();
            await scene.Source.ExecuteAsync(bad);
        }

        var error = await scene.FailureAsync();
        Assert.Equal("E-PG-22021", error.Code);
        Assert.Contains("0xe4 0x73 0x65", error.Message, StringComparison.Ordinal);
        if (duringLoad) Assert.Equal("public.notes", error.Table);
        else Assert.Contains("LSN", error.Message, StringComparison.Ordinal);
        Assert.Equal("0", await scene.Target.QueryScalarAsync("SELECT count(*) FROM notes WHERE id = 77"));
    }

    private static long PeakKilobytes(int pid)
    {
        try
        {
            var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status")).FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException e)
        {
            System.Diagnostics.Trace.WriteLine($"the process has just ended: {e.Message}");
            return 0;
        }
    }
}

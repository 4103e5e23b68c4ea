namespace Orchestrator.EndToEnd.Tests.MySql;

/// <summary>CASES MP10, MP13, MP15: bytes, JSON, types of MariaDB's own.</summary>
[Trait("Needs", "MySql")]
public sealed class BytesAndDocumentTests
{
    [Fact]
    public async Task MP10_zero_bytes_at_the_end_are_kept()
    {
        await using var scene = await MySqlScene.OpenAsync("mp10", """
            CREATE TABLE t(id int PRIMARY KEY, b binary(16), v varbinary(20), l longblob, t tinyblob, c binary(1) NOT NULL DEFAULT '\0', w binary(255), x varbinary(300), KEY (b));
            INSERT INTO t VALUES (1, x'00112233445566778899aabbccddee00', x'00ff00', x'5c785c0a090d00', x'', '', REPEAT(x'00', 255), x'00'), (2, x'00000000000000000000000000000000', x'', REPEAT(x'00ff5c', 100), x'00', 'a', CONCAT(REPEAT(x'ff', 254), x'00'), REPEAT(x'0100', 150)), (3, NULL, NULL, NULL, NULL, ' ', NULL, NULL), (4, x'2020', x'2020', x'20', x'2000', x'ff', x'20', x'2020');
            CREATE TABLE k(b binary(16) PRIMARY KEY, n int); INSERT INTO k VALUES (x'00112233445566778899aabbccddee00', 1), (x'00112233445566778899aabbccddee01', 2), (x'00', 3), (x'20', 4);
            CREATE TABLE kv(b varbinary(16) PRIMARY KEY, n int); INSERT INTO kv VALUES (x'', 1), (x'00', 2), (x'0000', 3), (x'20', 4);
            """);
        await scene.FollowAsync();
        await MySqlTwice.FollowAsync(scene.Source, "t");
        await scene.Source.ExecuteAsync("""
            UPDATE k SET n = 10 WHERE b = x'00112233445566778899aabbccddee00'; DELETE FROM k WHERE n = 2; UPDATE k SET b = x'0100' WHERE n = 3;
            UPDATE kv SET n = 10 WHERE b = x'00'; DELETE FROM kv WHERE n = 3; UPDATE kv SET b = x'000000' WHERE n = 1;
            """);
        await scene.CutOverAsync();
        const string zeros = "00000000000000000000000000000000";
        await MySqlTwice.RequireAsync(scene, "t", "encode(b, 'hex'), encode(v, 'hex'), left(encode(l, 'hex'), 16), encode(t, 'hex'), encode(c, 'hex'), right(encode(w, 'hex'), 6), length(w), length(x)",
            ["00112233445566778899aabbccddee00", "00ff00", "5c785c0a090d00", "", "00", "000000", "255", "1"], [zeros, "", "00ff5c00ff5c00ff", "00", "61", "ffff00", "255", "300"],
            [null, null, null, null, "20", null, null, null], ["2020" + zeros[4..], "2020", "20", "2000", "ff", "000000", "255", "2"]);
        Assert.Equal("00112233445566778899aabbccddee00=10,01000000000000000000000000000000=3,20000000000000000000000000000000=4", await scene.Target.QueryScalarAsync($"SELECT string_agg(encode(b, 'hex') || '=' || n, ',' ORDER BY b) FROM {scene.Table("k")}"));
        Assert.Equal("00=10,000000=1,20=4", await scene.Target.QueryScalarAsync($"SELECT string_agg(encode(b, 'hex') || '=' || n, ',' ORDER BY b) FROM {scene.Table("kv")}"));
    }

    [Trait("Server", "MariaDB")]
    [Fact]
    public async Task MP13_documents_keep_every_digit_and_character()
    {
        await using var scene = await MySqlScene.OpenAsync("mp13", """
            CREATE TABLE t(id int PRIMARY KEY, j json, n json NOT NULL DEFAULT '{}');
            INSERT INTO t VALUES (1, '{"big": 18446744073709551616, "z": 1.0, "a": [1, 2.50, -0.0, 1e2, 1.5E-3, 123456789012345678901234567890.5]}', '[]'),
                (2, '{"b": {"y": null, "x": [true, false, {}]}, "a": "\\u00e4\\u20ac\\ud83d\\ude00 \\" \\\\ \\/ \\b\\f\\n\\r\\t"}', '"text"'), (3, NULL, 'null'), (4, '{"k": 1, "k": 2}', '  [ 1 , "1" ]  '), (5, '"😀 ünï"', '-12.340'), (6, 'true', '{"": "", " ": "\\u0001"}'),
                (7, CONCAT('[', REPEAT('{"deep": [', 10), '1', REPEAT(']}', 10), ']'), '1e5');
            """);
        await MySqlTwice.MoveAsync(scene, "t", "j, n",
            ["""{"a": [1, 2.50, 0.0, 100, 0.0015, 123456789012345678901234567890.5], "z": 1.0, "big": 18446744073709551616}""", "[]"],
            ["""{"a": "ä€😀 \" \\ / \b\f\n\r\t", "b": {"x": [true, false, {}], "y": null}}""", "\"text\""], [null, "null"], ["""{"k": 2}""", """[1, "1"]"""], ["\"😀 ünï\"", "-12.340"], ["true", """{"": "", " ": "\u0001"}"""],
            ["[" + string.Concat(Enumerable.Repeat("{\"deep\": [", 10)) + "1" + string.Concat(Enumerable.Repeat("]}", 10)) + "]", "100000"]);
    }

    [Theory]
    [InlineData("{\"a\": \"x\\\\u0000y\"}", true)]
    [InlineData("{\"a\": \"x\\\\u0000y\"}", false)]
    public async Task MP13_characters_a_document_cannot_have_are_named(string document, bool duringLoad)
    {
        await using var scene = await MySqlScene.OpenAsync("mp13_nul", "CREATE TABLE t(id int PRIMARY KEY, j json)");
        if (!duringLoad) await scene.FollowAsync();
        await scene.Source.ExecuteAsync($"INSERT INTO t VALUES (76, '[]'), (77, '{document}')");
        if (duringLoad) await scene.StartAsync();
        var error = await scene.FailureAsync();
        Assert.Equal("E-VALUE-001", error.Code);
        Assert.Equal((scene.Source.Name + ".t", "j", "id = 77"), (error.Table, error.Column, error.Key));
    }

    [Trait("Server", "MariaDB")]
    [Fact]
    public async Task MP15_uuids_of_every_version_and_addresses()
    {
        await using var scene = await MySqlScene.OpenAsync("mp15", """
            CREATE TABLE t(id int PRIMARY KEY, u uuid, i inet6, f inet4, d uuid NOT NULL DEFAULT uuid());
            INSERT INTO t VALUES (1, '6ba7b810-9dad-11d1-80b4-00c04fd430c8', '::', '0.0.0.0', 'ffffffff-ffff-ffff-ffff-ffffffffffff'), (2, '6ba7b811-9dad-21d1-80b4-00c04fd430c8', '::1', '255.255.255.255', '00000000-0000-0000-0000-000000000000'),
                (3, '6fa459ea-ee8a-3ca4-894e-db77e160355e', '::ffff:1.2.3.4', '1.2.3.4', '00000000-0000-0000-0000-000000000001'), (4, '16fd2706-8baf-433b-82eb-8c7fada847da', '2001:db8::ff00:42:8329', '10.0.0.1', '16fd2706-8baf-433b-02eb-8c7fada847da'),
                (5, '886313e1-3b8a-5372-9b90-0c9aee199e5d', '::1.2.3.4', NULL, '6ba7b810-9dad-11d1-00b4-00c04fd430c8'), (6, '1ec9414c-232a-6b00-b3c8-9f6bdeced846', '1:0:0:2:0:0:0:3', '127.0.0.1', '01234567-89ab-cdef-8123-456789abcdef'),
                (7, '01890a5d-ac96-774b-bcce-b302099a8057', '1:2:3:4:5:6:0:8', '127.0.0.1', '01234567-89ab-8def-8123-456789abcdef'), (8, NULL, NULL, NULL, '01234567-89ab-0def-c123-456789abcdef'), (9, '00000000-0000-1000-8000-000000000000', '0:1::', '1.1.1.1', '80000000-0000-0000-0000-000000000000'), (10, '00112233-4455-6677-8899-aabbccddeeff', 'fe80::a', '1.1.1.1', '00000000-0000-0000-8000-000000000000');
            CREATE TABLE k(u uuid PRIMARY KEY, n int); INSERT INTO k VALUES ('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 1), ('01890a5d-ac96-774b-bcce-b302099a8057', 2);
            """);
        await scene.FollowAsync();
        await MySqlTwice.FollowAsync(scene.Source, "t");
        await scene.Source.ExecuteAsync("UPDATE k SET n = n + 10");
        await scene.CutOverAsync();
        await MySqlTwice.RequireAsync(scene, "t", "u, i, f, d",
            ["6ba7b810-9dad-11d1-80b4-00c04fd430c8", "::", "0.0.0.0", "ffffffff-ffff-ffff-ffff-ffffffffffff"], ["6ba7b811-9dad-21d1-80b4-00c04fd430c8", "::1", "255.255.255.255", "00000000-0000-0000-0000-000000000000"],
            ["6fa459ea-ee8a-3ca4-894e-db77e160355e", "::ffff:1.2.3.4", "1.2.3.4", "00000000-0000-0000-0000-000000000001"], ["16fd2706-8baf-433b-82eb-8c7fada847da", "2001:db8::ff00:42:8329", "10.0.0.1", "16fd2706-8baf-433b-02eb-8c7fada847da"],
            ["886313e1-3b8a-5372-9b90-0c9aee199e5d", "::1.2.3.4", null, "6ba7b810-9dad-11d1-00b4-00c04fd430c8"], ["1ec9414c-232a-6b00-b3c8-9f6bdeced846", "1:0:0:2::3", "127.0.0.1", "01234567-89ab-cdef-8123-456789abcdef"],
            ["01890a5d-ac96-774b-bcce-b302099a8057", "1:2:3:4:5:6::8", "127.0.0.1", "01234567-89ab-8def-8123-456789abcdef"], [null, null, null, "01234567-89ab-0def-c123-456789abcdef"], ["00000000-0000-1000-8000-000000000000", "0:1::", "1.1.1.1", "80000000-0000-0000-0000-000000000000"], ["00112233-4455-6677-8899-aabbccddeeff", "fe80::a", "1.1.1.1", "00000000-0000-0000-8000-000000000000"]);
        Assert.Equal("11,12", await scene.Target.QueryScalarAsync($"SELECT string_agg(n::text, ',' ORDER BY n) FROM {scene.Table("k")}"));
        Assert.Equal("36", await scene.Target.QueryScalarAsync($"INSERT INTO {scene.Table("t")}(id) VALUES (-1) RETURNING length(d::text)"));
    }

    /// <summary>The server stores some uuids with their groups turned round, which ones depends on version and variant.</summary>
    [Trait("Server", "MariaDB")]
    [Fact]
    public async Task MP15_every_version_and_variant_of_uuids_is_turned_back()
    {
        await using var scene = await MySqlScene.OpenAsync("mp15_all", """
            CREATE TABLE t(id int PRIMARY KEY, s char(36), u uuid);
            INSERT IGNORE INTO t SELECT seq, x, x FROM (SELECT seq, CONCAT(IF(seq % 3 = 0, '00000000-0000-', '12345678-9abc-'), LOWER(HEX(seq DIV 16)), 'def-', LOWER(HEX(seq % 16)), IF(seq % 2 = 0, '000-000000000000', '123-456789abcdef')) AS x FROM seq_0_to_255) v;
            DELETE FROM t WHERE u IS NULL;
            """);
        await scene.FollowAsync();
        await scene.Source.ExecuteAsync("INSERT INTO t SELECT id + 1000, s, u FROM t");
        var count = await scene.Source.QueryScalarAsync("SELECT COUNT(*) FROM t");
        await scene.UntilAsync("all rows", async () => await scene.Target.QueryScalarAsync($"SELECT count(*) FROM {scene.Table("t")}") == count);
        var wrong = await scene.Target.QueryScalarAsync($"SELECT string_agg(id || ' ' || s || ' ' || u, E'\n' ORDER BY id) FROM {scene.Table("t")} WHERE s <> u::text");
        Assert.True(wrong is null, wrong);
        await scene.CutOverAsync();
    }

    [Trait("Server", "MariaDB")]
    [Fact]
    public async Task MP15_what_nothing_of_PostgreSQL_holds_is_refused_by_name()
    {
        await using var scene = await MySqlScene.OpenAsync("mp15_no", """
            CREATE TABLE g(id int PRIMARY KEY, p point NOT NULL, s geometry, SPATIAL KEY (p));
            CREATE TABLE c(id int PRIMARY KEY, z varchar(100) COMPRESSED, b longblob COMPRESSED);
            CREATE TABLE fine(id int PRIMARY KEY);
            """);
        var blockers = await scene.BlockersAsync();
        Assert.Equal(4, blockers.Count);
        Assert.Equal(2, blockers.Count(b => b.StartsWith("F-MYS-040", StringComparison.Ordinal) && b.Contains(".g.", StringComparison.Ordinal)));
        Assert.Equal(2, blockers.Count(b => b.StartsWith("F-MYS-043", StringComparison.Ordinal) && b.Contains(".c.", StringComparison.Ordinal)));
    }
}

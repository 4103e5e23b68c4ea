using Orchestrator.Core.Runs;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.MySql;

/// <summary>CASES MP8, MP11, MP12: labels, character sets, characters PostgreSQL does not have.</summary>
[Trait("Needs", "MySql")]
public sealed class TextTests
{
    /// <summary>Writes what is no text or no label, as old servers and clients did.</summary>
    private const string Any = "SET SESSION sql_mode = ''; ";

    private const string Labels = """
        CREATE TABLE t(id int PRIMARY KEY, e enum('plain','it''s','back\\slash','a,b','ünï €','two  ','(x)','NULL') DEFAULT 'it''s', s set('x','y''z','\\','ö ß') DEFAULT 'x,ö ß', l enum('abc','ä') CHARACTER SET latin1, k enum('','full') NOT NULL DEFAULT '');
        INSERT INTO t VALUES (1, 'it''s', 'x,y''z', 'ä', ''), (2, 'back\\slash', '\\', 'abc', 'full'), (3, 'a,b', 'ö ß,x', NULL, ''), (4, 'ünï €', '', NULL, 'full'), (5, NULL, NULL, NULL, ''), (6, '(x)', 'x,y''z,\\,ö ß', 'ä', ''), (7, 'NULL', 'x', 'abc', ''), (8, 'PLAIN', 'X', 'ABC', 'FULL');
        """;

    private static readonly string?[][] ExpectedLabels =
    [
        ["it's", "x,y'z", "ä", ""], ["back\\slash", "\\", "abc", "full"], ["a,b", "x,ö ß", null, ""], ["ünï €", "", null, "full"], [null, null, null, ""], ["(x)", "x,y'z,\\,ö ß", "ä", ""], ["NULL", "x", "abc", ""], ["plain", "x", "abc", "full"],
    ];

    [Theory]
    [InlineData(EnumMapping.Native)]
    [InlineData(EnumMapping.Check)]
    public async Task MP8_labels_are_the_same_in_copy_and_stream(EnumMapping enums)
    {
        await using var scene = await MySqlScene.OpenAsync("mp8", Labels);
        scene.Options = o => o with { Mapping = o.Mapping with { Enums = enums } };
        await MySqlTwice.MoveAsync(scene, "t", "e, s, l, k", ExpectedLabels);
        Assert.Equal("it's|x,ö ß|", await scene.Target.QueryScalarAsync($"INSERT INTO {scene.Table("t")}(id) VALUES (-1) RETURNING concat_ws('|', e, s, k)"));
        Assert.Equal("8", await scene.Target.QueryScalarAsync(enums == EnumMapping.Native
            ? $"SELECT count(*) FROM pg_enum WHERE enumtypid = (SELECT atttypid FROM pg_attribute WHERE attrelid = '{scene.Table("t")}'::regclass AND attname = 'e')"
            : "SELECT 8"));
        await Assert.ThrowsAnyAsync<Exception>(() => scene.Target.ExecuteAsync($"INSERT INTO {scene.Table("t")}(id, e) VALUES (-2, 'none')"));
    }

    [Fact]
    public async Task MP8_labels_no_type_of_PostgreSQL_can_have_become_text()
    {
        var label = string.Concat(Enumerable.Repeat("ä", 40));
        await using var scene = await MySqlScene.OpenAsync("mp8_long", $"CREATE TABLE t(id int PRIMARY KEY, e enum('a','{label}') DEFAULT '{label}'); INSERT INTO t VALUES (1, '{label}'), (2, 'a'), (3, NULL)");
        await MySqlTwice.MoveAsync(scene, "t", "e, pg_typeof(e)", [label, "text"], ["a", "text"], [null, "text"]);
        Assert.Equal(label, await scene.Target.QueryScalarAsync($"INSERT INTO {scene.Table("t")}(id) VALUES (-1) RETURNING e"));
    }

    [Fact]
    public async Task MP8_labels_outside_of_the_servers_own_character_set_arrive()
    {
        await using var scene = await MySqlScene.OpenAsync("mp8_wide", "CREATE TABLE t(id int PRIMARY KEY, e enum('😀','?','b'), s set('🚀','x')); INSERT INTO t VALUES (1, '😀', '🚀'), (2, 'b', 'x,🚀'), (3, '?', 'x')");
        await MySqlTwice.MoveAsync(scene, "t", "e, s", ["😀", "🚀"], ["b", "🚀,x"], ["?", "x"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task MP8_a_value_that_is_none_of_the_labels_is_named(bool duringLoad)
    {
        await using var scene = await MySqlScene.OpenAsync("mp8_none", Any + "CREATE TABLE t(id int PRIMARY KEY, e enum('a','b'));");
        if (!duringLoad) await scene.FollowAsync();
        await scene.Source.ExecuteAsync(Any + "INSERT INTO t VALUES (76, 'a'), (77, 'other')");
        if (duringLoad) await scene.StartAsync();
        await RequireRefusedAsync(scene, "e", "none of its labels");
    }

    [Fact]
    public async Task MP8_an_empty_label_stands_for_what_is_none_too()
    {
        await using var scene = await MySqlScene.OpenAsync("mp8_empty", Any + "CREATE TABLE t(id int PRIMARY KEY, e enum('','b') NOT NULL); INSERT INTO t VALUES (1, 'other'), (2, ''), (3, 'b')");
        await scene.FollowAsync();
        await scene.Source.ExecuteAsync(Any + "INSERT INTO t VALUES (11, 'other'), (12, ''), (13, 'b')");
        await scene.CutOverAsync();
        Assert.Equal("1,2,3b,11,12,13b", await scene.Target.QueryScalarAsync($"SELECT string_agg(id || e::text, ',' ORDER BY id) FROM {scene.Table("t")}"));
    }

    [Fact]
    public async Task MP11_every_column_is_read_in_its_own_character_set()
    {
        await using var scene = await MySqlScene.OpenAsync("mp11", """
            CREATE TABLE t(id int PRIMARY KEY, l1 varchar(20) CHARACTER SET latin1, l2 text CHARACTER SET latin2, g varchar(20) CHARACTER SET gbk, u2 varchar(20) CHARACTER SET ucs2, u16 text CHARACTER SET utf16, u16l varchar(20) CHARACTER SET utf16le,
                u32 char(9) CHARACTER SET utf32, m3 varchar(20) CHARACTER SET utf8mb3, m4 longtext CHARACTER SET utf8mb4, sj varchar(20) CHARACTER SET sjis, uj varchar(20) CHARACTER SET ujis, kr varchar(20) CHARACTER SET euckr, b5 varchar(20) CHARACTER SET big5,
                ru varchar(20) CHARACTER SET koi8r, cp varchar(20) CHARACTER SET cp1251, asc1 char(20) CHARACTER SET ascii, KEY (l1), KEY (g));
            INSERT INTO t VALUES (1, x'80fcdf99', 'Łódź', '中文·—', 'ünï', '😀€', 'ß😀', '𝄞x', '€ß', '😀\\t\t\n\\N', 'ﾃｽﾄ表', '丂日本ﾃ', '한글', '中文', 'Привет', 'Привет', 'plain'),
                (2, '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', ''), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
                (4, '?', '?', '?', '?', '?', '?', '?', '?', '?', '?', '?', '?', '?', '?', '?', '?');
            INSERT INTO t (id, l1, m4) VALUES (5, x'818d8f909d', 'Ã¼ twice');
            """);
        await MySqlTwice.MoveAsync(scene, "t", "l1, l2, g, u2, u16, u16l, u32, m3, m4, sj, uj, kr, b5, ru, cp, asc1",
            ["€üß™", "Łódź", "中文·—", "ünï", "😀€", "ß😀", "𝄞x       ", "€ß", "😀\\t\t\n\\N", "ﾃｽﾄ表", "丂日本ﾃ", "한글", "中文", "Привет", "Привет", "plain               "],
            ["", "", "", "", "", "", "         ", "", "", "", "", "", "", "", "", "                    "], [null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null],
            ["?", "?", "?", "?", "?", "?", "?        ", "?", "?", "?", "?", "?", "?", "?", "?", "?                   "],
            ["\u0081\u008d\u008f\u0090\u009d", null, null, null, null, null, null, null, "Ã¼ twice", null, null, null, null, null, null, null]);
    }

    /// <summary>Every character of a set of two bytes, as the server itself has it.</summary>
    [Theory]
    [InlineData("gbk")]
    [InlineData("sjis")]
    [InlineData("cp932")]
    [InlineData("ujis")]
    [InlineData("eucjpms")]
    [InlineData("euckr")]
    [InlineData("big5")]
    [InlineData("gb2312")]
    public async Task MP11_every_character_of_a_wide_set_is_the_servers(string set)
    {
        await using var scene = await MySqlScene.OpenAsync("mp11_" + set, $"""
            CREATE TABLE t(id int PRIMARY KEY, c varchar(9) CHARACTER SET {set});
            SET SESSION sql_mode = '';
            INSERT IGNORE INTO t SELECT seq, CONVERT(UNHEX(HEX(seq)) USING {set}) FROM seq_128_to_65535 WHERE (seq < 256 OR (seq > 32768 AND seq % 256 > 63)) AND CONVERT(CONVERT(UNHEX(HEX(seq)) USING {set}) USING utf8mb4) NOT IN ('', '?', '??');
            """);
        var count = await scene.Source.QueryScalarAsync("SELECT COUNT(*) FROM t");
        await scene.FollowAsync();
        await scene.Source.ExecuteAsync("INSERT INTO t SELECT id + 100000, c FROM t");
        await scene.CutOverAsync();
        Assert.Equal(count, await scene.Target.QueryScalarAsync($"SELECT count(*) FROM {scene.Table("t")} a JOIN {scene.Table("t")} b ON b.id = a.id + 100000 AND b.c = a.c COLLATE \"C\""));
        Assert.NotEqual("0", count);
    }

    [Trait("Server", "MariaDB")]
    [Theory]
    [InlineData("gbk", "x'61aaa1'", true)]
    [InlineData("gbk", "x'61aaa1'", false)]
    [InlineData("ascii", "x'61e4'", true)]
    [InlineData("ascii", "x'61e4'", false)]
    public async Task MP11_bytes_that_are_no_text_are_named(string set, string bytes, bool duringLoad)
    {
        await using var scene = await MySqlScene.OpenAsync("mp11_bad", "CREATE TABLE t(id int PRIMARY KEY, ok text, c varbinary(20))");
        var bad = $"INSERT INTO t VALUES (76, 'fine', 'a'), (77, 'fine', {bytes})";
        await scene.Source.ExecuteAsync($"ALTER TABLE t MODIFY c varchar(20) CHARACTER SET {set}");
        if (!duringLoad) await scene.FollowAsync();
        await scene.Source.ExecuteAsync($"SET SESSION sql_mode = ''; SET character_set_client = {set}, character_set_connection = {set}; " + bad);
        if (duringLoad) await scene.StartAsync();
        await RequireRefusedAsync(scene, "c", $"no text in {set}");
    }

    [Theory]
    [InlineData("varchar(20)", true)]
    [InlineData("varchar(20)", false)]
    [InlineData("char(20)", true)]
    [InlineData("char(20)", false)]
    [InlineData("longtext", true)]
    [InlineData("longtext", false)]
    [InlineData("varchar(20) CHARACTER SET latin1", true)]
    [InlineData("varchar(20) CHARACTER SET ucs2", false)]
    public async Task MP12_a_NUL_character_is_named(string type, bool duringLoad)
    {
        await using var scene = await MySqlScene.OpenAsync("mp12", $"CREATE TABLE t(id int PRIMARY KEY, ok text, c {type})");
        if (!duringLoad) await scene.FollowAsync();
        await scene.Source.ExecuteAsync("INSERT INTO t VALUES (76, 'fine', 'a'), (77, 'fine', 'a\\0b')");
        if (duringLoad) await scene.StartAsync();
        await RequireRefusedAsync(scene, "c", "NUL character");
    }

    private static async Task RequireRefusedAsync(MySqlScene scene, string column, string why)
    {
        var error = await scene.FailureAsync();
        Assert.Equal("E-VALUE-001", error.Code);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Equal((scene.Source.Name + ".t", column, "id = 77"), (error.Table, error.Column, error.Key));
        Assert.Equal("0", await scene.Target.QueryScalarAsync($"SELECT count(*) FROM {scene.Table("t")} WHERE id = 77"));
    }
}

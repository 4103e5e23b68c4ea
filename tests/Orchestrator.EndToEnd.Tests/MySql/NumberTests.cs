using Orchestrator.TestKit;
using Orchestrator.Core.Runs;

namespace Orchestrator.EndToEnd.Tests.MySql;

/// <summary>CASES MP1, MP2, MP3, MP9, MP14: numbers and bits.</summary>
[Trait("Needs", "MySql")]
public sealed class NumberTests
{
    [Fact]
    public async Task MP1_the_greatest_unsigned_number_arrives()
    {
        await using var scene = await MySqlScene.OpenAsync("mp1", """
            CREATE TABLE t(id int PRIMARY KEY, u bigint unsigned, s bigint, d bigint unsigned DEFAULT 18446744073709551615, KEY (u));
            INSERT INTO t VALUES (1, 18446744073709551615, -9223372036854775808, 9223372036854775808), (2, 0, 9223372036854775807, 1), (3, NULL, NULL, NULL), (4, 9223372036854775807, -1, 10);
            """);
        await MySqlTwice.MoveAsync(scene, "t", "u, s, d, pg_typeof(u)",
            ["18446744073709551615", "-9223372036854775808", "9223372036854775808", "numeric"], ["0", "9223372036854775807", "1", "numeric"],
            [null, null, null, "numeric"], ["9223372036854775807", "-1", "10", "numeric"]);
        Assert.Equal("18446744073709551615", await scene.Target.QueryScalarAsync($"INSERT INTO {scene.Table("t")}(id) VALUES (-1) RETURNING d"));
    }

    [Fact]
    public async Task MP1_an_unsigned_key_counts_on()
    {
        await using var scene = await MySqlScene.OpenAsync("mp1_key", """
            CREATE TABLE t(id bigint unsigned AUTO_INCREMENT PRIMARY KEY, v varchar(9));
            INSERT INTO t VALUES (1, 'one'), (18446744073709551610, 'last');
            CREATE TABLE c(id bigint unsigned AUTO_INCREMENT PRIMARY KEY, v varchar(9)) AUTO_INCREMENT = 700; INSERT INTO c(v) VALUES ('x');
            """);
        await scene.FollowAsync();
        await scene.Source.ExecuteAsync("UPDATE t SET v = 'end' WHERE id > 1; INSERT INTO t VALUES (9223372036854775808, 'mid'); INSERT INTO c(v) VALUES ('y'); DELETE FROM t WHERE id = 1");
        await scene.CutOverAsync();
        Assert.Equal("9223372036854775808 mid,18446744073709551610 end", await scene.Target.QueryScalarAsync($"SELECT string_agg(id || ' ' || v, ',' ORDER BY id) FROM {scene.Table("t")}"));
        Assert.Equal("702", await scene.Target.QueryScalarAsync($"INSERT INTO {scene.Table("c")}(v) VALUES ('z') RETURNING id"));
    }

    [Fact]
    public async Task MP2_unsigned_numbers_get_room_and_zerofill_is_display_only()
    {
        await using var scene = await MySqlScene.OpenAsync("mp2", """
            CREATE TABLE t(id int PRIMARY KEY, a tinyint unsigned, b smallint unsigned, c mediumint unsigned, d int unsigned, e tinyint, f smallint, g mediumint, h int,
                z int(8) zerofill, y decimal(8,3) zerofill, w smallint(5) unsigned zerofill DEFAULT 7, v bigint zerofill, x float(7,2) zerofill);
            INSERT INTO t VALUES (1, 255, 65535, 16777215, 4294967295, -128, -32768, -8388608, -2147483648, 42, 1.5, 9, 18446744073709551615, 1.5),
                (2, 0, 0, 0, 0, 127, 32767, 8388607, 2147483647, 0, 0, 0, 0, 0), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 128, 32768, 8388608, 2147483648, -1, -1, -1, -1, 4294967295, 99999.999, 65535, 1, 12345.67);
            CREATE TABLE k(id int(6) zerofill PRIMARY KEY, v int); INSERT INTO k VALUES (1, 1), (999999, 2);
            """);
        await scene.FollowAsync();
        await MySqlTwice.FollowAsync(scene.Source, "t");
        await scene.Source.ExecuteAsync("UPDATE k SET v = 3 WHERE id = 1; DELETE FROM k WHERE id = 999999");
        await scene.CutOverAsync();
        await MySqlTwice.RequireAsync(scene, "t", "a, b, c, d, e, f, g, h, z, y, w, v, x",
            ["255", "65535", "16777215", "4294967295", "-128", "-32768", "-8388608", "-2147483648", "42", "1.500", "9", "18446744073709551615", "1.5"],
            ["0", "0", "0", "0", "127", "32767", "8388607", "2147483647", "0", "0.000", "0", "0", "0"],
            [null, null, null, null, null, null, null, null, null, null, null, null, null],
            ["128", "32768", "8388608", "2147483648", "-1", "-1", "-1", "-1", "4294967295", "99999.999", "65535", "1", "12345.67"]);
        Assert.Equal("1=3", await scene.Target.QueryScalarAsync($"SELECT string_agg(id || '=' || v, ',') FROM {scene.Table("k")}"));
    }

    private const string TinyInts = "CREATE TABLE t(id int PRIMARY KEY, b tinyint(1), n tinyint(1) NOT NULL DEFAULT 1, u tinyint(1) unsigned); INSERT INTO t VALUES ";

    [Fact]
    public async Task MP3_a_TINYINT_of_width_one_is_a_number()
    {
        await using var scene = await MySqlScene.OpenAsync("mp3", TinyInts + "(1, 2, 5, 255), (2, -1, -128, 1), (3, NULL, 0, NULL), (4, 0, 1, 0)");
        await MySqlTwice.MoveAsync(scene, "t", "b, n, u", ["2", "5", "255"], ["-1", "-128", "1"], [null, "0", null], ["0", "1", "0"]);
    }

    [Fact]
    public async Task MP3_or_a_boolean_if_the_user_says_so()
    {
        await using var scene = await MySqlScene.OpenAsync("mp3_bool", TinyInts + "(1, 1, 0, 255), (2, 0, 1, 1), (3, NULL, 0, NULL)");
        scene.Options = o => o with { Mapping = o.Mapping with { TinyIntIsBoolean = true } };
        await MySqlTwice.MoveAsync(scene, "t", "b, n, u", ["t", "f", "255"], ["f", "t", "1"], [null, "f", null]);
        Assert.Equal("t", await scene.Target.QueryScalarAsync($"INSERT INTO {scene.Table("t")}(id) VALUES (-1) RETURNING n"));
    }

    [Fact]
    public async Task MP3_what_is_no_boolean_is_refused_before_and_named_in_the_stream()
    {
        await using (var scene = await MySqlScene.OpenAsync("mp3_no", TinyInts + "(1, 2, 0, 255), (2, -1, 1, 1), (3, NULL, 0, NULL)"))
        {
            scene.Options = o => o with { Mapping = o.Mapping with { TinyIntIsBoolean = true } };
            var blocker = Assert.Single(await scene.BlockersAsync());
            Assert.StartsWith("F-MYS-042", blocker, StringComparison.Ordinal);
            Assert.Contains("t.b 2 rows", blocker, StringComparison.Ordinal);
        }

        await using var later = await MySqlScene.OpenAsync("mp3_later", TinyInts + "(1, 1, 0, 255)");
        later.Options = o => o with { Mapping = o.Mapping with { TinyIntIsBoolean = true } };
        await later.FollowAsync();
        await later.Source.ExecuteAsync("INSERT INTO t VALUES (77, -1, 0, 1)");
        var error = await later.FailureAsync();
        Assert.Equal("E-VALUE-001", error.Code);
        Assert.Contains("-1", error.Message, StringComparison.Ordinal);
        Assert.Equal((later.Source.Name + ".t", "b", "id = 77"), (error.Table, error.Column, error.Key));
    }

    [Fact]
    public async Task MP9_bits_of_every_width()
    {
        await using var scene = await MySqlScene.OpenAsync("mp9", """
            CREATE TABLE t(id int PRIMARY KEY, a bit(1) DEFAULT b'1', b bit(8) DEFAULT b'101', c bit(64), d bit(9) NOT NULL DEFAULT b'0', e bit(33));
            INSERT INTO t VALUES (1, b'1', b'10000001', b'1000000000000000000000000000000000000000000000000000000000000001', b'100000000', 1), (2, b'0', 0, 0, 0, 0), (3, NULL, NULL, NULL, 511, NULL), (4, 1, 255, 18446744073709551615, 10, 8589934591);
            """);
        await MySqlTwice.MoveAsync(scene, "t", "a, b, c, d, e",
            ["t", "10000001", "1000000000000000000000000000000000000000000000000000000000000001", "100000000", "000000000000000000000000000000001"],
            ["f", "00000000", new string('0', 64), "000000000", new string('0', 33)], [null, null, null, "111111111", null],
            ["t", "11111111", new string('1', 64), "000001010", new string('1', 33)]);
        Assert.Equal("t 00000101 000000000", await scene.Target.QueryScalarAsync($"INSERT INTO {scene.Table("t")}(id) VALUES (-1) RETURNING concat_ws(' ', CASE WHEN a THEN 't' END, b, d)"));
    }

    [Fact]
    public async Task MP14_floating_point_numbers_are_exact_by_bits()
    {
        await using var scene = await MySqlScene.OpenAsync("mp14", """
            CREATE TABLE t(id int PRIMARY KEY, f float, d double, p double(20,3), KEY (d));
            INSERT INTO t VALUES (1, 16777217, 1e16, 0.001), (2, 16777215, 9007199254740993, 123456789012.345), (3, 3.4028234663852886e38, 1.7976931348623157e308, -1.5), (4, 1.1754943508222875e-38, 2.2250738585072014e-308, 0),
                (5, -1.4e-45, 4.9e-324, NULL), (6, 0, 0, 0), (7, 0.71, 0.1, 0.1), (8, 123456.789, 1e15, 1), (9, NULL, NULL, NULL), (10, 8388609, 5e-324, 1e15), (11, 1e10, 123456789012345678, 1), (12, 0.1, 1e22, 1), (13, 1.5, 2.5e-7, 1), (14, 1000000, 100000, 1), (15, 9.9999994e9, 0.30000000000000004, 1);
            """);
        await MySqlTwice.MoveAsync(scene, "t", "encode(float4send(f), 'hex'), encode(float8send(d), 'hex'), p",
            ["4b800000", "4341c37937e08000", "0.001"], ["4b7fffff", "4340000000000000", "123456789012.345"], ["7f7fffff", "7fefffffffffffff", "-1.5"], ["00800000", "0010000000000000", "0"],
            ["80000001", "0000000000000001", null], ["00000000", "0000000000000000", "0"], ["3f35c28f", "3fb999999999999a", "0.1"], ["47f12065", "430c6bf526340000", "1"], [null, null, null], ["4b000001", "0000000000000001", "1e+15"],
            ["501502f9", "437b69b4ba630f35", "1"], ["3dcccccd", "4480f0cf064dd592", "1"], ["3fc00000", "3e90c6f7a0b5ed8d", "1"], ["49742400", "40f86a0000000000", "1"], ["501502f8", "3fd3333333333334", "1"]);
    }

    [Fact]
    public async Task MP14_decimals_keep_every_digit()
    {
        var scale = MySqlProduct.Chosen.IsMariaDb ? 38 : 30;
        var (nines, fraction) = (new string('9', 38), new string('9', scale));
        await using var scene = await MySqlScene.OpenAsync("mp14_dec", $"""
            CREATE TABLE t(id int PRIMARY KEY, a decimal(65,30), b decimal(38,0), c decimal(10,2) DEFAULT -0.50, d decimal(65,0), e decimal({scale},{scale}), f decimal(5,5), g decimal(20,9), h decimal unsigned, KEY (a));
            INSERT INTO t VALUES (1, {new string('9', 35)}.{new string('9', 30)}, {nines}, 1.50, {new string('9', 65)}, 0.{fraction}, -0.00001, -0.000000001, 9999999999),
                (2, -{new string('9', 35)}.{new string('9', 30)}, -{nines}, -0.01, -{new string('9', 65)}, -0.{fraction}, 0.5, 12345678901.123456789, 0),
                (3, 0.{new string('0', 29)}1, 0, 0, 0, 0, 0, 0, 0), (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (5, -1, 10, 100, 1000000000, 0.1, 0.12345, 1000000000, 10);
            """);
        await MySqlTwice.MoveAsync(scene, "t", "a, b, c, d, e, f, g, h",
            [$"{new string('9', 35)}.{new string('9', 30)}", nines, "1.50", new string('9', 65), "0." + fraction, "-0.00001", "-0.000000001", "9999999999"],
            [$"-{new string('9', 35)}.{new string('9', 30)}", "-" + nines, "-0.01", "-" + new string('9', 65), "-0." + fraction, "0.50000", "12345678901.123456789", "0"],
            [$"0.{new string('0', 29)}1", "0", "0.00", "0", "0." + new string('0', scale), "0.00000", "0.000000000", "0"], [null, null, null, null, null, null, null, null],
            [$"-1.{new string('0', 30)}", "10", "100.00", "1000000000", "0.1" + new string('0', scale - 1), "0.12345", "1000000000.000000000", "10"]);
        Assert.Equal("-0.50", await scene.Target.QueryScalarAsync($"INSERT INTO {scene.Table("t")}(id) VALUES (-1) RETURNING c"));
    }
}

using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Debezium;

/// <summary>What arrives by way of Kafka is what the copy makes of the same values; what would not is refused.</summary>
[Trait("Needs", "MySql")]
public sealed class MariaKafkaValueTests
{
    private const string Table = """
        CREATE TABLE t(id int PRIMARY KEY, t1 tinyint(1), t8 tinyint, u8 tinyint unsigned, s16 smallint, u16 smallint unsigned, m24 mediumint, um24 mediumint unsigned, i32 int, u32 int unsigned, i64 bigint,
          u64 bigint unsigned, z int(6) zerofill, n65 decimal(65,30), n9 decimal(9,0), f float, d double, b1 bit(1), b20 bit(20), b64 bit(64), c char(5), vl varchar(20) CHARACTER SET latin1, tx longtext, bn binary(4),
          vb varbinary(8), bl mediumblob, e enum('a','b, c','d''e'), st set('x','y','z'), js json, dt date, tm time, tm6 time(6), dtm datetime, dtm3 datetime(3), dtm6 datetime(6), ts timestamp NULL, ts6 timestamp(6) NULL,
          y year, u uuid, gen int AS (s16 * 2) STORED);
        """;

    private const string Rows = """
        INSERT INTO t VALUES
        (1, 1, -128, 255, -32768, 65535, -8388608, 16777215, -2147483648, 4294967295, -9223372036854775808, 18446744073709551615, 42, -12345678901234567890123456789012345.123456789012345678901234567890, -999999999, 1.1, -2.25e300, b'1', b'10000000000000000001',
          b'1111000011110000', 'ab', 'é', 'text "q" \\ ü € 😀\n\t', x'dead0000', x'0001', x'ff00', 'b, c', 'x,z', '{"a": 1,  "b":[null,1.50]}', '1000-01-01', '-838:59:59', '-838:59:59.000001', '9999-12-31 23:59:59', '1000-01-01 00:00:00.001',
          '9999-12-31 23:59:59.999999', '1970-01-01 00:00:01', '2038-01-19 03:14:07.999999', 2155, '0b5c3f5e-0d5c-4f53-9b6a-000000000001', DEFAULT),
        (2, 0, 127, 0, 32767, 0, 8388607, 0, 2147483647, 0, 9223372036854775807, 9223372036854775808, 0, 0.000000000000000000000000000001, 0, -3.4e38, 5e-324, b'0', 0, b'1000000000000000000000000000000000000000000000000000000000000001',
          '', '', '', '', '', '', 'a', '', '[]', '9999-12-31', '00:00:00', '838:59:59.999999', '1970-01-01 00:00:00', '2024-02-29 12:34:56.789', '1969-12-31 23:59:59.5', '2024-03-31 01:30:00', '2024-03-31 01:30:00.000001', 1901, 'ffffffff-ffff-1fff-8fff-000000000000', DEFAULT),
        (3, -1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 123456789, 0, -0.0, b'1', 1, 1, 'x', 'x', REPEAT('long ', 2000), x'01', x'01', REPEAT('b', 3000), 'd''e', 'x,y,z', '"t"', '2024-02-29', '24:00:00', '100:00:00', '2024-02-29 00:00:00',
          '2024-02-29', '2024-02-29', '2024-02-29 00:00:00', '2024-02-29', 0, '00000000-0000-0000-0000-000000000000', DEFAULT),
        (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, DEFAULT);
        """;

    [Fact]
    public async Task MP1_to_MP16_values_that_were_streamed_are_those_that_were_copied()
    {
        await using var scene = await MariaKafkaScene.OpenAsync("mk_values", Utc + Table + Rows);
        await scene.Run.FollowAsync();

        var columns = await scene.Run.Source.QueryScalarAsync("SELECT GROUP_CONCAT(COLUMN_NAME ORDER BY ORDINAL_POSITION) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 't' AND COLUMN_NAME NOT IN ('id', 'gen')");
        var set = string.Join(", ", columns!.Split(',').Select(c => $"b.{c} = a.{c}"));
        await scene.Run.Source.ExecuteAsync($"""
            {Utc}INSERT INTO t(id, {columns}) SELECT id + 100, {columns} FROM t WHERE id < 100;
            INSERT INTO t(id) VALUES (201), (202), (203), (204); UPDATE t b JOIN t a ON b.id = a.id + 200 SET {set};
            DELETE FROM t WHERE id = 104; INSERT INTO t(id) VALUES (104);
            """);

        // Compares what the source has with the copy's rows too.
        await scene.Run.CutOverAsync();
        var table = scene.Run.Table("t");
        Assert.Equal("8", await scene.Run.Target.QueryScalarAsync($"""
            SELECT count(*) FROM {table} a JOIN {table} b ON b.id IN (a.id + 100, a.id + 200) WHERE a.id < 100 AND to_jsonb(a.*) - 'id' = to_jsonb(b.*) - 'id'
            """));
    }

    [Theory]
    [InlineData("d date", "'0000-00-00'", "F-DBZ-003")]
    [InlineData("d datetime(3)", "'2024-00-15 10:00:00'", "F-DBZ-003")]
    [InlineData("d inet6", "'::1'", "F-DBZ-003")]
    public async Task MP4_values_that_Debezium_loses_are_refused_by_column(string column, string value, string id)
    {
        await using var scene = await MariaKafkaScene.OpenAsync("mk_lossy", $"{Utc}CREATE TABLE t(id int PRIMARY KEY, {column}); INSERT INTO t VALUES (1, {value})");
        var kafka = scene.Run.Options;
        scene.Run.Options = o => kafka(o) with { Mapping = o.Mapping with { ZeroDates = Core.Runs.ZeroDates.Null } };

        Assert.StartsWith($"{id} {scene.Run.Source.Name}.t.d ", Assert.Single(await scene.Run.BlockersAsync()), StringComparison.Ordinal);
        Assert.Empty(scene.Connect.Connectors);
    }

    [Theory]
    [InlineData("CREATE, DROP, SELECT, INSERT, UPDATE", null)]
    [InlineData("CREATE, DROP, SELECT, UPDATE", "INSERT")]
    public async Task Account_that_may_not_make_the_table_of_markers_is_told_what_it_lacks(string onDatabase, string? lacking)
    {
        await using var scene = await MariaKafkaScene.OpenAsync("mk_rights", "CREATE TABLE t(id int PRIMARY KEY); INSERT INTO t VALUES (1);");
        var (server, name) = (scene.Run.Source.Server, scene.Run.Source.Name);
        var user = $"u_{name}";
        await scene.Run.Source.ExecuteAsync(
            $"CREATE USER '{user}'@'127.0.0.1' IDENTIFIED BY 'x'; GRANT SELECT, RELOAD, LOCK TABLES, PROCESS, REPLICATION SLAVE, BINLOG MONITOR, READ_ONLY ADMIN ON *.* TO '{user}'@'127.0.0.1'; GRANT {onDatabase} ON `{name}`.* TO '{user}'@'127.0.0.1'");
        scene.Run.Url = server.Url(name, user, "x");

        if (lacking is not null)
        {
            Assert.Contains(await scene.Run.BlockersAsync(), b => b.StartsWith("F-DBZ-005", StringComparison.Ordinal) && b.Contains(lacking, StringComparison.Ordinal));
            Assert.Null(await scene.MarkerAsync());
            return;
        }

        await scene.Run.FollowAsync();
        await scene.Run.Source.ExecuteAsync("INSERT INTO t VALUES (2)");
        await scene.FinishAsync();
    }

    [Fact]
    public async Task Account_that_may_not_see_the_tables_numbers_is_told_before_anything_is_made()
    {
        await using var scene = await MariaKafkaScene.OpenAsync("mk_process", "CREATE TABLE t(id int PRIMARY KEY)");
        var (server, name) = (scene.Run.Source.Server, scene.Run.Source.Name);
        await scene.Run.Source.ExecuteAsync($"CREATE USER 'u_{name}'@'127.0.0.1' IDENTIFIED BY 'x'; GRANT ALL ON `{name}`.* TO 'u_{name}'@'127.0.0.1'");
        scene.Run.Url = server.Url(name, $"u_{name}", "x");

        await scene.Run.StartAsync();
        var error = await Assert.ThrowsAsync<Core.Errors.OrchestratorException>(scene.Run.EndAsync);

        Assert.Equal("E-BINLOG-015", error.Code);
        Assert.Null(await scene.MarkerAsync());
    }

    [Fact]
    public async Task C5_truncate_of_which_nothing_arrives_keeps_the_switch_from_being_made()
    {
        await using var scene = await MariaKafkaScene.OpenAsync("mk_unheard", "CREATE TABLE t(id int PRIMARY KEY); INSERT INTO t VALUES (1), (2)");
        await scene.Run.FollowAsync();

        scene.Connect.Faults.LoseEvent(r => r.Value?.Contains("\"op\":\"t\"", StringComparison.Ordinal) == true);
        await scene.Run.Source.ExecuteAsync("TRUNCATE t");
        var (exitCode, message) = await scene.Run.TryAskAsync(Core.Runs.RunRequest.Cutover);

        Assert.True(exitCode != 0, message);
        Assert.Equal("0", await scene.Run.Source.QueryScalarAsync("SELECT @@global.read_only"));
    }

    private const string Utc = "SET SESSION time_zone = '+00:00', sql_mode = 'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO'; ";
}

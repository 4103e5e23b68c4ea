using System.Text;
using Orchestrator.Engines.MySql.Binlog;
using Orchestrator.Engines.MySql.Tests.Binlog.Recorded;

namespace Orchestrator.Engines.MySql.Tests.Binlog;

public sealed class TableMapTests
{
    private static readonly string[] Unsigned = ["nu_tinyint", "nu_smallint", "nu_mediumint", "nu_int", "nu_bigint", "nu_decimal", "nu_float", "nu_double"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Full_metadata_tells_names_signs_sets_and_labels(bool isMariaDb)
    {
        var map = TableMap.Read(isMariaDb ? RecordedEvents.Types105 : RecordedEvents.Types80, isMariaDb);
        Assert.True(map.HasNames);
        Assert.Equal(("test", "_types", 42), (map.Database, map.Table, map.Columns.Count));
        Assert.Equal(("b_bit", "j_json"), (map.Columns[0].Name, map.Columns[^1].Name));
        // MySQL 8 tells years as signed, MariaDB and MySQL 9 as unsigned.
        Assert.Equal(isMariaDb ? [.. Unsigned, "t_year"] : Unsigned, map.Columns.Where(c => c.IsUnsigned).Select(c => c.Name));
        Assert.Equal(
            ["c_char 224", "c_varchar 224", "c_binary 63", "c_varbinary 63", "c_tinyblob 63", "c_blob 63", "c_mediumblob 63", "c_longblob 63", "c_tinytext 224", "c_text 224", "c_mediumtext 224", "c_longtext 224"],
            map.Columns.Where(c => c.Name.StartsWith("c_", StringComparison.Ordinal)).Select(c => $"{c.Name} {c.Collation}"));
        // MariaDB counts spatial columns and its own JSON among the texts.
        Assert.Equal(isMariaDb ? 46u : 0u, map.Columns[^1].Collation);
        Assert.Equal(["a,b", "1,2"], map.Columns.Where(c => c.HasLabels).Select(c => string.Join(',', c.Labels.Select(Encoding.ASCII.GetString)) ));
        Assert.All(map.Columns.Where(c => c.HasLabels), c => Assert.Equal(224u, c.Collation));
        Assert.Equal(1020, map.Columns.Single(c => c.Name == "c_char").Length); // char(255) of utf8mb4
        Assert.Equal((65, 30), (map.Columns.Single(c => c.Name == "n_decimal").Length, map.Columns.Single(c => c.Name == "n_decimal").Scale));
        Assert.Equal(64, map.Columns[0].Length);
        Assert.Equal(isMariaDb ? ColumnType.Blob : ColumnType.Json, map.Columns[^1].Type);
    }

    [Fact]
    public void Key_and_its_prefixes_are_passed_over()
    {
        var map = TableMap.Read(RecordedEvents.PrimaryKey, isMariaDb: false);
        Assert.Equal(["col1", "id1", "col2", "id2"], map.Columns.Select(c => c.Name));
        Assert.Equal([0u, 224u, 0u, 224u], map.Columns.Select(c => c.Collation));
    }

    /// <summary>MySQL 9.7.4 of <c>(id int, y year, u int unsigned, s int)</c>: the year takes its place among the signs.</summary>
    [Fact]
    public void MP2_a_year_does_not_shift_the_signs_of_what_follows_it()
    {
        var map = TableMap.Read(Convert.FromHexString("5D010000000001000264320001790004030D0303000E01016004090269640179017501730801000C01F0"), isMariaDb: false);
        Assert.Equal(["id Long False", "y Year True", "u Long True", "s Long False"], map.Columns.Select(c => $"{c.Name} {c.Type} {c.IsUnsigned}"));
    }

    /// <summary>MySQL 8.0.34 without binlog_row_metadata=FULL.</summary>
    [Fact]
    public void Minimal_metadata_tells_no_names()
    {
        var map = TableMap.Read(RecordedEvents.TableMap.AsSpan(EventHeader.Length..^Checksum.Length), isMariaDb: false);
        Assert.False(map.HasNames);
        Assert.Equal((145ul, "testdb", "test", 3), (map.Id, map.Database, map.Table, map.Columns.Count));
        Assert.Equal((ColumnType.VarChar, 124, 224u), (map.Columns[1].Type, map.Columns[1].Length, map.Columns[1].Collation));
    }

    /// <summary>Made after the documentation: VECTOR (242, MySQL 9) has a byte of metadata as BLOB has, visibility (12) and vectors' sizes (13) are fields of their own.</summary>
    [Fact]
    public void Vector_does_not_shift_what_follows_it()
    {
        byte[] body = [1, 0, 0, 0, 0, 0, 1, 0, 1, (byte)'d', 0, 1, (byte)'t', 0, 3, 3, 242, 15, 3, 4, 40, 0, 6, 1, 1, 0x80, 2, 3, 252, 255, 0, 12, 1, 0xE0, 13, 1, 3, .. LogEvents.Names("id", "v", "name")];
        var map = TableMap.Read(body, isMariaDb: false);
        Assert.Equal(["id Long True", "v Vector False", "name VarChar False"], map.Columns.Select(c => $"{c.Name} {c.Type} {c.IsUnsigned}"));
        Assert.Equal((40, 255u), (map.Columns[2].Length, map.Columns[2].Collation));
    }
}

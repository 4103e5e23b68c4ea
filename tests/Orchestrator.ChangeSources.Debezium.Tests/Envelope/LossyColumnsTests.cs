using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.TestKit;

namespace Orchestrator.ChangeSources.Debezium.Tests.Envelope;

public sealed class LossyColumnsTests
{
    [Theory]
    [InlineData("integer[]", true)]
    [InlineData("date", true)]
    [InlineData("timestamp(3) without time zone", true)]
    [InlineData("time with time zone", true)]
    [InlineData("point", false)]
    [InlineData("bit varying(16)", false)]
    public void PostgreSql_column_that_Debezium_loses_is_named(string type, bool hasProbe)
    {
        var found = Assert.Single(LossyColumns.Of(Decoded.Table(("v", type)), ConnectorKind.PostgreSql, new DebeziumModes()));
        Assert.Equal(("v", hasProbe), (found.Column, found.Probe is not null));
        Assert.Contains("embedded", found.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("numeric")]
    [InlineData("text")]
    [InlineData("bytea")]
    [InlineData("interval")]
    [InlineData("timestamp with time zone")]
    [InlineData("int4multirange")]
    [InlineData("bit(8)")]
    public void PostgreSql_column_that_arrives_whole_is_not_named(string type) =>
        Assert.Empty(LossyColumns.Of(Decoded.Table(("v", type)), ConnectorKind.PostgreSql, new DebeziumModes()));

    [Fact]
    public void Modes_that_lose_are_named()
    {
        var modes = new DebeziumModes { Decimals = DecimalMode.Precise, Intervals = IntervalMode.Numeric, Times = TimeMode.Connect, UnknownTypes = false };
        var table = Decoded.Table(("n", "numeric"), ("iv", "interval"), ("tm", "time without time zone"), ("tm3", "time(3) without time zone"), ("box", "box"), ("txt", "text"));
        Assert.Equal(["n", "iv", "tm", "box"], LossyColumns.Of(table, ConnectorKind.PostgreSql, modes).Select(l => l.Column));
    }

    [Theory]
    [InlineData("inet6", "text", ConnectorKind.MariaDb, 1)]
    [InlineData("point", "text", ConnectorKind.MySql, 1)]
    [InlineData("date", "date", ConnectorKind.MySql, 1)]
    [InlineData("bigint(20) unsigned", "numeric", ConnectorKind.MySql, 0)]
    [InlineData("time(6)", "interval", ConnectorKind.MySql, 0)]
    public void MySql_column_that_Debezium_loses_is_named(string source, string type, object connector, int count) =>
        Assert.Equal(count, LossyColumns.Of(Decoded.MySqlTable(("v", type, source)), (ConnectorKind)connector, new DebeziumModes()).Count);

    /// <summary>The probes find the rows the recording shows to be lost, and no others.</summary>
    [Fact]
    [Trait("Needs", "PostgreSql")]
    public async Task Probes_find_exactly_the_rows_that_lose()
    {
        var database = (await PgPair.CreateDatabasesAsync("debezium_lossy")).Source;
        await database.PsqlAsync(await File.ReadAllTextAsync(DataSets.FilePath("debezium-events", "seed-pg.sql")));
        var table = (await PgTables.ReadAsync(database)).Single(t => t.Table.Name == "alltypes");
        var types = await PgTables.UserTypesAsync(database);
        var found = LossyColumns.Of(table, ConnectorKind.PostgreSql, new DebeziumModes { Decimals = DecimalMode.Precise }, types);
        var rows = new List<string>();
        foreach (var loss in found.Where(l => l.Probe is not null))
        {
            var ids = await database.QueryRowsAsync($"SELECT id::text FROM shop.alltypes WHERE {loss.Probe} ORDER BY id");
            if (ids.Count > 0) rows.Add($"{loss.Column} {string.Join(',', ids.Select(r => r[0]))}");
        }

        Assert.Equal(["n 3", "d 3,4", "tmtz 1", "ts 3", "i2d 1"], rows);
        Assert.Equal(["vb", "pt"], found.Where(l => l.Probe is null).Select(l => l.Column));
    }
}

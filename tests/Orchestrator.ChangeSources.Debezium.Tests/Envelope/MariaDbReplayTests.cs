using System.Globalization;
using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.Core.Buffers;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.TestKit;

namespace Orchestrator.ChangeSources.Debezium.Tests.Envelope;

/// <summary>What a real connector wrote for seed-mariadb.sql and stream-mariadb.sql, against what MariaDB has after the same scripts.</summary>
[Trait("Needs", "MySql")]
public sealed class MariaDbReplayTests
{
    /// <param name="isBare">The schemas are taken out of the records: the columns' types and the connector's modes must do.</param>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Recorded_topics_give_the_tables_MariaDb_has(bool isBare)
    {
        await using var server = await MySqlServer.StartAsync("--default-time-zone=+00:00");
        var forms = await RunScriptsAsync(server);
        var followed = forms.Select(t => new FollowedTable(t, new LsnPosition(new Lsn(0)))).ToList();
        using var decoder = new EventDecoder(followed, ConnectorKind.MariaDb, new DebeziumModes { Decimals = DecimalMode.Precise });
        foreach (var table in forms.GroupBy(t => t.Table).Select(g => g.Last())) await RequireEqualAsync(server, table, Replay(decoder, forms, table.Table, isBare));
    }

    private static async Task<IReadOnlyList<TableSchema>> RunScriptsAsync(MySqlServer server)
    {
        await server.RunAsync("mysql", await File.ReadAllTextAsync(DataSets.FilePath("debezium-events", "seed-mariadb.sql")));
        var forms = (await MariaTables.ReadAsync(server)).ToList();
        foreach (var line in (await File.ReadAllLinesAsync(DataSets.FilePath("debezium-events", "stream-mariadb.sql"))).Where(l => !l.StartsWith("USE", StringComparison.Ordinal)))
        {
            foreach (var statement in line.StartsWith("START", StringComparison.Ordinal) ? [line] : line.Split("; "))
            {
                await server.RunAsync("shop", statement);
                if (!statement.StartsWith("ALTER", StringComparison.Ordinal)) continue;
                forms.AddRange((await MariaTables.ReadAsync(server)).Where(t => forms.Last(f => f.Table == t.Table).Fingerprint != t.Fingerprint));
            }
        }

        return forms;
    }

    private static ReplayedTable Replay(EventDecoder decoder, IReadOnlyList<TableSchema> forms, TableRef table, bool isBare)
    {
        var replayed = new ReplayedTable();
        using var images = new RentedList<byte>();
        foreach (var value in RecordedTopic.Values($"mdb.shop.{table.Name.Replace(' ', '_').Replace('ä', '_')}"))
        {
            images.Truncate(0);
            var change = decoder.Decode(TopicKind.Data, isBare ? RecordedTopic.WithoutSchema(value) : value, images);
            if (change.Kind == EventKind.Tombstone) continue;
            Assert.Equal(table, forms[change.Table].Table);
            Assert.True(change.IsSnapshot || change.Transaction.Gtid!.StartsWith("0-5598-", StringComparison.Ordinal));
            Assert.Equal((true, true), (change.Source.File is "binlog.000001" or "binlog.000002", change.Source.Offset > 0));
            replayed.Apply(change, forms[change.Table], images);
        }

        return replayed;
    }

    private static async Task RequireEqualAsync(MySqlServer server, TableSchema table, ReplayedTable replayed)
    {
        // Written by hand while the broker was down; no script has it.
        if (table.Table.Name == "orders") Assert.Equal(1, replayed.Rows.RemoveAll(r => (r["id"], r["sku"]) == ("5000", "WHILE-DOWN")));
        // Times of insertion are those of the recording.
        var columns = table.Copied.Where(c => c.Name != "created").ToList();
        var truth = await new MySqlDatabase(server, "shop").QueryRowsAsync($"SELECT {string.Join(", ", columns.Select(MariaTables.TextOf))} FROM `{table.Table.Name}`");
        var mine = replayed.Rows.Select(r => columns.Select(c => Value(r, c.Name)).ToArray());
        Assert.Equal(Sorted(truth), Sorted(mine));
    }

    /// <summary>A row no event came for after the columns changed still has them as they were: what the ALTERs made of them is known from the script.</summary>
    private static string? Value(Dictionary<string, string?> row, string column) => column switch
    {
        "score" when !row.ContainsKey(column) => "7",
        "full_name" when !row.ContainsKey(column) => row["name"],
        "d" => row[column] is { } text ? double.Parse(text, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture).ToLowerInvariant().Replace("e+", "e", StringComparison.Ordinal) : null,
        _ => row[column],
    };

    private static List<string> Sorted(IEnumerable<string?[]> rows) => [.. rows.Select(r => string.Join(" | ", r.Select(v => v ?? "NULL"))).Order(StringComparer.Ordinal)];
}

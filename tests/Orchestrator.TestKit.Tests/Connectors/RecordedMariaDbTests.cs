using System.Text.Json.Nodes;

namespace Orchestrator.TestKit.Tests.Connectors;

/// <summary>The statements behind the events recorded of MariaDB, run again with the stand-in in Debezium's place: it writes the same.</summary>
[Trait("Needs", "MySql")]
public sealed class RecordedMariaDbTests
{
    /// <summary>Topics and how many of their records the statements made: before came a snapshot, after them what was typed by hand.</summary>
    private static readonly (string Topic, int Records)[] Topics =
        [("shop.Weird_N_me", 4), ("shop.alltypes", 3), ("shop.customers", 8), ("shop.later", 1), ("shop.nokey", 8), ("shop.orders", 511)];

    [Fact]
    public async Task Stand_in_writes_what_Debezium_was_recorded_to_write()
    {
        await using var stage = await RecordAgainAsync();

        var found = new List<string>();
        foreach (var (topic, count) in Topics)
        {
            var recorded = Streamed(RecordedTopic.Read($"mdb.{topic}")).Take(count).ToList();
            var ours = await stage.ReadAsync($"again.{topic}", count);
            Assert.Equal((topic, count), (topic, recorded.Count));
            if (ours.Count != count) found.Add($"{topic} has {ours.Count} records, recorded {count}");
            found.AddRange(recorded.Zip(ours).SelectMany((pair, i) => RecordDifference.Of($"{topic} {i}", pair.First, pair.Second)));
            found.AddRange(Distances(recorded).Zip(Distances(ours)).Where(p => p.First != p.Second).Select(p => $"{topic} lies {p.Second} further on, recorded {p.First}"));
        }

        Assert.True(found.Count == 0, string.Join('\n', found.Take(60)));
    }

    [Fact]
    public async Task Transaction_topic_is_as_recorded_also_the_beginnings_without_an_end()
    {
        await using var stage = await RecordAgainAsync();

        // 46 records were made by the statements.
        var recorded = RecordedTopic.Read("mdb.transaction").Take(46).ToList();
        var ours = await stage.ReadAsync("again.transaction", recorded.Count);

        Assert.Equal(recorded.Select(Boundary), ours.Select(Boundary));
        Assert.Equal(Numbers(recorded), Numbers(ours));
    }

    [Fact]
    public async Task Statements_are_on_the_schema_change_topic_as_recorded()
    {
        await using var stage = await RecordAgainAsync();

        var recorded = RecordedTopic.Read("mdb").Where(r => (string)RecordDifference.Payload(r.Json)!["source"]!["snapshot"]! == "false").Take(5).ToList();
        var ours = await stage.ReadAsync("again", recorded.Count);

        Assert.Equal(recorded.Select(Statement), ours.Select(Statement));
    }

    private static async Task<MariaStage> RecordAgainAsync()
    {
        var stage = await MariaStage.CreateAsync(
            await File.ReadAllTextAsync(RecordedTopic.FilePath("seed-mariadb.sql")),
            ("topic.prefix", "again"), ("database.include.list", "shop"), ("include.query", "true"), ("provide.transaction.metadata", "true"), ("skipped.operations", "none"));
        foreach (var line in (await File.ReadAllLinesAsync(RecordedTopic.FilePath("stream-mariadb.sql"))).Where(l => !l.StartsWith("USE", StringComparison.Ordinal)))
        {
            // The stand-in knows tables as they are when it reads of them: not two alterations at once.
            await stage.RunAsync("shop", line.Contains("DROP TABLE later", StringComparison.Ordinal) ? line[..line.IndexOf("DROP", StringComparison.Ordinal)] : line);
            if (line.Contains("DROP TABLE later", StringComparison.Ordinal)) await stage.RunAsync("shop", "DROP TABLE later");
        }

        return stage;
    }

    /// <summary>From the first event of the stream on, with the tombstones.</summary>
    private static IEnumerable<ReadRecord> Streamed(IEnumerable<ReadRecord> records) =>
        records.SkipWhile(r => r.Value is not null && (string?)RecordDifference.Payload(r.Json)!["op"] == "r");

    /// <summary>Bytes of the log from one event to the next.</summary>
    private static IEnumerable<long> Distances(IEnumerable<ReadRecord> records)
    {
        var places = records.Where(r => r.Value is not null).Select(r => RecordDifference.Payload(r.Json)!["source"]!).Select(s => (long)s["pos"]!).ToList();
        return places.Skip(1).Zip(places, (next, place) => next - place);
    }

    private static string Boundary(ReadRecord record)
    {
        var payload = RecordDifference.Payload(record.Json)!;
        var collections = payload["data_collections"]?.AsArray().Select(c => $"{c!["data_collection"]} {c["event_count"]}") ?? [];
        Assert.Equal((string)RecordDifference.Payload(record.KeyJson)!["id"]!, (string)payload["id"]!);
        return $"{payload["status"]} {payload["event_count"]} {string.Join(", ", collections)}";
    }

    /// <summary>Of each record's transaction, counted from the first.</summary>
    private static IEnumerable<long> Numbers(IReadOnlyList<ReadRecord> records)
    {
        var numbers = records.Select(r => long.Parse(((string)RecordDifference.Payload(r.Json)!["id"]!).Split('-')[2], System.Globalization.CultureInfo.InvariantCulture)).ToList();
        return numbers.Select(n => n - numbers[0]);
    }

    private static string Statement(ReadRecord record)
    {
        var payload = RecordDifference.Payload(record.Json)!;
        var change = Assert.Single(payload["tableChanges"]!.AsArray())!;
        return $"{payload["databaseName"]} {payload["ddl"]} {change["type"]} {change["id"]} {payload["source"]!["table"]} {payload["source"]!["snapshot"]} {payload["source"]!["row"]}";
    }
}

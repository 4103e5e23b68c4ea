using System.Text.Json.Nodes;

namespace Orchestrator.TestKit.Tests.Connectors;

/// <summary>The statements behind the recorded events, run again with the stand-in in Debezium's place: it writes the same.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class RecordedEventsTests
{
    private const int BulkRows = 2000;
    private const int FewerBulkRows = 200;

    private const string Tables = """
        public.dbz_signal, shop.customers, shop.orders, shop.full_ident, shop.nokey, shop.idxident, shop.toasty,
        shop."Weird Näme", shop.parted_2025, shop.parted_2026, shop.alltypes
        """;

    /// <summary>Topics and how many of their records were made by the statements: after them came an incremental snapshot, and a row while Connect was down.</summary>
    private static readonly (string Topic, int Records)[] Topics =
    [
        ("shop.Weird_N_me", 4), ("shop.alltypes", 9), ("shop.customers", 13), ("shop.full_ident", 8), ("shop.idxident", 7), ("shop.nokey", 9),
        ("shop.orders", 2015), ("shop.parted_2025", 3), ("shop.parted_2026", 4), ("shop.toasty", 3), ("public.dbz_signal", 1), ("message", 2),
    ];

    /// <summary>Where the stand-in differs from the recorded connector. Nowhere.</summary>
    private static readonly string[] Differences = [];

    /// <param name="schemas">With schemas in the JSON, as it was recorded; the mock broker holds fewer of such long records.</param>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stand_in_writes_what_Debezium_was_recorded_to_write(bool schemas)
    {
        await using var stage = await RecordAgainAsync(schemas);

        var found = new List<string>();
        foreach (var (topic, all) in Topics)
        {
            var count = schemas && topic == "shop.orders" ? all - BulkRows + FewerBulkRows : all;
            var recorded = RecordedTopic.Read($"pgfull.{topic}").Take(count).ToList();
            var ours = await stage.ReadAsync($"again.{topic}", count);
            Assert.Equal(count, recorded.Count);
            if (ours.Count != count) found.Add($"{topic} has {ours.Count} records, recorded {count}");
            found.AddRange(recorded.Zip(ours).SelectMany((pair, i) => RecordDifference.Of($"{topic} {i}", pair.First, pair.Second)));
            if (schemas) found.AddRange(recorded.Zip(ours).Where(p => IsSnapshot(p.First)).SelectMany((p, i) => Schemas($"{topic} {i}", p.First, p.Second)));
            found.AddRange(ours.SelectMany((record, i) => WrongPlaces($"{topic} {i}", record)));
        }

        Assert.True(found.SequenceEqual(Differences), string.Join('\n', found.Take(60)));
    }

    [Fact]
    public async Task Transaction_topic_is_as_recorded()
    {
        await using var stage = await RecordAgainAsync(schemas: false);

        // The last five transactions were those of the incremental snapshot and of the row while Connect was down.
        var recorded = RecordedTopic.Read("pgfull.transaction").SkipLast(10).Select(Boundary).ToList();
        var ours = (await stage.ReadAsync("again.transaction", recorded.Count)).ToList();

        Assert.Equal(recorded, ours.Select(Boundary));
        var lsns = ours.Select(r => ulong.Parse(((string)r.Json!["id"]!).Split(':')[1], System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(lsns.Order(), lsns);
        var first = (await stage.ReadAsync("again.shop.customers", 13))[5].Json!["transaction"]!["id"];
        Assert.Equal((string)first!, (string)ours[0].Json!["id"]!);
        Assert.Equal(await stage.Source.QueryScalarAsync($"SELECT (confirmed_flush_lsn - '0/0')::text FROM pg_replication_slots WHERE slot_name = '{stage.Slot}'"), lsns[^1].ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// The recording with decimals, bytes and intervals as text was flattened, and its times are in milliseconds. A name is null
    /// there in the stream, which is the real one's way with types it does not know.
    /// </summary>
    [Fact]
    public async Task Text_modes_write_the_values_that_were_recorded()
    {
        await using var stage = await RecordAgainAsync(schemas: false, ("include.unknown.datatypes", "false"),
            ("decimal.handling.mode", "string"), ("binary.handling.mode", "base64"), ("hstore.handling.mode", "map"), ("interval.handling.mode", "string"));
        string[] others = ["tm", "tm0", "ts", "nm"];

        var recorded = RecordedTopic.Read("pgflat.shop.alltypes");
        var ours = await stage.ReadAsync("again.shop.alltypes", recorded.Count);

        Assert.Equal(recorded.Count, ours.Count);
        var found = recorded.Zip(ours).Where(p => p.First.Value is not null).SelectMany((p, i) => RecordDifference.Compare($"{i}", Values(p.First.Json!), Values(p.Second.Json!["after"] ?? p.Second.Json["before"]!)));
        Assert.Empty(found);

        JsonObject Values(JsonNode row) => new(row.AsObject().Where(v => !v.Key.StartsWith("__", StringComparison.Ordinal) && !others.Contains(v.Key)).Select(v => KeyValuePair.Create(v.Key, v.Value?.DeepClone())));
    }

    private static async Task<StandInStage> RecordAgainAsync(bool schemas, params (string Key, string Value)[] changes)
    {
        var seed = await File.ReadAllTextAsync(RecordedTopic.FilePath("seed-pg.sql"));
        var stage = await StandInStage.CreateAsync("recorded", seed, Tables);
        await stage.CreateConnectorAsync([
            ("topic.prefix", "again"), ("snapshot.mode", "initial"), ("key.converter.schemas.enable", schemas ? "true" : "false"), ("value.converter.schemas.enable", schemas ? "true" : "false"),
            ("skipped.operations", "none"), ("include.unknown.datatypes", "true"), ("table.include.list", @"shop\..*,public\.dbz_signal"), .. changes]);
        await stage.ReadAsync("again.shop.toasty", 1);
        var stream = await File.ReadAllTextAsync(RecordedTopic.FilePath("stream-pg.sql"));
        await stage.Source.PsqlAsync(schemas ? stream.Replace($"(1,{BulkRows})", $"(1,{FewerBulkRows})", StringComparison.Ordinal) : stream);
        await stage.ReadAsync("again.public.dbz_signal", 1);
        return stage;
    }

    private static bool IsSnapshot(ReadRecord record) => (string?)RecordDifference.Payload(record.Json)?["op"] == "r";

    /// <summary>Schemas, which name the run's prefix.</summary>
    private static IEnumerable<string> Schemas(string place, ReadRecord recorded, ReadRecord ours) =>
        RecordDifference.Compare($"{place} schema", Schema(recorded.Value), Schema(ours.Value)).Concat(RecordDifference.Compare($"{place} key schema", Schema(recorded.Key), Schema(ours.Key)));

    private static JsonNode? Schema(string? record) => record is null ? null : JsonNode.Parse(record.Replace("pgfull.", "again.", StringComparison.Ordinal))!["schema"];

    /// <summary>Positions and times that do not belong together.</summary>
    private static IEnumerable<string> WrongPlaces(string place, ReadRecord record)
    {
        if (RecordDifference.Payload(record.Json) is not { } payload) yield break;
        var source = payload["source"]!;
        if ((string)source["connector"]! != "postgresql" || (string)source["name"]! != "again") yield return $"{place} is of {source}";
        if (JsonNode.Parse((string)source["sequence"]!)![1]!.ToString() != source["lsn"]!.ToString()) yield return $"{place} sequence {source["sequence"]}";
        if (payload["transaction"] is { } transaction && (string)transaction["id"]! != $"{source["txId"]}:{source["lsn"]}") yield return $"{place} transaction {transaction["id"]}";
        if ((long)source["ts_us"]! / 1000 != (long)source["ts_ms"]! || (long)source["ts_ns"]! / 1000 != (long)source["ts_us"]!) yield return $"{place} times {source}";
    }

    /// <summary>Status, counts, and whether the transaction is the one before.</summary>
    private static string Boundary(ReadRecord record)
    {
        var payload = RecordDifference.Payload(record.Json)!;
        var collections = payload["data_collections"]?.AsArray().Select(c => $"{c!["data_collection"]} {c["event_count"]}").Order(StringComparer.Ordinal).ToList() ?? [];
        Assert.Equal((string)RecordDifference.Payload(record.KeyJson)!["id"]!, (string)payload["id"]!);
        return $"{payload["status"]} {payload["event_count"]} {string.Join(", ", collections)}";
    }
}

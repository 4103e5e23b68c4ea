using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Orchestrator.TestKit.Tests.Connectors;

/// <summary>Where a record differs from the recorded one of the same topic and place, but for what differs between any two runs.</summary>
internal static partial class RecordDifference
{
    /// <summary>Positions, times, transaction numbers and names of the run; the form of some is checked elsewhere.</summary>
    private static readonly string[] OfTheRun = ["lsn", "txId", "ts_ms", "ts_us", "ts_ns", "sequence", "db", "name", "server_id", "gtid", "file", "pos"];

    public static IEnumerable<string> Of(string place, ReadRecord recorded, ReadRecord ours)
    {
        foreach (var d in Compare($"{place} key", Payload(recorded.KeyJson), Payload(ours.KeyJson))) yield return d;
        foreach (var d in Compare(place, Payload(recorded.Json), Payload(ours.Json))) yield return d;
        foreach (var d in Compare($"{place} headers", Headers(recorded), Headers(ours))) yield return d;
    }

    /// <summary>Differences of two pieces, numbers compared as they are written.</summary>
    public static IEnumerable<string> Compare(string place, JsonNode? recorded, JsonNode? ours)
    {
        if (recorded is JsonObject a && ours is JsonObject b)
        {
            var names = a.Select(p => p.Key).Union(b.Select(p => p.Key)).Where(n => !IsOfTheRun(place, n));
            return names.SelectMany(n => a.ContainsKey(n) && b.ContainsKey(n) ? Compare($"{place}.{n}", a[n], b[n]) : [$"{place}.{n} is only {(a.ContainsKey(n) ? "recorded" : "ours")}"]);
        }

        if (recorded is JsonArray c && ours is JsonArray d && c.Count == d.Count) return c.SelectMany((x, i) => Compare($"{place}[{i}]", x, d[i]));
        return Text(recorded) == Text(ours) || IsTimeOfTheRun(place, recorded, ours) ? [] : [$"{place}: recorded {Text(recorded)}, ours {Text(ours)}"];
    }

    private static bool IsOfTheRun(string place, string name) =>
        place.EndsWith(".source", StringComparison.Ordinal) ? OfTheRun.Contains(name)
        : place.EndsWith(".transaction", StringComparison.Ordinal) ? name == "id"
        : name is "ts_ms" or "ts_us" or "ts_ns";

    /// <summary>customers.created is the time of the run, unless it is what stands in for a missing value.</summary>
    private static bool IsTimeOfTheRun(string place, JsonNode? recorded, JsonNode? ours) =>
        place.EndsWith(".created", StringComparison.Ordinal) && Moment().IsMatch(Text(recorded)) && Moment().IsMatch(Text(ours));

    /// <summary>What stands behind a schema, where there is one.</summary>
    public static JsonNode? Payload(JsonNode? record) => record is JsonObject o && o.ContainsKey("schema") ? o["payload"] : record;

    private static JsonObject Headers(ReadRecord record) =>
        new(record.Headers.Where(h => h.Name is not ("__debezium.context.runId" or "__debezium.context.connectorLogicalName")).Select(h => KeyValuePair.Create(h.Name, (JsonNode?)h.Value)));

    /// <summary>One spelling of strings; numbers as they were written.</summary>
    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "null";

    [GeneratedRegex(@"^""20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z""$")]
    private static partial Regex Moment();
}

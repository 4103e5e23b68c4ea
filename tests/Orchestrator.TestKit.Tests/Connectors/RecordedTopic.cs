using System.IO.Compression;
using System.Text.Json;

namespace Orchestrator.TestKit.Tests.Connectors;

/// <summary>Records of a topic of the recorded Debezium.</summary>
internal static class RecordedTopic
{
    public static string FilePath(string file) => Path.Combine(RepositoryRoot.Path, "tests", "data", "debezium-events", file);

    public static IReadOnlyList<ReadRecord> Read(string topic)
    {
        using var packed = File.OpenRead(FilePath(topic + ".jsonl.gz"));
        using var reader = new StreamReader(new GZipStream(packed, CompressionMode.Decompress));
        var records = new List<ReadRecord>();
        while (reader.ReadLine() is { } line)
        {
            using var json = JsonDocument.Parse(line);
            var headers = json.RootElement.TryGetProperty("headers", out var h) ? h.EnumerateArray().Select(x => x.GetString()!).Chunk(2).Select(c => (c[0], c[1])) : [];
            records.Add(new ReadRecord(json.RootElement.GetProperty("key").GetString(), json.RootElement.GetProperty("payload").GetString(), [.. headers]));
        }

        return records;
    }
}

using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Orchestrator.TestKit;

namespace Orchestrator.ChangeSources.Debezium.Tests.Envelope;

/// <summary>Records as a real Debezium wrote them (tests/data/debezium-events).</summary>
internal static class RecordedTopic
{
    /// <summary>Values in the order they were written; empty ones are tombstones.</summary>
    public static IReadOnlyList<byte[]> Values(string topic)
    {
        using var file = new GZipStream(File.OpenRead(DataSets.FilePath("debezium-events", topic + ".jsonl.gz")), CompressionMode.Decompress);
        using var reader = new StreamReader(file, Encoding.UTF8);
        var values = new List<byte[]>();
        while (reader.ReadLine() is { } line)
        {
            using var record = JsonDocument.Parse(line);
            values.Add(Encoding.UTF8.GetBytes(record.RootElement.GetProperty("payload").GetString() ?? ""));
        }

        return values;
    }

    /// <summary>The same events as a connector without schemas would have written them.</summary>
    public static byte[] WithoutSchema(byte[] value)
    {
        if (value.Length == 0) return value;
        using var document = JsonDocument.Parse(value);
        return Encoding.UTF8.GetBytes(document.RootElement.GetProperty("payload").GetRawText());
    }
}

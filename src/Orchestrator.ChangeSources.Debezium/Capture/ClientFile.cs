using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Capture;

/// <summary>A file of settings for Kafka's client: <c>name=value</c> a line; lines that begin with # and empty ones count for nothing.</summary>
/// <param name="Ours">For this process's client, by librdkafka's names.</param>
/// <param name="Connectors">Those that begin with <c>connector.</c>, without it: for the client by which a connector keeps its own history, by Java's names.</param>
internal sealed record ClientFile(IReadOnlyDictionary<string, string> Ours, IReadOnlyDictionary<string, string> Connectors)
{
    private const string ForConnector = "connector.";

    /// <exception cref="OrchestratorException">Configuration <c>E-DBZ-091</c>: it cannot be read, or a line of it (values are not shown).</exception>
    public static ClientFile Read(string? path)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        var lines = path is null ? [] : Lines(path);
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || line.StartsWith('#')) continue;
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1 || !settings.TryAdd(line[..equals].TrimEnd(), line[(equals + 1)..].TrimStart())) throw Wrong($"Line {i + 1} of {path} is no name=value, or names a setting twice.");
        }

        var isOurs = settings.ToLookup(s => !s.Key.StartsWith(ForConnector, StringComparison.Ordinal));
        return new ClientFile(
            isOurs[true].ToDictionary(StringComparer.Ordinal), isOurs[false].ToDictionary(s => s.Key[ForConnector.Length..], s => s.Value, StringComparer.Ordinal));
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Wrong($"{path} cannot be read: {e.Message}", e);
        }
    }

    private static OrchestratorException Wrong(string what, Exception? inner = null) =>
        new(ErrorKind.Configuration, "E-DBZ-091", what, "Mend the file that --kafka-config names.", inner);
}

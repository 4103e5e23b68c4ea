using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Capture;

/// <summary>A file of settings for Kafka's client: <c>name=value</c> a line; lines that begin with # and empty ones count for nothing.</summary>
internal static class ClientFile
{
    /// <exception cref="OrchestratorException">Configuration <c>E-DBZ-091</c>: it cannot be read, or a line of it (values are not shown).</exception>
    public static IReadOnlyDictionary<string, string> Read(string? path)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        if (path is null) return settings;
        var lines = Lines(path);
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || line.StartsWith('#')) continue;
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1 || !settings.TryAdd(line[..equals].TrimEnd(), line[(equals + 1)..].TrimStart())) throw Wrong($"Line {i + 1} of {path} is no name=value, or names a setting twice.");
        }

        return settings;
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

using Orchestrator.Core.Reading;

namespace Orchestrator.Engines.PostgreSql.Dumps;

/// <summary>What pg_dump --verbose says while it works: which table it is at, and at last what is wrong.</summary>
internal sealed class DumpWords(long tables, Action<DumpedTables> progress)
{
    private const string TableBegins = "pg_dump: dumping contents of table ";

    /// <summary>A statement that failed is quoted in full, and may name every table.</summary>
    private const int LongestError = 1000;

    /// <summary>The error, its detail, its hint.</summary>
    private const int ErrorLines = 4;

    private readonly List<string> _errors = [];
    private long _begun;

    /// <summary>What was wrong; null: it did not say.</summary>
    public string? Error => _errors.Count == 0 ? null : string.Join(' ', _errors) is { Length: > LongestError } all ? all[..LongestError] + "..." : string.Join(' ', _errors);

    /// <summary>To the end of what it says.</summary>
    public async Task ListenAsync(StreamReader words)
    {
        progress(new DumpedTables(0, tables));
        while (await words.ReadLineAsync(CancellationToken.None) is { } line) Hear(line);
    }

    internal void Hear(string line)
    {
        if (line.StartsWith(TableBegins, StringComparison.Ordinal))
        {
            // The one before is in.
            progress(new DumpedTables(_begun++, Math.Max(tables, _begun)));
            return;
        }

        if (_errors.Count is > 0 and < ErrorLines || (_errors.Count == 0 && line.Contains("error:", StringComparison.Ordinal))) _errors.Add(line.Trim());
    }

    /// <summary>All of it is there; tables that were created or dropped since the count are counted now.</summary>
    public void End() => progress(new DumpedTables(_begun, _begun));
}

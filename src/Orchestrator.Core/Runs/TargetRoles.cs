using System.Text;
using System.Text.Json.Serialization;

namespace Orchestrator.Core.Runs;

/// <summary>Roles of the target's server that get rights on what was moved, once the target takes writes. They are created if they are missing.</summary>
/// <param name="ReadOnly">Reads tables, views and sequences. Null: no such role.</param>
/// <param name="Admin">Reads, writes and empties them, and creates its own in their schemas. Null: no such role.</param>
public sealed record TargetRoles(string? ReadOnly = null, string? Admin = null)
{
    public const string Rule = "1 to 63 bytes, not beginning with pg_";

    [JsonIgnore]
    public bool Any => ReadOnly is not null || Admin is not null;

    /// <summary>The names, each once.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Names => [.. new[] { ReadOnly, Admin }.OfType<string>().Distinct()];

    /// <summary>Whether a name can be one of a role that somebody creates (https://www.postgresql.org/docs/15/sql-createrole.html).</summary>
    public static bool IsName(string name) =>
        Encoding.UTF8.GetByteCount(name) is >= 1 and <= 63 && !name.Contains('\0', StringComparison.Ordinal)
        && !name.StartsWith("pg_", StringComparison.Ordinal) && name is not ("public" or "none");
}

namespace Orchestrator.ControlStore.Service;

/// <summary>A dump of a tenant's database.</summary>
public sealed record BackupRow
{
    /// <summary>What <see cref="State"/> is while it is made.</summary>
    public const string Running = "running";

    /// <summary>Its file is whole.</summary>
    public const string Done = "done";

    /// <summary>There is no file; <see cref="ErrorCode"/> and <see cref="Error"/> say why.</summary>
    public const string Failed = "failed";

    /// <summary>Somebody ended it; there is no file.</summary>
    public const string Cancelled = "cancelled";

    public string Id { get; init; } = "";

    public string Tenant { get; init; } = "";

    /// <summary>Id of the connection; it may be gone since.</summary>
    public string ConnectionId { get; init; } = "";

    /// <summary>The connection's name when it was begun.</summary>
    public string Name { get; init; } = "";

    /// <summary>Mark of the directory the file lies in.</summary>
    public string Place { get; init; } = "";

    public string State { get; init; } = "";

    /// <summary>Written so far; once it is done, the file's size.</summary>
    public long Bytes { get; init; }

    /// <summary>Tables whose rows are in it; null: not known yet.</summary>
    public long? TablesDone { get; init; }

    /// <summary>Tables of the database; null: not known yet.</summary>
    public long? Tables { get; init; }

    /// <summary>Of the file, in hexadecimal; null: it is not done.</summary>
    public string? Sha256 { get; init; }

    public string? ErrorCode { get; init; }

    /// <summary>What happened and what to do; no secrets.</summary>
    public string? Error { get; init; }

    public string CreatedBy { get; init; } = "";

    public string StartedAt { get; init; } = "";

    /// <summary>Null: it is still running.</summary>
    public string? FinishedAt { get; init; }
}

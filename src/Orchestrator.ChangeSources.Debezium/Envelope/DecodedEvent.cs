using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;

namespace Orchestrator.ChangeSources.Debezium.Envelope;

/// <summary>What a record of one of the connector's topics is.</summary>
internal enum EventKind : byte
{
    /// <summary>A row was inserted, updated or deleted, or (operation <c>r</c>) read by the connector's own snapshot.</summary>
    Change,

    /// <summary>A table was emptied; one event per table.</summary>
    Truncate,

    /// <summary>A logical message of PostgreSQL; ours are markers.</summary>
    Message,

    /// <summary>A record without value after a delete: it says nothing new (CASES C3).</summary>
    Tombstone,

    Heartbeat,

    TransactionBegin,

    TransactionEnd,

    /// <summary>A record of the schema change topic of MySQL and MariaDB connectors.</summary>
    SchemaChange,
}

/// <summary>By what the events of one source transaction are recognised.</summary>
/// <param name="Number">PostgreSQL: the transaction's number; the rest of the connector's id differs from event to event.</param>
/// <param name="Gtid">MySQL, MariaDB: the transaction's GTID; null for PostgreSQL.</param>
internal readonly record struct TransactionKey(ulong Number, string? Gtid);

/// <summary>Where on the source an event happened, in its connector's words.</summary>
/// <param name="Lsn">
/// PostgreSQL: of the change's own log record; in <see cref="EventKind.TransactionEnd"/> the end of the commit's record, where reading would
/// resume. 0 otherwise.
/// </param>
/// <param name="File">MySQL, MariaDB: file of the binary log; null for PostgreSQL and in records of the transaction topic.</param>
/// <param name="Offset">Offset in that file.</param>
internal readonly record struct SourcePoint(ulong Lsn, string? File, ulong Offset);

/// <summary>One record, decoded. Images lie in the buffer the decoder was given, laid out as <see cref="TupleReader"/> reads them.</summary>
internal readonly record struct DecodedEvent
{
    public required EventKind Kind { get; init; }

    /// <summary>Index of the table's form among those followed; meaningless unless a change or truncate.</summary>
    public int Table { get; init; }

    /// <summary>What happened to the row; an update whose key changed arrives as a delete and an insert.</summary>
    public ChangeOp Op { get; init; }

    /// <summary>The row was read by the connector's snapshot: it belongs to no transaction.</summary>
    public bool IsSnapshot { get; init; }

    public SourcePoint Source { get; init; }

    public TransactionKey Transaction { get; init; }

    /// <summary>Place in the transaction over all tables, from 1; in <see cref="EventKind.TransactionEnd"/> the number of its events.</summary>
    public long TotalOrder { get; init; }

    /// <summary>Commit time on the source, microseconds since 1970.</summary>
    public long CommitMicroseconds { get; init; }

    public OldImage Old { get; init; }

    public int OldOffset { get; init; }

    public int OldLength { get; init; }

    /// <summary>Start of the new image; meaningless for deletes; for a truncate 1 if identities restart (MySQL, MariaDB), else 0.</summary>
    public int NewOffset { get; init; }

    public int NewLength { get; init; }

    /// <summary>Of a logical message: its prefix, and its content as UTF-8 text.</summary>
    public (string Prefix, string Content)? Message { get; init; }

    /// <summary>Why it could not be read: nothing but its place among the others is known then, and perhaps its table. Null: it was read.</summary>
    public OrchestratorException? Error { get; init; }
}

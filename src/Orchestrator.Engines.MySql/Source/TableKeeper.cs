using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Engines.MySql.Sql;

namespace Orchestrator.Engines.MySql.Source;

/// <summary>
/// Tables of engines without transactions show no past moment: they are kept as they are by a read lock, from the moment of
/// the snapshot until they were read. Their writers wait meanwhile.
/// </summary>
internal sealed class TableKeeper : IDisposable
{
    /// <summary>Name under which the session that holds the locks may read a table.</summary>
    public const string Alias = "t";

    private readonly MySqlConnection? _lock;
    private readonly HashSet<TableRef> _kept;
    private readonly HashSet<TableRef> _tables;

    private TableKeeper(MySqlConnection? connection, IReadOnlyCollection<TableRef> tables) => (_lock, _tables, _kept) = (connection, [.. tables], [.. tables]);

    /// <summary>There are such tables.</summary>
    public bool IsNeeded => _tables.Count > 0;

    /// <summary>The table is one of them.</summary>
    public bool Keeps(TableRef table) => _tables.Contains(table);

    /// <summary>
    /// The session that reads a table: the one that holds its lock if there is one, because a writer that waits would keep any
    /// other out, and itself wait for us.
    /// </summary>
    public MySqlConnection ReaderOf(TableRef table, MySqlConnection other) => _lock is not null && Keeps(table) ? _lock : other;

    /// <summary>Locks the tables; the source's own read lock is held by another session.</summary>
    public static async Task<TableKeeper> LockAsync(MySqlSession session, CancellationToken ct)
    {
        var rows = await session.RowsAsync(
            $"""
            SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES
            WHERE TABLE_SCHEMA IN ({MySqlName.List(session.Databases)}) AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') AND ENGINE <> 'InnoDB'
            """,
            ct);
        var tables = rows.ConvertAll(r => new TableRef(r[0]!, r[1]!));
        if (tables.Count == 0) return new TableKeeper(null, tables);
        var connection = await session.OpenPatientAsync(ct);
        try
        {
            await connection.RunAsync("LOCK TABLES " + string.Join(", ", tables.Select(t => $"{MySqlName.Quote(t)} READ, {MySqlName.Quote(t)} AS {Alias} READ")), ct);
            return new TableKeeper(connection, tables);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <exception cref="OrchestratorException">Transient: the table was let go already, it may have changed since.</exception>
    public void Require(TableRef table)
    {
        lock (_kept)
        {
            if (!_tables.Contains(table) || _kept.Contains(table)) return;
            throw new OrchestratorException(
                ErrorKind.Transient, "E-SNAP-001", $"{table} is of an engine without transactions and no longer as it was at the snapshot.",
                "Tables that are not complete are loaded again from a new snapshot.");
        }
    }

    /// <summary>The table was read to its end; after the last one the locks go.</summary>
    public void Release(TableRef table)
    {
        lock (_kept)
            if (_kept.Remove(table) && _kept.Count == 0) _lock?.Dispose();
    }

    public void Dispose() => _lock?.Dispose();
}

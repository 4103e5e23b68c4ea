using Npgsql;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Source;

/// <summary>
/// An exported snapshot kept alive by a guardian session. The guardian imports the walsender's snapshot at once and
/// exports it again, because any further command on a walsender ends the snapshot it exported.
/// </summary>
internal sealed class PgSnapshot : ISnapshot
{
    private readonly PgSession _session;
    private readonly NpgsqlConnection _guardian;
    private readonly Dictionary<uint, uint> _files;

    private PgSnapshot(PgSession session, NpgsqlConnection guardian, string name, SourcePosition position, Dictionary<uint, uint> files)
    {
        _files = files;
        _session = session;
        _guardian = guardian;
        Name = name;
        Position = position;
    }

    public SourcePosition Position { get; }

    public string Name { get; }

    /// <summary>Takes over a snapshot another session exported; that session may end afterwards.</summary>
    public static async Task<PgSnapshot> AdoptAsync(PgSession session, string exported, SourcePosition position, CancellationToken ct)
    {
        var guardian = await ImportAsync(session, exported, ct);
        try
        {
            var name = await guardian.ScalarAsync<string>("SELECT pg_export_snapshot()", ct);
            var files = await guardian.ListAsync(
                "SELECT oid, relfilenode FROM pg_class WHERE relkind = 'r'", r => (r.GetFieldValue<uint>(0), r.GetFieldValue<uint>(1)), ct);
            return new PgSnapshot(session, guardian, name!, position, files.ToDictionary(f => f.Item1, f => f.Item2));
        }
        catch
        {
            await guardian.DisposeAsync();
            throw;
        }
    }

    public Task<IReadOnlyList<ChunkRange>> SplitAsync(TableSchema table, int workers, CancellationToken ct) =>
        Task.FromResult(PgChunks.Of(table, workers));

    public async Task<bool> IsRewrittenAsync(TableSchema table, CancellationToken ct)
    {
        // Any session but the guardian's: a transaction as old as the snapshot need not have heard of the change.
        var now = await _session.ScalarAsync<uint?>($"SELECT pg_relation_filenode({table.SourceId})", ct);
        return !_files.TryGetValue(table.SourceId, out var then) || now != then;
    }

    public Task<ISnapshotSession> OpenSessionAsync(CancellationToken ct) => JoinAsync(_session, Name, ct);

    /// <summary>One more session in an exported snapshot, whoever keeps it.</summary>
    public static async Task<ISnapshotSession> JoinAsync(PgSession session, string name, CancellationToken ct) => new PgSnapshotSession(await ImportAsync(session, name, ct));

    public ValueTask DisposeAsync() => _guardian.DisposeAsync();

    private static async Task<NpgsqlConnection> ImportAsync(PgSession session, string name, CancellationToken ct)
    {
        var connection = await session.OpenAsync(ct);
        try
        {
            await connection.RunAsync("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", ct);
            await connection.RunAsync($"SET TRANSACTION SNAPSHOT {PgName.Literal(name)}", ct);
            return connection;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InvalidParameterValue or PostgresErrorCodes.UndefinedObject)
        {
            // 22023 up to version 15, 42704 after it. Nothing is wrong with the data: a new snapshot can be taken.
            await connection.DisposeAsync();
            throw new OrchestratorException(
                ErrorKind.Transient, "E-SNAP-001", "The source's exported snapshot is gone: the session that kept it ended.",
                "Tables that are not complete are loaded again from a new snapshot.", e);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}

/// <summary>A session inside an exported snapshot.</summary>
internal sealed class PgSnapshotSession(NpgsqlConnection connection) : ISnapshotSession
{
    public async Task<IRowStream> ReadAsync(Chunk chunk, CancellationToken ct) =>
        await PgRowStream.OpenAsync(connection, Query(chunk), PgRowFormat.Of(chunk.Table), ct);

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    /// <summary><c>ONLY</c>: rows of inheriting tables are theirs to move.</summary>
    internal static string Query(Chunk chunk)
    {
        var select = $"SELECT {PgName.Columns(chunk.Table.Copied)} FROM ONLY {PgName.Quote(chunk.Table.Table)}";
        return chunk.Range switch
        {
            WholeTable => $"({select})",
            PageRange { To: { } to } r => $"({select} WHERE ctid >= '({r.From},0)'::tid AND ctid < '({to},0)'::tid)",
            PageRange r => $"({select} WHERE ctid >= '({r.From},0)'::tid)",
            _ => throw new ArgumentOutOfRangeException(nameof(chunk), chunk.Range, "not a range of a PostgreSQL table"),
        };
    }
}

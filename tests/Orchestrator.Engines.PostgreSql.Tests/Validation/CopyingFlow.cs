using Npgsql;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Writing;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Tests.Validation;

/// <summary>
/// Stands in for change capture and apply: writes to a table of the source all the time and brings the target to the
/// source's state again and again, each time in one transaction, unless held.
/// </summary>
internal sealed class CopyingFlow : IChangeCapture, IChangeFlow, IAsyncDisposable
{
    private readonly ValidationBench _bench;
    private readonly string _table;
    private readonly TimeSpan _pause;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _apply = new(1, 1);
    private readonly Task _writing;
    private readonly Task _applying;
    private Snapshot? _last;

    public CopyingFlow(ValidationBench bench, string table, TimeSpan pause)
    {
        (_bench, _table, _pause) = (bench, table, pause);
        _writing = WriteAsync();
        _applying = ApplyAsync();
    }

    public int Writes { get; private set; }

    public int Applies { get; private set; }

    public int OpenSnapshots { get; private set; }

    public Checkpoint Current => throw new NotSupportedException();

    public TimeSpan? Lag => throw new NotSupportedException();

    Task<ISnapshot> IChangeCapture.TakeViewAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) => throw new NotSupportedException();

    public async Task<ISnapshot> TakeSnapshotAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        var connection = await _bench.Source.OpenAsync(ct);
        await connection.RunAsync("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", ct);
        var name = await connection.ScalarAsync<string>("SELECT pg_export_snapshot()", ct);
        var lsn = await connection.ScalarAsync<string>("SELECT pg_current_wal_lsn()::text", ct);
        OpenSnapshots++;
        return _last = new Snapshot(this, connection, name!, new LsnPosition(Lsn.Parse(lsn!)));
    }

    public async Task<IFlowHold> HoldAsync(CancellationToken ct)
    {
        await _apply.WaitAsync(ct);
        return new Hold(this);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_writing, _applying);
        _stop.Dispose();
        _apply.Dispose();
    }

    public Task<ISnapshot> CreateAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) => throw new NotSupportedException();

    public Task<CaptureStatus?> StatusAsync(CancellationToken ct) => throw new NotSupportedException();

    public IChangeReader OpenReader(IReadOnlyList<FollowedTable> tables) => throw new NotSupportedException();

    public Task<SourcePosition> EmitMarkerAsync(string nonce, CancellationToken ct) => throw new NotSupportedException();

    public Task<SourcePosition> CurrentPositionAsync(CancellationToken ct) => throw new NotSupportedException();

    public Task DropAsync(CancellationToken ct) => throw new NotSupportedException();

    public Task WaitForMarkerAsync(string nonce, CancellationToken ct) => throw new NotSupportedException();

    private async Task WriteAsync()
    {
        await using var connection = await _bench.Source.OpenAsync(CancellationToken.None);
        for (var i = 1; !_stop.IsCancellationRequested; i++)
        {
            var id = i * 613 % 2500;
            var sql = id % 5 == 0 && id != 77
                ? $"DELETE FROM {_table} WHERE id = {id}; INSERT INTO {_table} VALUES ({id + 2500}, 'new', {i}) ON CONFLICT (id) DO UPDATE SET n = {i}"
                : $"UPDATE {_table} SET n = {i} WHERE id = {id}";
            await connection.RunAsync(sql, CancellationToken.None);
            Writes++;
            await Task.Delay(5);
        }
    }

    private async Task ApplyAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await _apply.WaitAsync();
            try
            {
                await using var now = await _bench.Source.OpenAsync(CancellationToken.None);
                await CopyAsync(now);
            }
            finally
            {
                _apply.Release();
            }

            Applies++;
            await Task.Delay(_pause + TimeSpan.FromMilliseconds(10));
        }
    }

    private async Task CopyAsync(NpgsqlConnection from)
    {
        await using var to = await _bench.Target.OpenAsync(CancellationToken.None);
        await using var transaction = await to.BeginTransactionAsync();
        await to.RunAsync($"DELETE FROM {_table}", CancellationToken.None);
        await using (var reader = await from.BeginRawBinaryCopyAsync($"COPY {_table} TO STDOUT (FORMAT binary)"))
        await using (var writer = await to.BeginRawBinaryCopyAsync($"COPY {_table} FROM STDIN (FORMAT binary)"))
            await reader.CopyToAsync(writer);
        await transaction.CommitAsync();
    }

    private sealed record Snapshot(CopyingFlow Flow, NpgsqlConnection Connection, string Name, SourcePosition Position) : ISnapshot
    {
        public Task<IReadOnlyList<ChunkRange>> SplitAsync(TableSchema table, int workers, CancellationToken ct) => throw new NotSupportedException();

        public Task<bool> IsRewrittenAsync(TableSchema table, CancellationToken ct) => throw new NotSupportedException();

        public Task<ISnapshotSession> OpenSessionAsync(CancellationToken ct) => throw new NotSupportedException();

        public async ValueTask DisposeAsync()
        {
            Flow.OpenSnapshots--;
            await Connection.DisposeAsync();
        }
    }

    private sealed class Hold(CopyingFlow flow) : IFlowHold
    {
        public Task AdvanceToAsync(SourcePosition position, CancellationToken ct) =>
            flow._last!.Position == position ? flow.CopyAsync(flow._last.Connection) : throw new InvalidOperationException("not the snapshot's position");

        public ValueTask DisposeAsync()
        {
            flow._apply.Release();
            return ValueTask.CompletedTask;
        }
    }
}

using System.Runtime.CompilerServices;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.MySql.Binlog;
using Orchestrator.Engines.MySql.Native;
using Orchestrator.Engines.MySql.Sql;
using Orchestrator.Engines.MySql.Types;

namespace Orchestrator.Engines.MySql.Source;

/// <summary>Reads a run's changes from the binary log, as a replica would.</summary>
internal sealed class MySqlChangeReader(
    MySqlSession session, IReadOnlyList<FollowedTable> tables, uint serverId, Markers markers, ZeroDateTally zeroDates, TimeProvider time) : IChangeReader
{
    /// <summary>Where an event can begin at the latest: the protocol tells offsets by 32 bits.</summary>
    private const ulong LastOffset = uint.MaxValue;

    private readonly TableSchema[] _tables = [.. tables.Select(t => t.Table)];

    public async IAsyncEnumerable<ChangeBatch> ReadAsync(
        SourcePosition from, ChangeBatchLimits limits, [EnumeratorCancellation] CancellationToken ct)
    {
        var start = (BinlogPosition)from;
        Charsets charsets;
        using (var connection = await session.OpenAsync(ct))
        {
            await MasterStatus.RequireAsync(connection, start, ct);
            charsets = await Charsets.ReadAsync(connection, _tables.SelectMany(t => t.Columns).Select(c => c.Origin!.Charset).ToHashSet(StringComparer.Ordinal), ct);
        }

        using var box = new BatchBox(_tables, start, limits, markers, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var decoder = new TransactionDecoder(Forms(), new RowImageReader(new BinlogValue(charsets, zeroDates)), start);
        using var replica = await OpenAsync(start, ct);
        await using var abort = stop.Token.Register(replica.Native.Abort);
        markers.OnAdded = box.Wake;
        var reading = Task.Factory.StartNew(() => Pump(replica, start, decoder, box, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            while (true) yield return await box.TakeAsync(ct);
        }
        finally
        {
            markers.OnAdded = () => { };
            await stop.CancelAsync();
            await reading;
        }
    }

    /// <summary>The server keeps its log whatever we have applied.</summary>
    public Task AcknowledgeAsync(SourcePosition applied, CancellationToken ct) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private FollowedTableForms[] Forms() =>
    [
        .. tables.Select((t, i) => new FollowedForm(i, t.Table, t.From)).GroupBy(f => f.Table.Origin!.Value).Select(g => new FollowedTableForms([.. g])),
    ];

    private async Task<MySqlConnection> OpenAsync(BinlogPosition start, CancellationToken ct)
    {
        if (start.Offset > LastOffset)
            throw new OrchestratorException(ErrorKind.Data, "E-BINLOG-008", $"The log cannot be read from {start}: offsets from 4 GiB on cannot be asked for.", "Roll this run back and start a new one.");
        var replica = await MySqlConnection.OpenAsync(session.Address, ct, ReplicaSettings.Silence);
        try
        {
            await ReplicaSettings.ApplyAsync(replica, ct);
            return replica;
        }
        catch
        {
            replica.Dispose();
            throw;
        }
    }

    private void Pump(MySqlConnection replica, BinlogPosition start, TransactionDecoder decoder, BatchBox box, CancellationToken ct)
    {
        try
        {
            using var log = NativeBinlog.Open(replica.Native, start.File, (uint)start.Offset, serverId);
            while (!ct.IsCancellationRequested)
            {
                var packet = log.Next();
                if (packet.IsEmpty) throw new OrchestratorException(ErrorKind.Transient, "E-BINLOG-009", "The source ended its log's stream.", "It is opened again.");
                box.Feed(packet, decoder, ct);
            }
        }
        catch (Exception e)
        {
            // A cancel breaks the connection, and whoever takes the batches may hear of that before it hears of the cancel.
            box.Fail(ct.IsCancellationRequested ? new OperationCanceledException(ct) : e is NativeError native ? Lost(native, decoder) : e);
        }
    }

    private static OrchestratorException Lost(NativeError error, TransactionDecoder decoder) => error.Number == 1236
        ? new OrchestratorException(
            ErrorKind.Data, "E-BINLOG-007", $"The source cannot send its log from {decoder.Position} on: {SecretText.Mask(error.Message).TrimEnd('.')}.",
            "Every table must be loaded again: roll this run back and start a new one.", error)
        : MySqlErrors.Describe(error, "Reading the source's log");
}

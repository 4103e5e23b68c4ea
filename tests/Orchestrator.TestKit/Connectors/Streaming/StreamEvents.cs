using Npgsql.Replication.PgOutput.Messages;

namespace Orchestrator.TestKit.Connectors;

/// <summary>Turns the messages of pgoutput into events, one after the other.</summary>
internal sealed class StreamEvents(ConnectorSettings settings, SourceCatalog catalog, EventWriter writer)
{
    private readonly Dictionary<uint, TableForm?> _tables = [];
    private OpenTransaction? _open;
    private ulong? _lastCommit;
    private long _lastMicros;

    /// <summary>Told of the end of each transaction, when all of it was given to the producer.</summary>
    public required Action<ConnectorOffset> Committed { get; init; }

    public async Task TakeAsync(PgOutputReplicationMessage message, CancellationToken ct)
    {
        switch (message)
        {
            case BeginMessage begin:
                _lastMicros = Micros(begin.TransactionCommitTimestamp);
                _open = new OpenTransaction(begin.TransactionXid, (ulong)begin.WalStart, _lastMicros);
                await writer.BeginAsync(_open, ct);
                break;
            case CommitMessage commit:
                await CommitAsync((ulong)commit.TransactionEndLsn, ct);
                break;
            case RelationMessage relation:
                _tables[relation.RelationId] = await FormAsync(relation, ct);
                break;
            case LogicalDecodingMessage logical:
                await MessageAsync(logical, ct);
                break;
            case TruncateMessage truncate:
                foreach (var relation in truncate.Relations)
                    if (Of(relation) is { } table) await writer.TruncateAsync(table, At(truncate), _open, ct);
                break;
            default:
                await RowAsync(message, ct);
                break;
        }
    }

    private async Task RowAsync(PgOutputReplicationMessage message, CancellationToken ct)
    {
        switch (message)
        {
            case InsertMessage insert when Of(insert.Relation) is { } table:
                await writer.InsertAsync(table, await RowValues.ReadAsync(insert.NewRow, null, ct), At(insert), _open, ct);
                break;
            case FullUpdateMessage update when Of(update.Relation) is { } table:
                var old = await RowValues.ReadAsync(update.OldRow, null, ct);
                await writer.UpdateAsync(table, old, true, await RowValues.ReadAsync(update.NewRow, old, ct), At(update), _open, ct);
                break;
            case IndexUpdateMessage update when Of(update.Relation) is { } table:
                var key = await RowValues.ReadAsync(update.Key, null, ct);
                await writer.UpdateAsync(table, key, false, await RowValues.ReadAsync(update.NewRow, null, ct), At(update), _open, ct);
                break;
            case DefaultUpdateMessage update when Of(update.Relation) is { } table:
                await writer.UpdateAsync(table, null, false, await RowValues.ReadAsync(update.NewRow, null, ct), At(update), _open, ct);
                break;
            case FullDeleteMessage delete when Of(delete.Relation) is { } table:
                await writer.DeleteAsync(table, await RowValues.ReadAsync(delete.OldRow, null, ct), At(delete), _open, ct);
                break;
            case KeyDeleteMessage delete when Of(delete.Relation) is { } table:
                await writer.DeleteAsync(table, await RowValues.ReadAsync(delete.Key, null, ct), At(delete), _open, ct);
                break;
        }
    }

    private async Task CommitAsync(ulong end, CancellationToken ct)
    {
        var open = _open ?? throw new InvalidOperationException("A commit came without a transaction.");
        await writer.EndAsync(open, end, ct);
        (_open, _lastCommit) = (null, end);
        Committed(new ConnectorOffset(end, open.Xid, open.CommitMicros));
    }

    private async Task MessageAsync(LogicalDecodingMessage message, CancellationToken ct)
    {
        using var content = new MemoryStream();
        await message.Data.CopyToAsync(content, ct);
        var isInside = (message.Flags & 1) != 0;
        if (!isInside) _lastCommit = (ulong)message.WalStart;
        if (settings.PassesMessage(message.Prefix)) await writer.MessageAsync(message.Prefix, content.ToArray(), At(message), isInside ? _open : null, ct);
    }

    private SourcePoint At(PgOutputReplicationMessage message) =>
        new((ulong)message.WalStart, _lastCommit, message is LogicalDecodingMessage { Flags: var flags } && (flags & 1) == 0 ? null : _open?.Xid, _open?.CommitMicros ?? _lastMicros);

    private TableForm? Of(RelationMessage relation) => _tables.GetValueOrDefault(relation.RelationId);

    private async Task<TableForm?> FormAsync(RelationMessage relation, CancellationToken ct)
    {
        if (!settings.Captures(relation.Namespace, relation.RelationName)) return null;
        var columns = relation.Columns.Select(c => (c.ColumnName, c.DataTypeId, c.TypeModifier)).ToList();
        return await TableForm.LoadAsync(catalog, settings, (relation.RelationId, relation.Namespace, relation.RelationName), columns, ct);
    }

    private static long Micros(DateTime time) => (time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}

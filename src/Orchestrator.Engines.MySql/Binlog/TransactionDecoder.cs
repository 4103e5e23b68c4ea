using System.Buffers.Binary;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>
/// Follows the log event by event: where it stands, which transaction is open, what of it concerns the followed tables.
/// Feed it packets in order; not for concurrent use.
/// </summary>
internal sealed class TransactionDecoder(IReadOnlyList<FollowedTableForms> tables, RowImageReader rows, BinlogPosition from)
{
    private const byte StandaloneFlag = 1;
    private const byte PreparedXaFlag = 64;
    private const ulong NoTable = 0xFFFF_FFFF_FFFF, NoTableOfOld = 0xFF_FFFF;

    private readonly Dictionary<(string, string), FollowedTableForms> _followed = tables.ToDictionary(t => (t.Origin.Schema, t.Origin.Name));
    private readonly Dictionary<ulong, (TableMap Map, FollowedForm Form)?> _maps = [];
    private readonly GtidTrail _gtids = new(from.Gtids);
    private bool _checksums;
    private string _file = from.File;
    private ulong _offset = from.Offset;
    private BinlogPosition _began = from;
    private DateTimeOffset _time;
    private bool _standalone;
    private bool _isMariaDb;

    /// <summary>Rows of a followed table came in the open transaction.</summary>
    private bool _hasRows;

    /// <summary>Everything before is in what was fed; between transactions a point to resume at.</summary>
    public BinlogPosition Position => new(_file, _offset, _gtids.ToString());

    /// <summary>A transaction has begun and not ended.</summary>
    public bool InTransaction { get; private set; }

    /// <summary>The transaction that is open, as far as it is known.</summary>
    public SourceTransaction Open => new(_began, _began, _time);

    /// <param name="packet">Header and body of one event.</param>
    /// <param name="batch">Takes its changes.</param>
    /// <exception cref="OrchestratorException">Data: the log cannot be followed on; everything before the open transaction is in the batch.</exception>
    public void Feed(ReadOnlySpan<byte> packet, ChangeBatchBuilder batch)
    {
        try
        {
            var header = EventHeader.Read(packet);
            if (header.Type == EventType.FormatDescription) _checksums = packet[^(Checksum.Length + 1)] == 1;
            // The description's own was made before the server changed it for us.
            else if (_checksums && !Checksum.Ends(packet)) throw Damaged("it does not fit its checksum", null);
            var hasChecksum = header.Type == EventType.Rotate ? Checksum.Ends(packet) : _checksums;
            var body = packet[EventHeader.Length..(hasChecksum ? ^Checksum.Length : ^0)];
            var (file, offset) = (_file, _offset);
            if (header.Type == EventType.Rotate) Rotate(body);
            else if (!header.IsArtificial && header.Type is not (EventType.Heartbeat or EventType.HeartbeatV2)) Advance(header.NextPosition);
            if (header.Type != EventType.Rotate) Handle(header, body, file, offset, batch);
        }
        catch (Exception e) when (e is DamagedValue or ArgumentOutOfRangeException or IndexOutOfRangeException or OverflowException or InvalidDataException or EndOfStreamException)
        {
            throw Damaged(e is DamagedValue ? $"it holds {e.Message}" : "it is shorter than it says", e);
        }
    }

    private void Handle(EventHeader header, ReadOnlySpan<byte> body, string file, ulong offset, ChangeBatchBuilder batch)
    {
        switch (header.Type)
        {
            case EventType.MariaGtid:
                _isMariaDb = true;
                Begin(new BinlogPosition(file, offset, _gtids.ToString()), header);
                _standalone = (body[12] & StandaloneFlag) != 0;
                if ((body[12] & PreparedXaFlag) != 0) throw TwoPhase();
                _gtids.Add(header.Server, body);
                break;
            case EventType.Gtid or EventType.AnonymousGtid or EventType.GtidTagged:
                Begin(new BinlogPosition(file, offset, _gtids.ToString()), header);
                // Of one statement, unless a BEGIN follows.
                _standalone = true;
                if (header.Type == EventType.Gtid) _gtids.AddMySql(body);
                else if (header.Type == EventType.GtidTagged) _gtids.AddTagged(body);
                break;
            case EventType.Query or EventType.ExecuteLoadQuery:
                Statement(header, StatementBody.Split(body, header.Type == EventType.ExecuteLoadQuery), batch);
                break;
            case EventType.QueryCompressed:
                Statement(header, StatementBody.Split(StatementBody.Inflate(body)), batch);
                break;
            case EventType.Xid:
                End(batch);
                break;
            case EventType.TableMap:
                Describe(body);
                break;
            case EventType.WriteRowsV1 or EventType.UpdateRowsV1 or EventType.DeleteRowsV1:
                Rows(header.Type, body, 0, batch);
                break;
            case EventType.WriteRows or EventType.UpdateRows or EventType.DeleteRows:
                Rows(header.Type, body, ExtraLength(body), batch);
                break;
            case >= EventType.WriteRowsCompressedV1 and <= EventType.DeleteRowsCompressed:
                RowsCompressed(header.Type, body, batch);
                break;
            case EventType.XaPrepare:
                throw TwoPhase();
            case EventType.PartialUpdateRows:
                throw Unreadable("partial JSON updates", "SET GLOBAL binlog_row_value_options = ''");
            case EventType.TransactionPayload:
                throw Unreadable("compressed transactions", "SET GLOBAL binlog_transaction_compression = OFF");
            case EventType.StartEncryption:
                throw Unreadable("encrypted events", "let the server decrypt them: encrypt_binlog = OFF");
            case EventType.Incident:
                throw new OrchestratorException(
                    ErrorKind.Data, "E-BINLOG-005", $"The source reports at {Position} that its log may lack changes (an incident event).",
                    "Every table must be loaded again: roll this run back and start a new one.");
            default:
                if (!header.CanBeIgnored) throw Unreadable($"an event of the unknown type {(int)header.Type}", "none is known");
                break;
        }
    }

    private void Begin(BinlogPosition at, EventHeader header)
    {
        (_began, InTransaction, _standalone, _hasRows) = (at, true, false, false);
        _time = DateTimeOffset.FromUnixTimeSeconds(header.Timestamp);
    }

    private void End(ChangeBatchBuilder batch)
    {
        InTransaction = false;
        batch.EndTransaction(new SourceTransaction(_began, Position, _time));
    }

    private void Rotate(ReadOnlySpan<byte> body)
    {
        // A file's table numbers mean nothing in the next.
        _maps.Clear();
        (_offset, _file) = (BinaryPrimitives.ReadUInt64LittleEndian(body), System.Text.Encoding.UTF8.GetString(body[8..]));
    }

    /// <summary>Events tell only the lower 32 bits of the offset after them; a file can be larger when its last transaction is.</summary>
    private void Advance(uint next)
    {
        var wrapped = next < (uint)_offset;
        _offset = (_offset & ~0xFFFF_FFFFUL) + next + (wrapped ? 1UL << 32 : 0);
    }

    private void Describe(ReadOnlySpan<byte> body)
    {
        var name = TableMap.NameOf(body);
        // Of a table nobody follows not even the form need be known.
        if (!_followed.TryGetValue((name.Database, name.Table), out var table))
        {
            _maps[name.Id] = null;
            return;
        }

        var map = TableMap.Read(body, _isMariaDb);
        if (!map.HasNames)
        {
            throw new OrchestratorException(
                ErrorKind.Data, "E-BINLOG-001", $"The log does not name the columns of {table.Origin} at {Position}: it was written without full metadata.",
                "SET GLOBAL binlog_row_metadata = 'FULL'; roll this run back and start a new one.") { Table = table.Origin.ToString() };
        }

        _maps[map.Id] = (map, table.FormOf(map) ?? throw table.Latest.Changed(map, Position));
    }

    private void Rows(EventType type, ReadOnlySpan<byte> body, int extra, ChangeBatchBuilder batch)
    {
        const int head = 8; // table number and flags
        var id = new EventReader(body).UInt48();
        if (!_maps.TryGetValue(id, out var described))
        {
            // An event without rows that only ends a statement belongs to no table.
            if (id is NoTable or NoTableOfOld) return;
            throw new OrchestratorException(ErrorKind.Bug, "E-BINLOG-011", $"Rows at {Position} refer to a table the log did not describe.");
        }

        if (described is not var (map, form) || _began < form.From) return;
        _hasRows = true;
        rows.Read(OpOf(type), body[(head + extra)..], map, form, IsAlone(body), batch);
    }

    /// <summary>Foreign keys were not looked at, or (MySQL from 9.6 on) what they did is logged as rows of its own, before these.</summary>
    private bool IsAlone(ReadOnlySpan<byte> body)
    {
        const int noForeignKeyChecks = 0x02, sqlForeignKeys = 0x10;
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(body[6..]);
        return (flags & noForeignKeyChecks) != 0 || (!_isMariaDb && (flags & sqlForeignKeys) != 0);
    }

    /// <summary>The second form of rows has extra data, whose length counts itself.</summary>
    private static int ExtraLength(ReadOnlySpan<byte> body)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(body[8..]);
        return length >= sizeof(ushort) ? length : throw new DamagedValue($"extra data of {length} bytes");
    }

    private void RowsCompressed(EventType type, ReadOnlySpan<byte> body, ChangeBatchBuilder batch)
    {
        // Head, number of columns and their bitmaps stand before what is compressed.
        var isSecond = type >= EventType.WriteRowsCompressed;
        var head = 8 + (isSecond ? ExtraLength(body) : 0);
        var reader = new EventReader(body[head..]);
        var bitmap = (checked((int)reader.Packed()) + 7) / 8;
        reader.Skip(OpOf(type) == ChangeOp.Update ? 2 * bitmap : bitmap);
        var plain = body.Length - reader.Left;
        Rows(type, [.. body[..plain], .. StatementBody.InflateText(reader.Rest)], head - 8, batch);
    }

    private static ChangeOp OpOf(EventType type) => type switch
    {
        EventType.WriteRows or EventType.WriteRowsV1 or EventType.WriteRowsCompressed or EventType.WriteRowsCompressedV1 => ChangeOp.Insert,
        EventType.UpdateRows or EventType.UpdateRowsV1 or EventType.UpdateRowsCompressed or EventType.UpdateRowsCompressedV1 => ChangeOp.Update,
        _ => ChangeOp.Delete,
    };

    private void Statement(EventHeader header, (string Database, string Sql) statement, ChangeBatchBuilder batch)
    {
        var (database, sql) = statement;
        if (!InTransaction)
        {
            // A server without GTIDs begins transactions by the statement itself.
            _began = new BinlogPosition(_file, _offset, _gtids.ToString());
            (_time, _hasRows) = (DateTimeOffset.FromUnixTimeSeconds(header.Timestamp), false);
        }

        var (effect, table) = StatementKind.Of(sql, database, (d, t) => _followed.ContainsKey((d, t)));
        switch (effect)
        {
            case StatementEffect.Begin:
                (InTransaction, _standalone) = (true, false);
                return;
            case StatementEffect.Rollback or StatementEffect.RollbackToSavepoint when _hasRows:
                throw Unreadable("a transaction that was taken back in part after rows of it were logged (tables without transactions in it)", "use InnoDB tables only");
            case StatementEffect.Commit or StatementEffect.Rollback:
                End(batch);
                return;
            case StatementEffect.Truncate when _began >= _followed[Name(table!)].Latest.From:
                batch.Add(ChangeOp.Truncate, _followed[Name(table!)].Latest.Index, OldImage.None, 0, 1);
                break;
            case StatementEffect.Alter when !_followed.TryGetValue(Name(table!), out var altered) || (!altered.HasSeveral && _began >= altered.Latest.From):
                throw new OrchestratorException(
                    ErrorKind.Data, "E-DDL-002", $"{table} was altered at {_began}: {Shown(sql)}.",
                    "Make the same change on the target and resume, or roll this run back and start a new one.") { Table = table };
            case StatementEffect.Write:
                throw new OrchestratorException(
                    ErrorKind.Data, "E-BINLOG-006", $"The log holds a statement instead of rows for {table} at {_began}: {Shown(sql)}.",
                    "SET GLOBAL binlog_format = 'ROW' and end the sessions that use another; roll this run back and start a new one.") { Table = table };
            case StatementEffect.TwoPhase:
                throw TwoPhase();
            default:
                break;
        }

        if (_standalone || !InTransaction || effect is StatementEffect.Truncate or StatementEffect.Alter) End(batch);
    }

    private static (string, string) Name(string table)
    {
        var dot = table.IndexOf('.', StringComparison.Ordinal);
        return (table[..dot], table[(dot + 1)..]);
    }

    private static string Shown(string sql) => sql.Length <= 120 ? sql : sql[..120] + "...";

    private OrchestratorException Damaged(string why, Exception? inner) => new(
        ErrorKind.Data, "E-BINLOG-012", $"The event that ends at {Position} in the source's log is damaged: {why}.",
        "If the source itself still reads its log (mysqlbinlog --verify-binlog-checksum), report it; roll this run back and start a new one.", inner);

    private OrchestratorException TwoPhase() => Unreadable("a prepared transaction of two phases (XA)", "do without XA while the run follows changes");

    private OrchestratorException Unreadable(string what, string fix) => new(
        ErrorKind.Data, "E-BINLOG-003", $"The log holds {what} at {Position}, which is not read.", $"{fix}; roll this run back and start a new one.");
}

using System.Buffers.Binary;
using System.Text;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;

namespace Orchestrator.Engines.PostgreSql.Source;

/// <summary>
/// Turns pgoutput messages (protocol version 1) into row changes. Row images are copied as they come; nothing is parsed
/// but what is needed to find their ends.
/// https://www.postgresql.org/docs/15/protocol-logicalrep-message-formats.html
/// </summary>
internal sealed class PgOutputDecoder
{
    private static readonly DateTimeOffset PostgresEpoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly IReadOnlyList<FollowedTable> _tables;
    private readonly Dictionary<uint, int[]> _formsByOid;

    /// <summary>The form the stream described last.</summary>
    private readonly Dictionary<uint, int> _indexByOid;
    private readonly Dictionary<uint, string> _unknownNames = [];
    private readonly Lsn[] _from;
    private SourceTransaction _open;
    private Lsn _commitLsn;

    public PgOutputDecoder(IReadOnlyList<FollowedTable> tables)
    {
        _tables = tables;
        _formsByOid = tables.Select((t, i) => (t.Table.SourceId, i)).GroupBy(t => t.SourceId, t => t.i).ToDictionary(g => g.Key, g => g.ToArray());
        _indexByOid = _formsByOid.ToDictionary(f => f.Key, f => f.Value[^1]);
        _from = [.. tables.Select(t => ((LsnPosition)t.From).Lsn)];
    }

    /// <summary>Transactions that committed before are applied already: they are read over, whole.</summary>
    public Lsn SkipBefore { get; set; }

    /// <summary>A transaction has begun and its commit was not read yet.</summary>
    public bool InTransaction { get; private set; }

    /// <summary>End of the last transaction read.</summary>
    public Lsn LastEnd { get; private set; }

    /// <summary>The transaction being read; its end position is its commit position until the commit is read.</summary>
    public SourceTransaction Open => _open;

    /// <summary>Tables the stream described since this list was last emptied: the moment to compare them with the catalog.</summary>
    public List<int> Described { get; } = [];

    /// <summary>Why nothing after the last whole transaction may be applied; null: go on.</summary>
    public OrchestratorException? Stopped { get; private set; }

    /// <summary>
    /// Decodes one message. What cannot be applied sets <see cref="Stopped"/> and is not thrown, so that the whole
    /// transactions before it can still be handed out; the batch then holds nothing of the one it stands in.
    /// </summary>
    public void Feed(ReadOnlySpan<byte> message, ChangeBatchBuilder batch)
    {
        try
        {
            Decode(message, batch);
        }
        catch (OrchestratorException e)
        {
            batch.DropOpenTransaction();
            (Stopped, InTransaction) = (e, false);
        }
    }

    private void Decode(ReadOnlySpan<byte> message, ChangeBatchBuilder batch)
    {
        var body = message[1..];
        switch (message[0])
        {
            case (byte)'B':
                Begin(body);
                break;
            case (byte)'C':
                Commit(body, batch);
                break;
            case (byte)'I':
                RowChange(ChangeOp.Insert, body, batch);
                break;
            case (byte)'U':
                RowChange(ChangeOp.Update, body, batch);
                break;
            case (byte)'D':
                RowChange(ChangeOp.Delete, body, batch);
                break;
            case (byte)'T':
                Truncate(body, batch);
                break;
            case (byte)'R':
                Relation(body);
                break;
            case (byte)'M':
                LogicalMessage(body, batch);
                break;
            case (byte)'O' or (byte)'Y':
                break; // origin names and type names: nothing we need
            default:
                throw new OrchestratorException(
                    ErrorKind.Bug, "E-BUG-001", $"Unknown pgoutput message 0x{message[0]:X2} at {_commitLsn}.");
        }
    }

    private void Begin(ReadOnlySpan<byte> body)
    {
        _commitLsn = new Lsn(BinaryPrimitives.ReadUInt64BigEndian(body));
        var micros = BinaryPrimitives.ReadInt64BigEndian(body[8..]);
        var position = new LsnPosition(_commitLsn);
        _open = new SourceTransaction(position, position, PostgresEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond));
        InTransaction = true;
    }

    private void Commit(ReadOnlySpan<byte> body, ChangeBatchBuilder batch)
    {
        InTransaction = false;
        LastEnd = new Lsn(BinaryPrimitives.ReadUInt64BigEndian(body[9..]));
        if (_commitLsn >= SkipBefore) batch.EndTransaction(_open with { EndPosition = new LsnPosition(LastEnd) });
    }

    private void RowChange(ChangeOp op, ReadOnlySpan<byte> body, ChangeBatchBuilder batch)
    {
        var table = TableOf(BinaryPrimitives.ReadUInt32BigEndian(body));
        if (_commitLsn < SkipBefore || _commitLsn < _from[table]) return; // applied already, or in the table's snapshot
        body = body[4..];
        var (old, oldOffset, newOffset) = (OldImage.None, 0, 0);
        if (body[0] != (byte)'N')
        {
            old = body[0] == (byte)'O' ? OldImage.Full : OldImage.Key;
            var length = ImageLength(body[1..]);
            oldOffset = batch.Append(body.Slice(1, length));
            body = body[(1 + length)..];
        }

        if (op != ChangeOp.Delete) newOffset = batch.Append(body[1..]);
        batch.Add(op, table, old, oldOffset, newOffset);
    }

    private void Truncate(ReadOnlySpan<byte> body, ChangeBatchBuilder batch)
    {
        var count = BinaryPrimitives.ReadInt32BigEndian(body);
        var restartIdentity = (body[4] & 2) != 0 ? 1 : 0;
        for (var i = 0; i < count; i++)
        {
            var oid = BinaryPrimitives.ReadUInt32BigEndian(body[(5 + (4 * i))..]);
            // A partitioned table is named beside its partitions, which hold the rows and stand in the same message.
            if (!_indexByOid.TryGetValue(oid, out var table)) continue;
            if (_commitLsn >= SkipBefore && _commitLsn >= _from[table]) batch.Add(ChangeOp.Truncate, table, OldImage.None, 0, restartIdentity);
        }
    }

    private static int ImageLength(ReadOnlySpan<byte> image)
    {
        var reader = new TupleReader(image, 0);
        for (var i = 0; i < reader.ColumnCount; i++) reader.Next(out _);
        return reader.Position;
    }

    private int TableOf(uint oid)
    {
        if (_indexByOid.TryGetValue(oid, out var index)) return index;
        var name = _unknownNames.GetValueOrDefault(oid, $"oid {oid}");
        throw new OrchestratorException(
            ErrorKind.Data, "E-DDL-002",
            $"{name} is published but was not there when the run was planned (a new partition?); its first change is at {_commitLsn}. Nothing of that transaction was applied.",
            "Its rows cannot be added to this run: roll it back and start a new one.") { Table = name };
    }

    /// <summary>The stream describes a table before its first row and again after every change to it.</summary>
    private void Relation(ReadOnlySpan<byte> body)
    {
        var oid = BinaryPrimitives.ReadUInt32BigEndian(body);
        body = body[4..];
        var name = $"{Text(ref body)}.{Text(ref body)}";
        if (!_formsByOid.TryGetValue(oid, out var forms))
        {
            _unknownNames[oid] = name;
            return;
        }

        // The newest form first: a change that was undone again is the same form twice.
        for (var i = forms.Length - 1; i >= 0; i--)
        {
            var table = _tables[forms[i]].Table;
            if (name != table.Table.ToString() || !HasForm(body[1..], table)) continue;
            _indexByOid[oid] = forms[i];
            Described.Add(forms[i]);
            return;
        }

        throw TableChanged(_tables[forms[^1]].Table.Table);
    }

    /// <summary>The same columns in the same order, and the log carries the key of old rows.</summary>
    private static bool HasForm(ReadOnlySpan<byte> columns, TableSchema table)
    {
        var planned = table.Copied;
        if (BinaryPrimitives.ReadInt16BigEndian(columns) != planned.Count) return false;
        columns = columns[2..];
        for (var i = 0; i < planned.Count; i++)
        {
            var isKey = (columns[0] & 1) != 0;
            columns = columns[1..];
            var same = Text(ref columns) == planned[i].Name
                && BinaryPrimitives.ReadUInt32BigEndian(columns) == planned[i].TypeId
                && BinaryPrimitives.ReadInt32BigEndian(columns[4..]) == planned[i].TypeModifier;
            if (!same || (!isKey && table.Key.Columns.Contains(i))) return false;
            columns = columns[8..];
        }

        return true;
    }

    private OrchestratorException TableChanged(TableRef table) => new(
        ErrorKind.Data, "E-DDL-001",
        $"{table} changed its structure on the source (columns added, dropped, renamed or retyped, or another replica identity) before the transaction at {_commitLsn}. Everything before that transaction is applied, nothing after.",
        "Make exactly the same change on the target, then resume; both sides are compared again before the cutover.") { Table = table.ToString() };

    internal static OrchestratorException ColumnReplaced(TableRef table, string column) => new(
        ErrorKind.Data, "E-DDL-001",
        $"{table} lost its column {column} on the source and got another of that name: rows of before and after look alike in the stream.",
        "This run cannot go on with that table: roll it back and start a new one.") { Table = table.ToString(), Column = column };

    private void LogicalMessage(ReadOnlySpan<byte> body, ChangeBatchBuilder batch)
    {
        body = body[9..];
        var prefix = Text(ref body);
        var length = BinaryPrimitives.ReadInt32BigEndian(body);
        if (prefix == PgChangeCapture.MessagePrefix && _commitLsn >= SkipBefore) batch.Mark(Encoding.UTF8.GetString(body.Slice(4, length)));
    }

    private static string Text(ref ReadOnlySpan<byte> body)
    {
        var end = body.IndexOf((byte)0);
        var text = Encoding.UTF8.GetString(body[..end]);
        body = body[(end + 1)..];
        return text.Length == 0 ? "pg_catalog" : text;
    }
}

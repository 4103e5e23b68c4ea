using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.MySql.Binlog;
using Orchestrator.Engines.MySql.Native;
using Orchestrator.Engines.MySql.Sql;
using Orchestrator.Engines.MySql.Types;

namespace Orchestrator.Engines.MySql.Source;

/// <summary>
/// Rows of a query as COPY text (https://www.postgresql.org/docs/15/sql-copy.html#id-1.9.3.55.9.2): columns by tabs, rows by
/// line feeds, NULL as \N.
/// </summary>
internal sealed class MySqlRowStream(
    MySqlConnection connection, NativeRows rows, TableSchema table, ColumnPlan[] plans, ZeroDateTally zeroDates, Charsets? charsets) : IRowStream
{
    /// <summary>What COPY text must escape, and the one character PostgreSQL's text cannot hold.</summary>
    private static readonly SearchValues<byte> Special = SearchValues.Create([(byte)'\\', (byte)'\n', (byte)'\r', (byte)'\t', 0]);

    private readonly ArrayBufferWriter<byte> _pending = new(256 * 1024);
    private readonly ArrayBufferWriter<byte> _decoded = new();
    private int _taken;

    public RowFormat Format => RowFormat.Text;

    /// <summary>Every row was read: the session can be used again.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Told the table when it was read to its end.</summary>
    public Action<TableRef> OnComplete { get; init; } = _ => { };

    public int Read(Span<byte> buffer, CancellationToken ct)
    {
        using var abort = ct.Register(connection.Native.Abort);
        try
        {
            while (_pending.WrittenCount - _taken < buffer.Length && !IsComplete) ReadRow();
        }
        catch (NativeError) when (ct.IsCancellationRequested)
        {
            throw new OperationCanceledException(ct);
        }
        catch (NativeError e)
        {
            throw MySqlErrors.Describe(e, $"Reading {table.Origin}");
        }

        ct.ThrowIfCancellationRequested();
        var count = Math.Min(buffer.Length, _pending.WrittenCount - _taken);
        _pending.WrittenSpan.Slice(_taken, count).CopyTo(buffer);
        _taken += count;
        if (_taken == _pending.WrittenCount)
        {
            _pending.ResetWrittenCount();
            _taken = 0;
        }

        return count;
    }

    public ValueTask DisposeAsync()
    {
        // What is left of a read that is given up could be the whole table: its connection ends instead.
        if (!IsComplete) connection.Native.Abort();
        rows.Dispose();
        return ValueTask.CompletedTask;
    }

    private void ReadRow()
    {
        if (!rows.Next())
        {
            IsComplete = true;
            OnComplete(table.Origin!.Value);
            return;
        }

        for (var i = 0; i < plans.Length; i++)
        {
            if (i > 0) Put((byte)'\t');
            try
            {
                if (rows.IsNull(i) || !WriteValue(plans[i], rows.Value(i))) _pending.Write("\\N"u8);
            }
            catch (OrchestratorException e)
            {
                throw About(e);
            }
        }

        Put((byte)'\n');
    }

    /// <returns>False: it becomes NULL.</returns>
    private bool WriteValue(ColumnPlan plan, ReadOnlySpan<byte> value)
    {
        switch (plan.Reading)
        {
            case ValueReading.Plain or ValueReading.Float:
                _pending.Write(value);
                return true;
            case ValueReading.Text:
                WriteText(plan, value);
                return true;
            case ValueReading.Date:
                return ValueText.Date(value, plan, zeroDates, _pending);
            case ValueReading.Bytes:
                Put((byte)'\\'); // the backslash before the digits is escaped like any other
                ValueText.Bytes(value, _pending);
                return true;
            case ValueReading.BytesToUuid:
                ValueText.Uuid(value, plan, _pending);
                return true;
            case ValueReading.Bits or ValueReading.BitToBoolean:
                ValueText.Bits(value, plan.Type.Length ?? 1, _pending);
                return true;
            case ValueReading.IntegerToBoolean:
                ValueText.IntegerToBoolean(value, plan, _pending);
                return true;
            default:
                throw new InvalidOperationException($"no way to read {plan.Reading}");
        }
    }

    private void WriteText(ColumnPlan plan, ReadOnlySpan<byte> value)
    {
        ValueText.CheckLabel(value, plan);
        if (plan.IsDocument) ValueText.CheckDocument(value, plan);
        if (plan.IsDecoded)
        {
            _decoded.ResetWrittenCount();
            if (!charsets!.TryWrite(value, plan.Charset, _decoded)) throw ValueText.NoText(plan, plan.Charset);
            value = _decoded.WrittenSpan;
        }
        else if (!Utf8.IsValid(value))
        {
            throw ValueText.NoText(plan, "utf8mb4");
        }

        while (true)
        {
            var at = value.IndexOfAny(Special);
            if (at < 0) break;
            _pending.Write(value[..at]);
            Put((byte)'\\');
            Put(value[at] switch
            {
                (byte)'\n' => (byte)'n',
                (byte)'\r' => (byte)'r',
                (byte)'\t' => (byte)'t',
                0 => throw ValueText.NulCharacter(plan),
                var c => c,
            });
            value = value[(at + 1)..];
        }

        _pending.Write(value);
    }

    private void Put(byte value)
    {
        _pending.GetSpan(1)[0] = value;
        _pending.Advance(1);
    }

    private OrchestratorException About(OrchestratorException error)
    {
        var key = table.Key.Kind == RowKeyKind.FullRow
            ? "without a key"
            : string.Join(", ", table.Key.Columns.Select(c => $"{plans[c].Name} = {(rows.IsNull(c) ? "NULL" : Encoding.UTF8.GetString(rows.Value(c)))}"));
        return new OrchestratorException(error.Kind, error.Code, $"{table.Origin}, row {key}: {error.Message}", error.Fix, error)
        {
            Table = table.Origin.ToString(), Column = error.Column, Key = key,
        };
    }
}

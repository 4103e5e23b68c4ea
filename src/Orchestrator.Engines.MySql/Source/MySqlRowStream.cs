using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Orchestrator.Core.Buffers;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.MySql.Binlog;
using Orchestrator.Engines.MySql.Native;
using Orchestrator.Engines.MySql.Sql;
using Orchestrator.Engines.MySql.Types;

namespace Orchestrator.Engines.MySql.Source;

/// <summary>Rows of a query as COPY text.</summary>
internal sealed class MySqlRowStream(
    MySqlConnection connection, NativeRows rows, TableSchema table, ColumnPlan[] plans, ZeroDateTally zeroDates, Charsets? charsets) : IRowStream
{
    private readonly CopyText _pending = new();
    private readonly ArrayBufferWriter<byte> _decoded = new();

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
            while (_pending.Waiting < buffer.Length && !IsComplete) ReadRow();
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
        return _pending.Take(buffer);
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
            if (i > 0) _pending.NextColumn();
            try
            {
                if (rows.IsNull(i) || !WriteValue(plans[i], rows.Value(i))) _pending.Null();
            }
            catch (OrchestratorException e)
            {
                throw About(e);
            }
        }

        _pending.EndRow();
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
                _pending.Write("\\"u8); // the backslash before the digits is escaped like any other
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

        if (!_pending.TryWriteText(value)) throw ValueText.NulCharacter(plan);
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

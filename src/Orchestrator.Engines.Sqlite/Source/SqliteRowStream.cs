using System.Buffers;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.Sqlite.Sql;
using Orchestrator.Engines.Sqlite.Types;

namespace Orchestrator.Engines.Sqlite.Source;

/// <summary>
/// Rows of a table as COPY text (https://www.postgresql.org/docs/15/sql-copy.html#id-1.9.3.55.9.2): columns by tabs, rows by
/// line feeds, NULL as \N.
/// </summary>
internal sealed class SqliteRowStream(TableSchema table, ColumnPlan[] plans, RowCursor rows) : IRowStream
{
    private static readonly SearchValues<byte> Special = SearchValues.Create([(byte)'\\', (byte)'\n', (byte)'\r', (byte)'\t']);

    private readonly ArrayBufferWriter<byte> _pending = new(256 * 1024);
    private readonly ValueText _value = new(canonical: false);
    private int _taken;
    private bool _ended;

    public RowFormat Format => RowFormat.Text;

    public int Read(Span<byte> buffer, CancellationToken ct)
    {
        while (_pending.WrittenCount - _taken < buffer.Length && !_ended)
        {
            ct.ThrowIfCancellationRequested();
            ReadRow();
        }

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
        rows.Dispose();
        return ValueTask.CompletedTask;
    }

    private void ReadRow()
    {
        if (!rows.Next())
        {
            _ended = true;
            return;
        }

        for (var i = 0; i < plans.Length; i++)
        {
            if (i > 0) Put((byte)'\t');
            if (IsThere(i)) Escape(_value.Written);
            else _pending.Write("\\N"u8);
        }

        Put((byte)'\n');
    }

    private bool IsThere(int column)
    {
        try
        {
            return _value.Write(plans[column], rows, column);
        }
        catch (OrchestratorException e)
        {
            throw new OrchestratorException(e.Kind, e.Code, $"{table.Origin}: {e.Message}", e.Fix, e) { Table = table.Origin.ToString(), Column = e.Column, Key = e.Key };
        }
    }

    private void Escape(ReadOnlySpan<byte> text)
    {
        for (var at = text.IndexOfAny(Special); at >= 0; at = text.IndexOfAny(Special))
        {
            _pending.Write(text[..at]);
            Put((byte)'\\');
            Put(text[at] switch { (byte)'\n' => (byte)'n', (byte)'\r' => (byte)'r', (byte)'\t' => (byte)'t', var c => c });
            text = text[(at + 1)..];
        }

        _pending.Write(text);
    }

    private void Put(byte value)
    {
        _pending.GetSpan(1)[0] = value;
        _pending.Advance(1);
    }
}

using Orchestrator.Core.Buffers;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.Sqlite.Rejects;
using Orchestrator.Engines.Sqlite.Sql;
using Orchestrator.Engines.Sqlite.Types;

namespace Orchestrator.Engines.Sqlite.Source;

/// <summary>Rows of a table as COPY text.</summary>
/// <param name="table">The table.</param>
/// <param name="plans">Its columns.</param>
/// <param name="rows">Where its rows come from.</param>
/// <param name="rejects">Rows that are left out.</param>
internal sealed class SqliteRowStream(TableSchema table, ColumnPlan[] plans, RowCursor rows, RejectSet rejects) : IRowStream
{
    private readonly CopyText _pending = new();
    private readonly ValueText _value = new(canonical: false);
    private readonly bool _hasRejects = rejects.Has(table.Origin!.Value);
    private bool _ended;

    public RowFormat Format => RowFormat.Text;

    public int Read(Span<byte> buffer, CancellationToken ct)
    {
        while (_pending.Waiting < buffer.Length && !_ended)
        {
            ct.ThrowIfCancellationRequested();
            ReadRow();
        }

        return _pending.Take(buffer);
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

        if (_hasRejects && rejects.Find(table.Origin!.Value, rows.Number) is not null) return;
        for (var i = 0; i < plans.Length; i++)
        {
            if (i > 0) _pending.NextColumn();
            if (!IsThere(i)) _pending.Null();
            else if (!_pending.TryWriteText(_value.Written)) throw new InvalidOperationException($"{table.Origin} column {plans[i].Name} holds a NUL character that the scan of its values did not see");
        }

        _pending.EndRow();
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
}

using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target.Apply;

/// <summary>
/// Turns a batch into statements: collapsed by key where that is safe, in source order where it is not. Needs no
/// connection, so that one batch is planned while another is applied. Its statements are valid until it is disposed.
/// </summary>
internal sealed class BatchPlan : IDisposable
{
    private readonly ChangeBatch _batch;
    private readonly IReadOnlyList<ApplySql> _sql;
    private readonly ImageStore _images;
    private readonly NetEffect?[] _effects;

    /// <summary>Rows of tables without a key that follow each other without an update or delete in between.</summary>
    private readonly CollapsedStatements?[] _runs;
    private readonly List<IDisposable> _used = [];

    /// <param name="batch">The changes.</param>
    /// <param name="sql">Statements per table, in the order of <see cref="ChangeBatch.Tables"/>.</param>
    public BatchPlan(ChangeBatch batch, IReadOnlyList<ApplySql> sql)
    {
        _batch = batch;
        _sql = sql;
        _images = new ImageStore(batch.Buffer);
        _effects = new NetEffect?[batch.Tables.Count];
        _runs = new CollapsedStatements?[batch.Tables.Count];
        _used.Add(_images);
        Collapsed = Collapse();
    }

    /// <summary>Net effect per table; null if an order hazard was met and <see cref="Ordered"/> must be used.</summary>
    public List<ApplyStatement>? Collapsed { get; }

    public void Dispose()
    {
        foreach (var part in _used) part.Dispose();
    }

    private List<ApplyStatement>? Collapse()
    {
        var statements = new List<ApplyStatement>();
        var changes = _batch.Changes.Span;
        for (var i = 0; i < changes.Length; i++)
        {
            ref readonly var change = ref changes[i];
            if (change.Op == ChangeOp.Truncate)
            {
                if (!Flush(statements)) return null;
                i = AddTruncate(i, statements);
                continue;
            }

            var table = _batch.Tables[change.Table];
            if (_effects[change.Table] is null && _runs[change.Table] is null && HasOtherForm(table)) return null;
            // What it does to other tables must happen between the changes before and after it.
            if (table.Cascades.Count > 0 && !change.IsAlone && change.Old != OldImage.None) return null;
            if (table.Key.Kind is RowKeyKind.FullRow or RowKeyKind.None) AddKeyless(change, table, statements);
            else (_effects[change.Table] ??= Used(new NetEffect(table, _images))).Add(change);
        }

        return Flush(statements) ? statements : null;
    }

    private void AddKeyless(in RowChange change, TableSchema table, List<ApplyStatement> statements)
    {
        if (change.Op == ChangeOp.Insert && table.Copied.Count > 0)
        {
            (_runs[change.Table] ??= Used(Collapsing(change.Table))).AddInsert(new RowImage(false, change.NewOffset));
            return;
        }

        EndRun(change.Table, statements);
        statements.AddRange(OrderedFor(change.Table).Of(change));
    }

    private void EndRun(int table, List<ApplyStatement> statements)
    {
        if (_runs[table] is not { } run) return;
        statements.AddRange(run.Finish());
        _runs[table] = null;
    }

    /// <summary>The table changed its columns within the batch: what was done in which form counts.</summary>
    private bool HasOtherForm(TableSchema table)
    {
        for (var i = 0; i < _batch.Tables.Count; i++)
        {
            if ((_effects[i] is not null || _runs[i] is not null) && _batch.Tables[i].SourceId == table.SourceId) return true;
        }

        return false;
    }

    /// <summary>Every change by itself, as the source made them.</summary>
    public List<ApplyStatement> Ordered()
    {
        var statements = new List<ApplyStatement>();
        var changes = _batch.Changes.Span;
        for (var i = 0; i < changes.Length; i++)
        {
            if (changes[i].Op == ChangeOp.Truncate) i = AddTruncate(i, statements);
            else statements.AddRange(OrderedFor(changes[i].Table).Of(changes[i]));
        }

        return statements;
    }

    private OrderedStatements OrderedFor(int table) => new(_batch.Tables[table], _sql[table], _images, _batch.Tables);

    private CollapsedStatements Collapsing(int table) => new(_batch.Tables[table], _sql[table], _images);

    private bool Flush(List<ApplyStatement> statements)
    {
        for (var table = 0; table < _effects.Length; table++)
        {
            EndRun(table, statements);
            if (_effects[table] is not { } effect) continue;
            if (effect.NeedsOrder) return false;
            var collapsed = Used(Collapsing(table));
            collapsed.Add(effect);
            statements.AddRange(collapsed.Finish());
            _effects[table] = null;
        }

        return true;
    }

    private T Used<T>(T part) where T : IDisposable
    {
        _used.Add(part);
        return part;
    }

    /// <summary>All tables of one TRUNCATE in one statement, as on the source; returns the index of its last change.</summary>
    private int AddTruncate(int first, List<ApplyStatement> statements)
    {
        var changes = _batch.Changes.Span;
        var last = first;
        while (last + 1 < changes.Length && changes[last + 1].Op == ChangeOp.Truncate && changes[last + 1].Transaction == changes[first].Transaction)
            last++;
        var tables = new List<TableSchema>();
        for (var i = first; i <= last; i++) tables.Add(_batch.Tables[changes[i].Table]);
        var names = string.Join(", ", tables.Distinct().Select(t => $"ONLY {PgName.Quote(t.Table)}"));
        var restart = changes[first].NewOffset == 1 ? " RESTART IDENTITY" : "";
        statements.Add(new ApplyStatement(tables[0], $"TRUNCATE {names}{restart}", [], ApplyStatement.NoCount));
        return last;
    }
}

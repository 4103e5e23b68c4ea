using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target.Apply;

/// <summary>
/// Does to other tables what the source did to them without logging it. How many rows that hits is not known, so it is no
/// drift; a comparison tells whether it was right.
/// </summary>
/// <param name="table">The table that was changed.</param>
/// <param name="all">Every table of the batch.</param>
internal sealed class CascadeStatements(TableSchema table, IReadOnlyList<TableSchema> all)
{
    /// <summary>InnoDB follows no deeper.</summary>
    private const int Depth = 15;

    /// <summary>A row was deleted.</summary>
    /// <param name="value">Gives a column's old value as an array literal of one element.</param>
    public IEnumerable<ApplyStatement> OfDelete(Func<int, ReadOnlyMemory<byte>> value)
    {
        foreach (var cascade in table.Cascades.Where(c => c.OnDelete != CascadeAction.None))
        {
            var parameters = cascade.Columns.Select(value).ToList();
            var condition = $"({Names(cascade.ChildColumns)}) = ({Values(cascade, 0)})";
            foreach (var sql in Delete(cascade, condition, 1)) yield return new ApplyStatement(table, sql, parameters, ApplyStatement.NoCount);
        }
    }

    /// <summary>A row's key was changed.</summary>
    /// <param name="before">Gives a column's old value.</param>
    /// <param name="after">Gives its new one.</param>
    public IEnumerable<ApplyStatement> OfUpdate(Func<int, ReadOnlyMemory<byte>> before, Func<int, ReadOnlyMemory<byte>> after)
    {
        foreach (var cascade in table.Cascades.Where(c => c.OnUpdate != CascadeAction.None))
        {
            var old = cascade.Columns.Select(before).ToList();
            var now = cascade.Columns.Select(after).ToList();
            if (old.Zip(now).All(p => p.First.Span.SequenceEqual(p.Second.Span))) continue;
            var set = cascade.OnUpdate == CascadeAction.SetNull
                ? string.Join(", ", cascade.ChildColumns.Select(c => $"{PgName.Quote(c)} = NULL"))
                : string.Join(", ", cascade.ChildColumns.Select((c, i) => $"{PgName.Quote(c)} = {Value(cascade, i, old.Count)}"));
            yield return new ApplyStatement(
                table, $"UPDATE ONLY {PgName.Quote(cascade.Child)} SET {set} WHERE ({Names(cascade.ChildColumns)}) = ({Values(cascade, 0)})",
                cascade.OnUpdate == CascadeAction.SetNull ? old : [.. old, .. now], ApplyStatement.NoCount);
        }
    }

    /// <summary>Rows of the child that fulfil the condition go, those that point at them first.</summary>
    private IEnumerable<string> Delete(Cascade cascade, string condition, int depth)
    {
        var child = PgName.Quote(cascade.Child);
        if (cascade.OnDelete == CascadeAction.SetNull)
        {
            yield return $"UPDATE ONLY {child} SET {string.Join(", ", cascade.ChildColumns.Select(c => $"{PgName.Quote(c)} = NULL"))} WHERE {condition}";
            yield break;
        }

        if (all.FirstOrDefault(t => t.Table == cascade.Child) is { } schema && depth < Depth)
        {
            var further = schema.Cascades.Where(c => c.OnDelete != CascadeAction.None).ToList();
            // A table that points at itself: all that hangs together goes at once.
            foreach (var self in further.Where(c => c.Child == schema.Table && c.OnDelete == CascadeAction.Follow)) condition = Closure(schema, self, condition);
            foreach (var next in further.Where(c => c.Child != schema.Table))
            {
                var pointing = $"({Names(next.ChildColumns)}) IN (SELECT {Names(next.Columns.Select(i => schema.Copied[i].Name))} FROM ONLY {child} WHERE {condition})";
                foreach (var sql in Delete(next, pointing, depth + 1)) yield return sql;
            }
        }

        yield return $"DELETE FROM ONLY {child} WHERE {condition}";
    }

    private static string Closure(TableSchema schema, Cascade self, string condition)
    {
        var (name, refers, referred) = (PgName.Quote(schema.Table), self.ChildColumns, self.Columns.Select(i => schema.Copied[i].Name).ToList());
        var step = string.Join(" AND ", refers.Select((c, i) => $"x.{PgName.Quote(c)} = tree.{PgName.Quote(referred[i])}"));
        return $"({Names(referred)}) IN (WITH RECURSIVE tree AS (SELECT {Names(referred)} FROM ONLY {name} WHERE {condition} "
            + $"UNION SELECT {string.Join(", ", referred.Select(c => "x." + PgName.Quote(c)))} FROM ONLY {name} x JOIN tree ON {step}) SELECT * FROM tree)";
    }

    private string Values(Cascade cascade, int first) => string.Join(", ", cascade.Columns.Select((_, i) => Value(cascade, i, first)));

    private string Value(Cascade cascade, int i, int first) => $"((${first + i + 1}::text[])[1])::{table.Copied[cascade.Columns[i]].CastType}";

    private static string Names(IEnumerable<string> columns) => string.Join(", ", columns.Select(PgName.Quote));
}

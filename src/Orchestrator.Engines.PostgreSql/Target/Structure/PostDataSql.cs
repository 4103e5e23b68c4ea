using Orchestrator.Core.Model.Structure;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.Engines.PostgreSql.Target.Schema;

namespace Orchestrator.Engines.PostgreSql.Target.Structure;

/// <summary>What is created when the rows are in: indexes that are not there yet, checks, foreign keys, triggers.</summary>
internal static class PostDataSql
{
    public static IEnumerable<string> Of(TargetStructure structure, IReadOnlyList<PgIndex> built)
    {
        var there = built.Select(i => i.Table with { Name = i.Name }).ToHashSet();
        foreach (var index in structure.Tables.SelectMany(IndexSql.Of).Where(i => !there.Contains(i.Table with { Name = i.Name })))
        {
            yield return index.Create;
            if (index.Attach is not null) yield return index.Attach;
        }

        // One statement per table: its rows are read once for all of them.
        foreach (var table in structure.Tables.Where(t => t.Checks.Count > 0))
        {
            yield return $"ALTER TABLE ONLY {PgName.Quote(table.Table)} "
                + string.Join(", ", table.Checks.Select(c => $"ADD CONSTRAINT {PgName.Quote(c.Name)} CHECK ({c.Expression})"));
        }

        foreach (var table in structure.Tables)
            foreach (var key in table.ForeignKeys) yield return ForeignKey(table, key);
        foreach (var table in structure.Tables)
            if (OnUpdateSql.Trigger(table) is { } trigger) yield return trigger;
    }

    private static string ForeignKey(TableStructure table, ForeignKeyStructure key) =>
        $"ALTER TABLE ONLY {PgName.Quote(table.Table)} ADD CONSTRAINT {PgName.Quote(key.Name)} FOREIGN KEY ({Names(key.Columns)}) "
        + $"REFERENCES {PgName.Quote(key.To)} ({Names(key.ToColumns)}) ON DELETE {key.OnDelete} ON UPDATE {key.OnUpdate}";

    private static string Names(IEnumerable<string> columns) => string.Join(", ", columns.Select(PgName.Quote));
}

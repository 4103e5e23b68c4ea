using Orchestrator.Core.Assessment;
using Orchestrator.Core.Model;

namespace Orchestrator.Engines.MySql.Assessment.Checks;

/// <summary>Tables and their keys.</summary>
internal static class TableChecks
{
    public static IReadOnlyList<MySqlCheck> All { get; } =
    [
        new("F-MYS-030", Severity.Warning, "cdc", "Tables have a key", (c, f, _) =>
        {
            foreach (var table in c.Inventory.Tables.Where(t => t.Key.Kind == RowKeyKind.FullRow))
                f.Add(table.Origin.ToString()!, "has neither a primary key nor a unique one over NOT NULL columns: changed rows are looked for by all their columns, which is slow.", "ALTER TABLE ... ADD PRIMARY KEY (...);");
            return Task.CompletedTask;
        }) { OnlyWhenFollowing = true },
        new("F-MYS-031", Severity.Blocker, "full-load", "Tables are of an engine with transactions", (c, f, _) =>
        {
            foreach (var table in c.Tables.Where(t => !t.Engine.Equals("InnoDB", StringComparison.OrdinalIgnoreCase)))
                f.Add(
                    c.Request.FollowChanges ? Severity.Blocker : Severity.Warning, table.Name.ToString(), $"is of engine {table.Engine}, which shows no past moment: rows written while it is copied would be missed or doubled.",
                    $"ALTER TABLE `{table.Name.Schema}`.`{table.Name.Name}` ENGINE = InnoDB;");
            return Task.CompletedTask;
        }),
        new("F-MYS-032", Severity.Blocker, "cdc", "No foreign key deletes or changes rows behind the log", (c, f, _) =>
        {
            foreach (var (table, key) in c.Tables.SelectMany(t => t.ForeignKeys.Select(k => (t, k))))
            {
                var actions = new[] { ("ON DELETE", key.OnDelete), ("ON UPDATE", key.OnUpdate) }.Where(a => a.Item2 is "CASCADE" or "SET NULL" or "SET DEFAULT").ToList();
                if (actions.Count == 0) continue;
                var words = string.Join(" and ", actions.Select(a => $"{a.Item1} {a.Item2}"));
                f.Add(
                    key.OnDelete is "CASCADE" or "SET NULL" or "SET DEFAULT" ? Severity.Blocker : Severity.Warning, $"{table.Name}.{key.Name}",
                    $"{words}: the server changes rows of {table.Name} by itself and logs nothing of it.",
                    "Recreate it with RESTRICT and let the application do that until the cutover; comparing finds what slipped through. A change of the referenced key alone is rare: then look at the comparison.");
            }

            return Task.CompletedTask;
        }) { OnlyWhenFollowing = true },
        new("F-MYS-033", Severity.Note, "validation", "Unique keys that do not tell case apart", (c, f, _) =>
        {
            foreach (var table in c.Tables)
            {
                var texts = table.Indexes.Where(i => i.IsUnique).SelectMany(i => i.Parts).Select(p => p.Column).OfType<string>().Distinct()
                    .Where(n => table.Columns.First(x => x.Name == n) is { Charset: not ("" or "binary") }).ToList();
                if (texts.Count > 0) f.Add($"{table.Name} ({string.Join(", ", texts)})", "is unique there without regard to case, accents or blanks at the end, as its collation says; on the target only equal texts are equal.", "Make unique what must stay so: CREATE UNIQUE INDEX ... ON ... (lower(...)); on the target, after the cutover.");
            }

            return Task.CompletedTask;
        }),
        new("F-MYS-034", Severity.Note, "schema", "Names that are too long", (c, f, _) =>
        {
            foreach (var table in c.Inventory.Tables)
            {
                if (table.Origin!.Value.Name != table.Table.Name) f.Add(table.Origin.ToString()!, $"is {table.Table.Name} on the target: 63 bytes are the most there.", "Nothing, or give it a shorter name.");
                foreach (var column in table.Columns.Where(x => x.Origin!.Name != x.Name))
                    f.Add($"{table.Origin}.{column.Origin!.Name}", $"is {column.Name} on the target.", "Nothing, if you asked for it; otherwise give it a shorter name.");
            }

            return Task.CompletedTask;
        }),
    ];
}

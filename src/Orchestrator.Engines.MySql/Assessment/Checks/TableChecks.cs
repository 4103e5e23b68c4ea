using Orchestrator.Core.Assessment;
using Orchestrator.Core.Model;
using Orchestrator.Engines.MySql.Catalog;
using Orchestrator.Engines.MySql.Sql;

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
        new("F-MYS-031", Severity.Warning, "full-load", "Tables are of an engine with transactions", (c, f, _) =>
        {
            foreach (var table in c.Tables.Where(t => !t.Engine.Equals("InnoDB", StringComparison.OrdinalIgnoreCase)))
                f.Add(table.Name.ToString(), $"is of engine {table.Engine}, which shows no past moment: who writes it waits while it is copied and compared.", $"ALTER TABLE {MySqlName.Quote(table.Name)} ENGINE = InnoDB;");
            return Task.CompletedTask;
        }),
        new("F-MYS-032", Severity.Blocker, "cdc", "Foreign keys that change rows behind the log", (c, f, _) =>
        {
            var keys = c.Tables.SelectMany(t => t.ForeignKeys.Where(k => Cascades.IsAction(k.OnDelete) || Cascades.IsAction(k.OnUpdate)).Select(k => (Table: t, Key: k))).ToList();
            var isLogged = c.Variable("innodb_native_foreign_keys") == "OFF";
            f.AddTogether(
                Severity.Note, "foreign keys", [.. keys.Select(k => $"{k.Table.Name}.{k.Key.Name}")],
                "change other rows by themselves (CASCADE, SET NULL), " + (isLogged ? "which this server logs like other changes" : "of which the server logs nothing: the run does the same on the target"),
                "Nothing; the comparison before the cutover tells whether it was right.");
            if (isLogged) return Task.CompletedTask;
            foreach (var (table, key) in keys.Where(k => k.Key.OnUpdate == "CASCADE"))
            {
                var deeper = c.Tables.SelectMany(t => t.ForeignKeys).Where(k => k.To == table.Name && Cascades.IsAction(k.OnUpdate) && k.ToColumns.Intersect(key.Columns).Any()).ToList();
                if (deeper.Count > 0) f.Add($"{table.Name}.{key.Name}", $"changes columns that {deeper[0].Name} hands on to further rows when a key is changed, which the run does not do.", "Recreate one of them with RESTRICT until the cutover.");
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
        new("F-MYS-035", Severity.Blocker, "schema", "Foreign keys hold where case and blanks count", TextKeysAsync),
        new("F-MYS-036", Severity.Blocker, "cdc", "No table keeps its history", (c, f, _) =>
        {
            foreach (var table in c.Tables.Where(t => t.HasHistory))
                f.Add(c.Request.FollowChanges ? Severity.Blocker : Severity.Warning, table.Name.ToString(), "keeps the history of its rows (system versioning), which is not moved, and logs rows of it among the others.", "Leave the table out with --exclude, or ALTER TABLE ... DROP SYSTEM VERSIONING;");
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

    /// <summary>The source finds 'ABC' where 'abc' is asked for; the target does not.</summary>
    private static async Task TextKeysAsync(MySqlCheckContext context, MySqlFindings found, CancellationToken ct)
    {
        foreach (var (table, key) in context.Tables.SelectMany(t => t.ForeignKeys.Select(k => (t, k))))
        {
            if (!key.Columns.Any(n => table.Columns.First(c => c.Name == n) is { Charset: not ("" or "binary") })) continue;
            var pairs = key.Columns.Zip(key.ToColumns, (a, b) => (Here: "c." + MySqlName.Quote(a), There: "p." + MySqlName.Quote(b))).ToList();
            var join = string.Join(" AND ", pairs.Select(p => $"{p.Here} = {p.There} AND BINARY CONVERT({p.Here} USING utf8mb4) = BINARY CONVERT({p.There} USING utf8mb4)"));
            var where = string.Join(" AND ", pairs.Select(p => p.Here + " IS NOT NULL")) + $" AND {pairs[0].There} IS NULL";
            var count = await context.Connection.ScalarAsync($"SELECT COUNT(*) FROM {MySqlName.Quote(table.Name)} c LEFT JOIN {MySqlName.Quote(key.To)} p ON {join} WHERE {where}", ct);
            if (count != "0") found.Add($"{table.Name}.{key.Name}", $"{count} rows refer to a row of {key.To} in another case, with other accents or other blanks at the end, which PostgreSQL does not take for the same.", "Write the rows of both tables alike, or drop the foreign key.");
        }
    }
}

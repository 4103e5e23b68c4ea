using System.Globalization;
using Orchestrator.Core.Assessment;
using Orchestrator.Core.Model;
using Orchestrator.Core.Runs;
using Orchestrator.Engines.MySql.Catalog;
using Orchestrator.Engines.MySql.Sql;
using Orchestrator.Engines.MySql.Types;

namespace Orchestrator.Engines.MySql.Assessment.Checks;

/// <summary>Columns and the values in them.</summary>
internal static class ColumnChecks
{
    public static IReadOnlyList<MySqlCheck> All { get; } =
    [
        new("F-MYS-040", Severity.Blocker, "schema", "Every column has a type on the target", (c, f, _) =>
        {
            foreach (var (table, column) in Columns(c))
            {
                // Their values come as bytes of the server's own, which no type of the target's reads.
                var isForeign = MySqlType.Parse(column.Origin!.Type) is { IsSpatial: true } or { Name: "vector" };
                if (!isForeign && column.Type != TableMapper.Unmapped) continue;
                f.Add($"{table.Origin}.{column.Origin.Name}", $"is {column.Origin.Type}, for which PostgreSQL has no type without an extension.", isForeign ? "Leave the table out with --exclude." : "Leave the table out with --exclude, or name a type in the configuration file.");
            }

            return Task.CompletedTask;
        }),
        new("F-MYS-041", Severity.Blocker, "full-load", "Dates that are none", ZeroDatesAsync),
        new("F-MYS-042", Severity.Blocker, "full-load", "TINYINT(1) columns that become boolean hold 0 and 1 only", BooleansAsync),
        new("F-MYS-043", Severity.Blocker, "cdc", "Values of every column can be read from the log", (c, f, _) =>
        {
            foreach (var (table, column) in Columns(c))
            {
                if (!column.Origin!.Type.Contains("COMPRESSED", StringComparison.OrdinalIgnoreCase)) continue;
                f.Add($"{table.Origin}.{column.Origin.Name}", "its values are compressed in the log.", "Leave the table out with --exclude, change the column, or use --strategy parallel-batch.");
            }

            return Task.CompletedTask;
        }) { OnlyWhenFollowing = true },
        new("F-MYS-044", Severity.Note, "schema", "Enumerations that become text", (c, f, _) =>
        {
            foreach (var (table, column) in Columns(c).Where(x => x.Column.Origin!.Type.StartsWith("enum", StringComparison.OrdinalIgnoreCase) && x.Column.CastType == "text"))
                f.Add($"{table.Origin}.{column.Origin!.Name}", "becomes text with a check of its labels.", c.Mapping.Enums == EnumMapping.Check ? "Nothing: you asked for it." : "Nothing: a label is empty or longer than 63 bytes, which a type of PostgreSQL's cannot have, or has a character that the source's catalog shows as a question mark (then there is no check, either).");
            return Task.CompletedTask;
        }),
        new("F-MYS-045", Severity.Blocker, "full-load", "Keys stay keys", (c, f, _) =>
        {
            if (c.Mapping.ZeroDates != ZeroDates.Null) return Task.CompletedTask;
            foreach (var table in c.Inventory.Tables.Where(t => t.Key.Kind != RowKeyKind.FullRow))
            {
                foreach (var column in table.Key.Columns.Select(k => table.Copied[k]).Where(x => x.Origin!.Conversion == ColumnPlan.ZeroToNull))
                    f.Add($"{table.Origin}.{column.Origin!.Name}", "is part of the key and may not become NULL.", "Use --zero-dates infinity or fail.");
            }

            return Task.CompletedTask;
        }),
    ];

    private static IEnumerable<(TableSchema Table, ColumnSchema Column)> Columns(MySqlCheckContext context) =>
        context.Inventory.Tables.SelectMany(t => t.Columns.Select(c => (t, c)));

    /// <summary>One pass over each table that has dates.</summary>
    private static async Task ZeroDatesAsync(MySqlCheckContext context, MySqlFindings found, CancellationToken ct)
    {
        foreach (var table in context.Inventory.Tables)
        {
            var columns = table.Columns.Where(c => MySqlType.Parse(c.Origin!.Type).IsDate).Select(c => c.Origin!.Name).ToList();
            foreach (var (column, count) in await CountAsync(context, table, columns, ValueSql.IsNoDate, ct))
            {
                var (severity, what, fix) = context.Mapping.ZeroDates switch
                {
                    ZeroDates.Null => (Severity.Note, "they become NULL", "Nothing: you asked for it."),
                    ZeroDates.Infinity => (Severity.Note, "they become -infinity", "Nothing: you asked for it."),
                    _ => (Severity.Blocker, "PostgreSQL has no such date", "Choose --zero-dates null or --zero-dates infinity, or change the rows on the source."),
                };
                found.Add(severity, $"{table.Origin}.{column}", $"{count} rows hold a date whose year, month or day is 0, or that its month does not have: {what}.", fix);
            }
        }
    }

    private static async Task BooleansAsync(MySqlCheckContext context, MySqlFindings found, CancellationToken ct)
    {
        foreach (var table in context.Inventory.Tables)
        {
            var columns = table.Columns.Where(c => c.CastType == "boolean" && MySqlType.Parse(c.Origin!.Type).IsInteger).Select(c => c.Origin!.Name).ToList();
            foreach (var (column, count) in await CountAsync(context, table, columns, name => $"{name} NOT IN (0, 1)", ct))
                found.Add($"{table.Origin}.{column}", $"{count} rows hold another number than 0 and 1.", "Leave out --tinyint1 boolean, or give this column the type smallint in the configuration file.");
        }
    }

    private static async Task<List<(string Column, long Count)>> CountAsync(
        MySqlCheckContext context, TableSchema table, IReadOnlyList<string> columns, Func<string, string> condition, CancellationToken ct)
    {
        if (columns.Count == 0) return [];
        var sums = string.Join(", ", columns.Select(c => $"COALESCE(SUM({condition(MySqlName.Quote(c))}), 0)"));
        var row = (await context.Connection.RowsAsync($"SELECT {sums} FROM {MySqlName.Quote(table.Origin!.Value)}", ct))[0];
        return [.. columns.Select((c, i) => (c, long.Parse(row[i]!, CultureInfo.InvariantCulture))).Where(c => c.Item2 > 0)];
    }
}

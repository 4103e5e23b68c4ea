using System.Globalization;
using Orchestrator.Core.Assessment;
using Orchestrator.Core.Runs;
using Orchestrator.Engines.Sqlite.Catalog;
using Orchestrator.Engines.Sqlite.Rejects;
using Orchestrator.Engines.Sqlite.Sql;
using Orchestrator.Engines.Sqlite.Types;

namespace Orchestrator.Engines.Sqlite.Assessment.Checks;

/// <summary>What the rows really hold, whatever was declared.</summary>
internal static class ValueChecks
{
    /// <summary>More rejects than these are only counted if they are allowed.</summary>
    private const int MostCounted = 1000;

    private static readonly string[] DateWords = ["DATE", "TIME"];

    public static IReadOnlyList<SqliteCheck> All { get; } =
    [
        new("F-SQL-010", Severity.Blocker, "schema", "Every column has a type that holds all of its values", (c, f) =>
        {
            foreach (var (table, column) in c.Columns)
            {
                if (c.Mapper.TypeOf(table, column).Refused is { } why)
                    f.Add($"{table.Name}.{column.Name}", $"{why}.", "Change the values, or ask for something else in the configuration file: bytea holds everything.");
            }
        }),
        new("F-SQL-011", Severity.Warning, "schema", "Columns whose values are not what was declared", (c, f) =>
        {
            foreach (var (table, column) in c.Columns)
            {
                if (c.Mapper.TypeOf(table, column) is { Refused: null, Widened: { } why } type)
                    f.Add($"{table.Name}.{column.Name}", $"{why}: it becomes {type.Type}.", "Nothing, if your application can read that; otherwise change the values.");
            }
        }),
        new("F-SQL-012", Severity.Blocker, "full-load", "No NULL where the target refuses it", (c, f) =>
        {
            foreach (var (table, column) in c.Columns.Where(x => (x.Column.KeyPlace > 0 || x.Column.NotNull) && x.Column.Scan.Has(StorageClass.Null) && !c.Mapper.TypeOf(x.Table, x.Column).Rules.IsRequired))
                f.Add(
                    $"{table.Name}.{column.Name}", $"is {(column.KeyPlace > 0 ? "part of the primary key" : "NOT NULL")} and NULL in {column.Scan.Count(StorageClass.Null)} rows, first in {column.Scan.First(StorageClass.Null)}.",
                    "Give these rows a value, or remove them.");
        }),
        new("F-SQL-013", Severity.Note, "schema", "Dates stay what they are", (c, f) =>
        {
            foreach (var (table, column) in c.Columns.Where(x => DateWords.Any(w => x.Column.Declared.Contains(w, StringComparison.OrdinalIgnoreCase))))
                f.Add($"{table.Name}.{column.Name}", $"is declared {column.Declared}, which SQLite does not know: it becomes {c.Mapper.TypeOf(table, column).Type}, by its values.", "If all of them are texts such as 2024-02-29 23:59:59, the configuration file can make it a timestamp.");
        }),
        new("F-SQL-014", Severity.Note, "schema", "Columns that become something else because you asked for it", (c, f) =>
        {
            foreach (var (table, column) in c.Columns)
            {
                if (c.Mapper.TypeOf(table, column) is { Refused: null } type && Said(table, column, type, c.Mapper) is { Length: > 0 } said) f.Add($"{table.Name}.{column.Name}", $"{said}.", "Nothing: you asked for it.");
            }
        }),
        new("F-SQL-015", Severity.Blocker, "full-load", "No more rows are rejected than may be", (c, f) => Rejects(c, f)),
    ];

    private static void Rejects(SqliteCheckContext context, SqliteFindings found)
    {
        // What keeps a column from being planned is said already.
        if (context.Columns.Any(x => context.Mapper.TypeOf(x.Table, x.Column).Refused is not null)) return;
        var tables = context.Tables.Zip(context.Inventory.Tables).ToList();
        var most = Math.Max(context.RejectLimit, MostCounted);
        var rejects = new RejectScan(label => Open(context.Files.First(f => f.Label == label)), tables, context.Mapper, most) { IsCutOff = true }.Run(CancellationToken.None);
        var tooMany = rejects.Count > context.RejectLimit;
        foreach (var table in rejects.Tables)
        {
            var rows = rejects.Of(table);
            found.Add(
                tooMany ? Severity.Blocker : Severity.Warning, table.ToString(), string.Create(CultureInfo.InvariantCulture, $"{(rejects.Count > most ? "at least " : "")}{rows.Count} {(rows.Count == 1 ? "row is" : "rows are")} rejected, {context.RejectLimit} may be in all. {rows.First().Reason}"),
                tooMany ? "Mend these rows, or allow them to be left out with --reject-limit." : "Nothing, if they may be left out: they are written to the stash file.");
        }
    }

    private static SqliteDatabase Open(SqliteFile file)
    {
        var database = SqliteDatabase.Open(file);
        database.BeginView();
        return database;
    }

    private static string Said(SourceTable table, SourceColumn column, TypeChoice type, TableMapper mapper)
    {
        var counted = type.Rules.Conversion is ColumnConversion.None or ColumnConversion.UuidV5 ? "" : $" read as {ColumnRules.WordOf(type.Rules.Conversion)}";
        string[] parts =
        [
            type.KeyOrigin is { } origin ? $"becomes uuid, version 5 of {origin}" : mapper.Wishes.Of(table.Name, column.Name).Type is not null || counted.Length > 0 ? $"becomes {type.Type}{counted}" : "",
            type.Rules.IsRequired ? "is required" : "", type.Rules.Min is { } min ? $"is at least {min}" : "", type.Rules.Max is { } max ? $"is at most {max}" : "",
        ];
        return string.Join(", ", parts.Where(p => p.Length > 0));
    }
}

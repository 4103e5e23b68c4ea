using System.Globalization;
using Orchestrator.Core.Model;
using Orchestrator.Engines.MySql.Source;
using Orchestrator.Engines.MySql.Sql;

namespace Orchestrator.Engines.MySql.Catalog;

/// <summary>Reads databases' structure from <c>information_schema</c>, which MySQL and MariaDB fill almost alike.</summary>
internal sealed class CatalogReader(MySqlConnection connection, IReadOnlyList<string> databases)
{
    private readonly string _in = $"({MySqlName.List(databases)})";

    /// <summary>MySQL read checks and forgot them before 8.0.16.</summary>
    private bool HasChecks => connection.IsMariaDb || connection.Version.IsAtLeast(8, 0, 16);

    /// <summary>Base tables, in order of name.</summary>
    public async Task<IReadOnlyList<SourceTable>> TablesAsync(CancellationToken ct)
    {
        var checks = await ChecksAsync(ct);
        var json = checks.Where(c => IsJsonCheck(c.Value.Expression)).Select(c => (c.Table, Column: JsonColumn(c.Value.Expression))).ToHashSet();
        var columns = await ColumnsAsync(json, ct);
        var indexes = await IndexesAsync(ct);
        var keys = await ForeignKeysAsync(ct);
        var rows = await connection.RowsAsync(
            $"""
            SELECT TABLE_SCHEMA, TABLE_NAME, COALESCE(ENGINE, ''), COALESCE(TABLE_ROWS, -1), COALESCE(DATA_LENGTH, 0), COALESCE(INDEX_LENGTH, 0), AUTO_INCREMENT, TABLE_COMMENT, TABLE_TYPE
            FROM information_schema.TABLES WHERE TABLE_SCHEMA IN {_in} AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') AND {MarkerTable.NoneOfThem} ORDER BY TABLE_SCHEMA, TABLE_NAME
            """,
            ct);
        return [.. rows.Select(r => new SourceTable
        {
            Name = new TableRef(r[0]!, r[1]!),
            Engine = r[2]!,
            EstimatedRows = Long(r[3]!),
            Bytes = Long(r[4]!),
            IndexBytes = Long(r[5]!),
            AutoIncrement = r[6] is { } next ? ulong.Parse(next, CultureInfo.InvariantCulture) : null,
            Comment = r[7] ?? "",
            HasHistory = r[8] == "SYSTEM VERSIONED",
            Columns = [.. columns[new TableRef(r[0]!, r[1]!)]],
            Indexes = [.. indexes[new TableRef(r[0]!, r[1]!)]],
            ForeignKeys = [.. keys[new TableRef(r[0]!, r[1]!)]],
            Checks = [.. checks.Where(c => c.Table == new TableRef(r[0]!, r[1]!) && !json.Contains((c.Table, JsonColumn(c.Value.Expression)))).Select(c => c.Value)],
        })];
    }

    /// <summary>Views, triggers, routines, events and sequences: what is not moved.</summary>
    public async Task<IReadOnlyList<OtherObject>> OthersAsync(CancellationToken ct)
    {
        var rows = await connection.RowsAsync(
            $"""
            SELECT LOWER(TABLE_TYPE), TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA IN {_in} AND TABLE_TYPE NOT IN ('BASE TABLE', 'SYSTEM VERSIONED')
            UNION ALL SELECT 'trigger', TRIGGER_SCHEMA, CONCAT(EVENT_OBJECT_TABLE, '.', TRIGGER_NAME) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA IN {_in}
            UNION ALL SELECT LOWER(ROUTINE_TYPE), ROUTINE_SCHEMA, ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA IN {_in}
            UNION ALL SELECT 'event', EVENT_SCHEMA, EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA IN {_in}
            {(HasChecks && !connection.IsMariaDb ? $"UNION ALL SELECT 'check that is not enforced', CONSTRAINT_SCHEMA, CONCAT(TABLE_NAME, '.', CONSTRAINT_NAME) FROM information_schema.TABLE_CONSTRAINTS WHERE CONSTRAINT_SCHEMA IN {_in} AND ENFORCED = 'NO'" : "")}
            ORDER BY 1, 2, 3
            """,
            ct);
        return [.. rows.Select(r => new OtherObject(r[0]!, new TableRef(r[1]!, r[2]!)))];
    }

    private async Task<ILookup<TableRef, SourceColumn>> ColumnsAsync(HashSet<(TableRef, string)> json, CancellationToken ct)
    {
        var rows = await connection.RowsAsync(
            $"""
            SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, COALESCE(CHARACTER_SET_NAME, ''), EXTRA, COLUMN_COMMENT
            FROM information_schema.COLUMNS WHERE TABLE_SCHEMA IN {_in} ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION
            """,
            ct);
        return rows.ToLookup(r => new TableRef(r[0]!, r[1]!), r => new SourceColumn(
            r[2]!, (int)Long(r[3]!), r[4]!, r[5] == "YES", r[6], r[7]!, r[8] ?? "", r[9] ?? "", json.Contains((new TableRef(r[0]!, r[1]!), r[2]!))));
    }

    private async Task<ILookup<TableRef, SourceIndex>> IndexesAsync(CancellationToken ct)
    {
        // Only MySQL has indexes over expressions, since 8.0.13, and a column that tells them.
        var expression = connection.IsMariaDb || !connection.Version.IsAtLeast(8, 0, 13) ? "NULL" : "EXPRESSION";
        var rows = await connection.RowsAsync(
            $"""
            SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, NON_UNIQUE, INDEX_TYPE, COLUMN_NAME, SUB_PART, {expression}, COALESCE(COLLATION, '')
            FROM information_schema.STATISTICS WHERE TABLE_SCHEMA IN {_in} ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX
            """,
            ct);
        return rows.GroupBy(r => (Table: new TableRef(r[0]!, r[1]!), Name: r[2]!, Unique: r[3] == "0", Kind: r[4]!))
            .ToLookup(g => g.Key.Table, g => new SourceIndex(
                g.Key.Name, g.Key.Unique, g.Key.Kind,
                [.. g.Select(r => new SourceIndexPart(r[5], r[6] is { } prefix ? (int)Long(prefix) : null, r[7], r[8] == "D"))]));
    }

    private async Task<ILookup<TableRef, SourceForeignKey>> ForeignKeysAsync(CancellationToken ct)
    {
        var rows = await connection.RowsAsync(
            $"""
            SELECT k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.COLUMN_NAME, k.REFERENCED_TABLE_SCHEMA, k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME, r.DELETE_RULE, r.UPDATE_RULE
            FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r
              ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME
            WHERE k.TABLE_SCHEMA IN {_in} AND k.REFERENCED_TABLE_NAME IS NOT NULL ORDER BY k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION
            """,
            ct);
        return rows.GroupBy(r => (Table: new TableRef(r[0]!, r[1]!), Name: r[2]!, To: new TableRef(r[4]!, r[5]!), OnDelete: r[7]!, OnUpdate: r[8]!))
            .ToLookup(g => g.Key.Table, g => new SourceForeignKey(
                g.Key.Name, [.. g.Select(r => r[3]!)], g.Key.To, [.. g.Select(r => r[6]!)], g.Key.OnDelete, g.Key.OnUpdate));
    }

    private async Task<List<(TableRef Table, SourceCheck Value)>> ChecksAsync(CancellationToken ct)
    {
        if (!HasChecks) return [];
        var sql = connection.IsMariaDb
            ? $"SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA IN {_in} ORDER BY 1, 2, 3"
            : $"""
               SELECT c.CONSTRAINT_SCHEMA, t.TABLE_NAME, c.CONSTRAINT_NAME, c.CHECK_CLAUSE
               FROM information_schema.CHECK_CONSTRAINTS c JOIN information_schema.TABLE_CONSTRAINTS t USING (CONSTRAINT_SCHEMA, CONSTRAINT_NAME)
               WHERE c.CONSTRAINT_SCHEMA IN {_in} AND t.CONSTRAINT_TYPE = 'CHECK' AND t.ENFORCED = 'YES' ORDER BY 1, 2, 3
               """;
        var rows = await connection.RowsAsync(sql, ct);
        return [.. rows.Select(r => (new TableRef(r[0]!, r[1]!), new SourceCheck(r[2]!, r[3]!)))];
    }

    /// <summary>What MariaDB makes of a column declared JSON: <c>json_valid(`c`)</c>.</summary>
    private static bool IsJsonCheck(string expression) =>
        expression.StartsWith("json_valid(`", StringComparison.OrdinalIgnoreCase) && expression.EndsWith("`)", StringComparison.Ordinal);

    private static string JsonColumn(string expression) =>
        IsJsonCheck(expression) ? expression[12..^2].Replace("``", "`", StringComparison.Ordinal) : "";

    private static long Long(string text) => decimal.ToInt64(Math.Min(decimal.Parse(text, CultureInfo.InvariantCulture), long.MaxValue));
}

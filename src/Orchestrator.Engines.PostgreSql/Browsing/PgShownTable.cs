using Npgsql;
using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Browsing;

/// <summary>A table that the catalog lists, as it may stand in a statement.</summary>
/// <param name="From">Its rows, and not those of tables that inherit from it.</param>
/// <param name="Columns">In their order.</param>
internal sealed record PgShownTable(string From, IReadOnlyList<PgShownColumn> Columns)
{
    private const string FindSql = $"""
        SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname = $1::text AND c.relname = $2::text AND {PgRelationSql.IsUsers}
        """;

    // An int2vector counts from 0; columns that an index only includes stand behind those of its key.
    private const string ColumnsSql = """
        SELECT a.attname, format_type(a.atttypid, a.atttypmod), format_type(a.atttypid, -1),
               (SELECT array_position(i.indkey::int2[], a.attnum) FROM pg_index i
                WHERE i.indrelid = a.attrelid AND i.indisprimary AND i.indisvalid AND array_position(i.indkey::int2[], a.attnum) < i.indnkeyatts)
        FROM pg_attribute a WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
        """;

    /// <summary>Columns of the primary key in its order; empty: there is none.</summary>
    public IReadOnlyList<PgShownColumn> Key { get; } = [.. Columns.Where(c => c.KeyPlace is not null).OrderBy(c => c.KeyPlace)];

    /// <summary>Null: the catalog lists no such table.</summary>
    public static async Task<PgShownTable?> FindAsync(NpgsqlConnection connection, TableRef table, CancellationToken ct)
    {
        if (await connection.ScalarAsync<object>(FindSql, ct, table.Schema, table.Name) is not uint oid) return null;
        var columns = await connection.ListAsync(
            ColumnsSql, r => new PgShownColumn(r.GetString(0), r.GetString(1), r.GetString(2), r.IsDBNull(3) ? null : r.GetInt32(3)), ct, oid);
        return new PgShownTable($"ONLY {PgName.Quote(table)}", columns);
    }
}

/// <param name="Name">Name.</param>
/// <param name="Type">With its modifiers, for people.</param>
/// <param name="BareType">Without, for a cast.</param>
/// <param name="KeyPlace">Place in the primary key; null: not part of it.</param>
internal sealed record PgShownColumn(string Name, string Type, string BareType, int? KeyPlace);

using Npgsql;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Source;

/// <summary>
/// Reads tables, columns, keys and sequences from the system catalogs. Serves the target too: both sides' structure is
/// read by the same code, so they can be compared.
/// </summary>
public sealed class PgSourceCatalog(PgSession session) : ISourceCatalog
{
    private const string TablesSql = $"""
        SELECT c.oid, n.nspname, c.relname, c.relreplident::text,
               coalesce(pg_relation_size(c.oid), 0) / current_setting('block_size')::bigint, c.reltuples::bigint, coalesce(pg_table_size(c.oid), 0),
               {PgRelationSql.Ancestors}
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND {PgRelationSql.IsUsers}
        ORDER BY pg_table_size(c.oid) DESC, c.oid
        """;

    private const string ColumnsSql = """
        SELECT attrelid, attnum::int, attname, format_type(atttypid, atttypmod), format_type(atttypid, -1), atttypid, atttypmod,
               attnotnull, attidentity::text, attgenerated::text
        FROM pg_attribute WHERE attrelid = ANY($1) AND attnum > 0 AND NOT attisdropped ORDER BY attrelid, attnum
        """;

    // Only indexes that PostgreSQL itself accepts as replica identity: unique, immediate, valid, whole, over plain columns.
    private const string KeysSql = """
        SELECT i.indrelid, i.indisprimary, i.indisreplident,
               ARRAY(SELECT k::int FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(k, o) WHERE o <= i.indnkeyatts ORDER BY o)
        FROM pg_index i
        WHERE i.indrelid = ANY($1) AND i.indisunique AND i.indimmediate AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
        ORDER BY i.indrelid, i.indisprimary DESC, i.indexrelid
        """;

    private const string SequencesSql = $"""
        {LeftOut.With}
        SELECT n.nspname, c.relname
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'S' AND c.oid NOT IN (SELECT oid FROM left_out_sequence) AND {PgRelationSql.IsUsers}
        ORDER BY 1, 2
        """;

    /// <summary>A row of pg_attribute is written anew by every ALTER of its column, and by nothing that leaves the column alone.</summary>
    private const string ColumnsVersionSql = """
        SELECT md5(concat_ws(',',
            (SELECT string_agg(concat_ws(':', attrelid, attnum, xmin), ',' ORDER BY attrelid, attnum)
             FROM pg_attribute WHERE attrelid = ANY($1) AND attnum > 0 AND NOT attisdropped),
            (SELECT string_agg(concat_ws(':', oid, enumlabel), ',' ORDER BY oid) FROM pg_enum)))
        """;

    private sealed record TableRow(
        uint Oid, TableRef Table, string ReplicaIdentity, long Pages, long Rows, long Bytes, string[] Ancestors)
    {
        /// <summary>A partition is also found by the names of the partitioned tables above it.</summary>
        public string[] Names { get; } = [Table.ToString(), .. Ancestors];
    }

    private sealed record KeyRow(uint Table, bool Primary, bool ReplicaIdentity, int[] Columns);

    public async Task<SourceInventory> ReadAsync(TableSelection selection, CancellationToken ct)
    {
        await using var connection = await session.BorrowAsync(ct);
        // All of one moment: a table dropped between two of these queries would look altered.
        await connection.RunAsync("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", ct);
        var rows = await connection.ListAsync(TablesSql, ReadTable, ct);
        var chosen = Select(rows, selection);
        var oids = chosen.Select(t => t.Oid).ToArray();
        var columns = await ColumnsAsync(connection, oids, ct);
        var keys = (await connection.ListAsync(KeysSql, ReadKey, ct, oids)).ToLookup(k => k.Table);
        var tables = chosen.ConvertAll(t => Table(t, [.. columns[t.Oid]], keys[t.Oid]));
        return new SourceInventory
        {
            DatabaseIdentity = (await connection.ScalarAsync<string>(
                "SELECT system_identifier || '/' || (SELECT oid FROM pg_database WHERE datname = current_database()) FROM pg_control_system()", ct))!,
            ServerVersion = "PostgreSQL " + await connection.ScalarAsync<string>("SELECT current_setting('server_version')", ct),
            Tables = tables,
            ColumnsVersion = (await connection.ScalarAsync<string>(ColumnsVersionSql, ct, oids))!,
            Sequences = await connection.ListAsync(SequencesSql, r => new TableRef(r.GetString(0), r.GetString(1)), ct, oids),
        };
    }

    public async Task<IReadOnlyList<SequenceValue>> ReadSequencesAsync(IReadOnlyList<TableRef> sequences, CancellationToken ct)
    {
        if (sequences.Count == 0) return [];
        await using var connection = await session.BorrowAsync(ct);
        var sql = string.Join(
            " UNION ALL ",
            sequences.Select((s, i) => $"SELECT {i}, last_value, is_called FROM {PgName.Quote(s)}"));
        return await connection.ListAsync(
            sql, r => new SequenceValue(sequences[r.GetInt32(0)], r.GetInt64(1), r.GetBoolean(2)), ct);
    }

    /// <summary>Columns of tables as they are now, by table; a table that is gone has none.</summary>
    internal static async Task<ILookup<uint, ColumnSchema>> ColumnsAsync(NpgsqlConnection connection, uint[] oids, CancellationToken ct) =>
        (await connection.ListAsync(ColumnsSql, ReadColumn, ct, oids)).ToLookup(c => c.Table, c => c.Column);

    private static TableRow ReadTable(NpgsqlDataReader r) => new(
        r.GetFieldValue<uint>(0), new TableRef(r.GetString(1), r.GetString(2)), r.GetString(3), r.GetInt64(4), r.GetInt64(5),
        r.GetInt64(6), r.GetFieldValue<string[]>(7));

    private static (uint Table, ColumnSchema Column) ReadColumn(NpgsqlDataReader r)
    {
        var kind = (r.GetString(8), r.GetString(9)) switch
        {
            (_, not "") => ColumnKind.Generated,
            ("a", _) => ColumnKind.IdentityAlways,
            ("d", _) => ColumnKind.IdentityByDefault,
            _ => ColumnKind.Plain,
        };
        return (r.GetFieldValue<uint>(0), new ColumnSchema(
            r.GetString(2), r.GetInt32(1), r.GetString(3), r.GetString(4), r.GetFieldValue<uint>(5), r.GetInt32(6), r.GetBoolean(7), kind));
    }

    private static KeyRow ReadKey(NpgsqlDataReader r) =>
        new(r.GetFieldValue<uint>(0), r.GetBoolean(1), r.GetBoolean(2), r.GetFieldValue<int[]>(3));

    private static TableSchema Table(TableRow row, List<ColumnSchema> columns, IEnumerable<KeyRow> keys)
    {
        var copied = columns.FindAll(c => c.IsCopied);
        return new TableSchema
        {
            Table = row.Table,
            SourceId = row.Oid,
            Columns = columns,
            Key = Key(row.ReplicaIdentity, copied, [.. keys]),
            Pages = row.Pages,
            EstimatedRows = row.Rows,
            Bytes = row.Bytes,
        };
    }

    /// <summary>What the log will carry of an old row decides the key (https://www.postgresql.org/docs/15/sql-altertable.html#SQL-ALTERTABLE-REPLICA-IDENTITY).</summary>
    private static RowKey Key(string replicaIdentity, List<ColumnSchema> copied, List<KeyRow> keys)
    {
        var candidates = keys.FindAll(k => k.Columns.All(n => copied.Exists(c => c.Ordinal == n && c.NotNull)));
        var key = replicaIdentity switch
        {
            "d" => candidates.Find(k => k.Primary),
            "i" => candidates.Find(k => k.ReplicaIdentity),
            "f" => candidates.Find(k => k.Primary) ?? candidates.FirstOrDefault(),
            _ => null,
        };
        if (key is not null)
        {
            var columns = key.Columns.Select(n => copied.FindIndex(c => c.Ordinal == n)).ToArray();
            return new RowKey(key.Primary ? RowKeyKind.PrimaryKey : RowKeyKind.UniqueIndex, columns);
        }

        return replicaIdentity == "f"
            ? new RowKey(RowKeyKind.FullRow, [.. Enumerable.Range(0, copied.Count)])
            : new RowKey(RowKeyKind.None, []);
    }

    private static List<TableRow> Select(List<TableRow> tables, TableSelection selection)
    {
        var unknown = selection.Include.Concat(selection.Exclude).FirstOrDefault(p => !tables.Exists(t => TableSelection.Matches(p, t.Names)));
        if (unknown is not null)
        {
            throw new OrchestratorException(
                ErrorKind.Configuration, "E-CFG-010", $"The pattern '{unknown}' matches no table of the source.",
                "Patterns are schema.table or table, with * and ?. Check --tables and --exclude.");
        }

        return tables.FindAll(t => selection.Picks(t.Names));
    }
}

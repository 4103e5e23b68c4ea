using System.Globalization;
using Npgsql;

namespace Orchestrator.TestKit.Connectors;

/// <summary>A column of a captured table as the catalogue has it now.</summary>
internal sealed record CatalogColumn(string Name, uint Type, int Modifier, bool IsRequired, string? Default);

/// <summary>Reads types and tables from the source's catalogue, as the connector does: what it says now, not when a change was made.</summary>
internal sealed class SourceCatalog(NpgsqlConnection connection)
{
    private const string TypesSql = """
        SELECT oid::int8, typname::text, typtype::text, typbasetype::int8, typtypmod,
               CASE WHEN typcategory = 'A' AND typlen = -1 THEN typelem::int8 ELSE 0::int8 END,
               ARRAY(SELECT enumlabel::text FROM pg_catalog.pg_enum WHERE enumtypid = t.oid ORDER BY enumsortorder)
        FROM pg_catalog.pg_type t
        """;

    private const string ColumnsSql = """
        SELECT a.attname::text, a.atttypid::int8, a.atttypmod, a.attnotnull, pg_catalog.pg_get_expr(d.adbin, d.adrelid)
        FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated = ''
        WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
        """;

    // Without a primary key the first unique index stands in.
    private const string KeySql = """
        SELECT a.attname::text
        FROM (SELECT i.* FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
              WHERE i.indrelid = $1::oid AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
              ORDER BY i.indisprimary DESC, c.relname LIMIT 1) i
        CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
        WHERE k.place <= i.indnkeyatts ORDER BY k.place
        """;

    private Dictionary<uint, PgType> _types = [];

    /// <summary>All types, by number.</summary>
    public IReadOnlyDictionary<uint, PgType> Types => _types;

    /// <summary>Makes sure a type is known that may be newer than the last look.</summary>
    public async Task RequireTypesAsync(IEnumerable<uint> oids, CancellationToken ct)
    {
        if (oids.All(_types.ContainsKey)) return;
        var types = new Dictionary<uint, PgType>();
        await using var command = new NpgsqlCommand(TypesSql, connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var oid = (uint)reader.GetInt64(0);
            types[oid] = new PgType(oid, reader.GetString(1), reader.GetString(2)[0], (uint)reader.GetInt64(3), reader.GetInt32(4), (uint)reader.GetInt64(5), await reader.GetFieldValueAsync<string[]>(6, ct));
        }

        _types = types;
    }

    public async Task<IReadOnlyList<CatalogColumn>> ColumnsAsync(uint table, CancellationToken ct)
    {
        var columns = new List<CatalogColumn>();
        await using var command = Command(ColumnsSql, table);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var isNull = await reader.IsDBNullAsync(4, ct);
            columns.Add(new CatalogColumn(reader.GetString(0), (uint)reader.GetInt64(1), reader.GetInt32(2), reader.GetBoolean(3), isNull ? null : reader.GetString(4)));
        }

        return columns;
    }

    /// <summary>Columns of the key events have, in its order; empty: they have none.</summary>
    public Task<IReadOnlyList<string>> KeyAsync(uint table, CancellationToken ct) => TextsAsync(Command(KeySql, table), ct);

    /// <summary>Confirmed position of a slot; null: there is no such slot of pgoutput in this database.</summary>
    public async Task<ulong?> SlotAsync(string slot, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("""
            SELECT (confirmed_flush_lsn - '0/0'::pg_lsn)::text FROM pg_catalog.pg_replication_slots
            WHERE slot_name = $1 AND plugin = 'pgoutput' AND database = current_database()
            """, connection);
        command.Parameters.AddWithValue(slot);
        return await command.ExecuteScalarAsync(ct) is string text ? ulong.Parse(text, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>The publication is there.</summary>
    public async Task<bool> HasPublicationAsync(string publication, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("SELECT count(*) FROM pg_catalog.pg_publication WHERE pubname = $1", connection);
        command.Parameters.AddWithValue(publication);
        return await command.ExecuteScalarAsync(ct) is > 0L;
    }

    /// <summary>Tables of a publication in the order they are snapshot: number, schema, name.</summary>
    public async Task<IReadOnlyList<(uint Oid, string Schema, string Table)>> PublishedAsync(string publication, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("""
            SELECT c.oid::int8, p.schemaname::text, p.tablename::text FROM pg_catalog.pg_publication_tables p
            JOIN pg_catalog.pg_namespace n ON n.nspname = p.schemaname JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.tablename
            WHERE p.pubname = $1 ORDER BY p.schemaname COLLATE "C", p.tablename COLLATE "C"
            """, connection);
        command.Parameters.AddWithValue(publication);
        var tables = new List<(uint, string, string)>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) tables.Add(((uint)reader.GetInt64(0), reader.GetString(1), reader.GetString(2)));
        return tables;
    }

    private static async Task<IReadOnlyList<string>> TextsAsync(NpgsqlCommand command, CancellationToken ct)
    {
        await using var owned = command;
        var texts = new List<string>();
        await using var reader = await owned.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) texts.Add(reader.GetString(0));
        return texts;
    }

    private NpgsqlCommand Command(string sql, uint table)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue((long)table);
        return command;
    }
}

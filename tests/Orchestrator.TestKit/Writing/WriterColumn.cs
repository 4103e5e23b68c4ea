namespace Orchestrator.TestKit;

/// <summary>A column as the writer knows it.</summary>
/// <param name="Name">Quoted.</param>
/// <param name="Type">Type name without modifier, such as <c>varchar</c>.</param>
/// <param name="Length">Most characters of a text, 0 when unlimited.</param>
/// <param name="InKey">Part of the primary key.</param>
/// <param name="Reference">Identifies the foreign key it is part of, so that only existing values are written; 0 when of none.</param>
/// <param name="FillsItself">Identity, or a default that calls a sequence: left out of inserts.</param>
/// <param name="Nullable">NULL is a value.</param>
internal sealed record WriterColumn(string Name, string Type, int Length, bool InKey, long Reference, bool FillsItself, bool Nullable)
{
    /// <summary>Describes the writable columns of a table; generated columns are not.</summary>
    public static string ListSql(string table) => $"""
        SELECT quote_ident(a.attname), t.typname, CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4 THEN a.atttypmod - 4 ELSE 0 END,
               EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY (i.indkey)),
               coalesce((SELECT min(f.oid::bigint) FROM pg_constraint f WHERE f.conrelid = a.attrelid AND f.contype = 'f' AND a.attnum = ANY (f.conkey)), 0),
               a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false),
               NOT a.attnotnull
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = '{table.Replace("'", "''", StringComparison.Ordinal)}'::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        ORDER BY a.attnum
        """;

    /// <summary>An SQL expression for a new value, null when the type has none here (the value is then copied from another row).</summary>
    public string? Draw(Random random)
    {
        if (Nullable && !InKey && random.Next(8) == 0)
            return "NULL";
        var hex = $"{random.NextInt64():x16}{random.NextInt64():x16}";
        return Type switch
        {
            "int2" or "int4" or "int8" => $"{random.Next(30000)}",
            "numeric" => $"{random.Next(100)}.{random.Next(100):00}",
            "float4" or "float8" => $"{random.NextDouble() * 1000:R}",
            "bool" => random.Next(2) == 0 ? "false" : "true",
            "varchar" or "bpchar" => $"'{hex[..Math.Min(hex.Length, Length == 0 ? hex.Length : Length)]}'",
            // Now and then a value long enough to be stored out of line.
            "text" => random.Next(20) == 0 ? $"(SELECT string_agg(md5('{hex}' || i), '') FROM generate_series(1, 300) i)" : $"'{hex} äß€\\t'",
            "bytea" => $"'\\x{hex}'",
            "uuid" => $"'{hex}'",
            "json" or "jsonb" => $"'{{\"n\": {random.Next()}, \"s\": \"{hex}\"}}'",
            "date" => $"date '2020-01-01' + {random.Next(2000)}",
            "timestamp" or "timestamptz" => "clock_timestamp()",
            "interval" => $"interval '{random.Next(1000)} minutes'",
            _ => null,
        };
    }
}

using Orchestrator.Core.Validation;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Validation;

/// <summary>
/// Builds the statements that digest one table on one server. OFFSET 0 keeps the planner from writing the row's bytes
/// into both hash calls and computing them twice.
/// </summary>
public sealed class PgDigestSql(PgTableShape shape, DigestTable table, PgHash hash)
{
    /// <summary>Characters of a value that are reported.</summary>
    public const int ReportedCharacters = 128;

    private readonly PgDigestColumn[] _columns = [.. table.Columns.Select(shape.Column)];
    private readonly PgDigestColumn[] _key = [.. table.Key.Select(shape.Column)];

    public bool HasKey => _key.Length > 0;

    /// <summary>Columns: bucket, rows, both sums as text.</summary>
    /// <param name="buckets">A power of two.</param>
    /// <param name="fromPage">First page of the part.</param>
    /// <param name="toPage">First page no longer in it; null: to the end.</param>
    public string Digest(int buckets, long fromPage, long? toPage)
    {
        var where = Pages(fromPage, toPage);
        return HasKey
            ? $"""
               SELECT b, count(*), sum({hash.A("s")})::text, sum({hash.B("s")})::text
               FROM (SELECT {Bucket(buckets)} AS b, {Row()} AS s FROM {shape.From} AS t{where} OFFSET 0) x GROUP BY b
               """
            : $"""
               SELECT (a & {buckets - 1})::int, count(*), sum(a)::text, sum(z)::text FROM ({Hashes(where, "")}) y GROUP BY 1
               """;
    }

    /// <summary>Rows of the buckets in <c>$1</c>. Columns: key as text[], both hashes, count.</summary>
    public string Rows(int buckets) => HasKey
        ? $"""
           SELECT k, {hash.A("s")}, {hash.B("s")}, 1::bigint
           FROM (SELECT {KeyTexts()} AS k, {Row()} AS s FROM {shape.From} AS t WHERE {Bucket(buckets)} = ANY($1) OFFSET 0) x
           """
        : $"""
           SELECT ARRAY[]::text[], a, z, count(*) FROM ({Hashes("", "")}) y WHERE (a & {buckets - 1})::int = ANY($1) GROUP BY a, z
           """;

    /// <summary>
    /// Wanted rows with values. With a key: one text[] parameter per key column; without: two bigint[] with the hashes.
    /// Columns: key, both hashes, count, then per compared column beginning, length and digest of its text as three text[].
    /// </summary>
    public string Read() => HasKey ? ReadByKey() : ReadByHash();

    /// <summary>Forms of the compared columns.</summary>
    public IReadOnlyList<string?> Forms => [.. _columns.Select(hash.Form)];

    /// <summary>Rows as the canonical texts of the compared columns, JSON as the server writes it: one text[].</summary>
    public string Texts(long fromPage, long? toPage) => $"SELECT {RowTexts()} FROM {shape.From} AS t{Pages(fromPage, toPage)}";

    /// <summary>As <see cref="Texts"/>, of the rows whose keys are in the parameters, one text[] per key column.</summary>
    public string TextsByKey()
    {
        var names = string.Join(", ", _key.Select((_, i) => $"k{i}"));
        var parameters = string.Join(", ", _key.Select((_, i) => $"${i + 1}::text[]"));
        var wanted = string.Join(", ", _key.Select((_, i) => $"w.k{i}"));
        var match = string.Join(" AND ", _key.Select((c, i) => hash.KeyMatch(c, Name(c), $"w.k{i}")));
        return $"""
            SELECT r FROM (SELECT {KeyTexts()} AS k, ARRAY[{wanted}] AS q, {RowTexts()} AS r
                           FROM unnest({parameters}) AS w({names}) JOIN {shape.From} AS t ON {match} OFFSET 0) x WHERE k = q
            """;
    }

    private string RowTexts() => $"ARRAY[{string.Join(", ", _columns.Select(TextOf))}]::text[]";

    private string ReadByKey()
    {
        var names = string.Join(", ", _key.Select((_, i) => $"k{i}"));
        var parameters = string.Join(", ", _key.Select((_, i) => $"${i + 1}::text[]"));
        var wanted = string.Join(", ", _key.Select((_, i) => $"w.k{i}"));
        var match = string.Join(" AND ", _key.Select((c, i) => hash.KeyMatch(c, Name(c), $"w.k{i}")));
        return $"""
            SELECT k, {hash.A("s")}, {hash.B("s")}, 1::bigint, p, l, m
            FROM (SELECT {KeyTexts()} AS k, ARRAY[{wanted}] AS q, {Row()} AS s, {Cells()}
                  FROM unnest({parameters}) AS w({names}) JOIN {shape.From} AS t ON {match} OFFSET 0) x WHERE k = q
            """;
    }

    private string ReadByHash() => $"""
        WITH f AS MATERIALIZED (
            SELECT DISTINCT ON (a, z) a, z, count(*) OVER (PARTITION BY a, z) AS n, o, c
            FROM ({Hashes("", ", tableoid AS o, ctid AS c")}) y
            JOIN unnest($1::bigint[], $2::bigint[]) AS w(a, z) USING (a, z))
        SELECT ARRAY[]::text[], f.a, f.z, f.n, {Cells()} FROM f JOIN {shape.From} AS t ON t.ctid = f.c AND t.tableoid = f.o
        """;

    private string Hashes(string where, string more) =>
        $"""
        SELECT {hash.A("s")} AS a, {hash.B("s")} AS z{(more.Length > 0 ? ", o, c" : "")}
        FROM (SELECT {Row()} AS s{more} FROM {shape.From} AS t{where} OFFSET 0) x OFFSET 0
        """;

    private string Row() => hash.Bytes([.. _columns.Select(c => hash.Value(c, Name(c)))]);

    private string Bucket(int buckets)
    {
        var key = hash.KeyHash([.. _key.Select(c => (c, Name(c)))]);
        return $"({key} & {buckets - 1})::int";
    }

    private string KeyTexts() => $"ARRAY[{string.Join(", ", _key.Select(TextOf))}]";

    private string Cells()
    {
        var texts = _columns.Select(TextOf).ToArray();
        return $"""
            ARRAY[{string.Join(", ", texts.Select(t => $"left({t}, {ReportedCharacters})"))}]::text[] AS p,
            ARRAY[{string.Join(", ", texts.Select(t => $"length({t})::text"))}]::text[] AS l,
            ARRAY[{string.Join(", ", texts.Select(hash.Digest))}]::text[] AS m
            """;
    }

    private static string Name(PgDigestColumn column) => "t." + PgName.Quote(column.Name);

    private string TextOf(PgDigestColumn column) => hash.Text(column, Name(column));

    private static string Pages(long from, long? to) => (from, to) switch
    {
        (0, null) => "",
        (_, null) => $" WHERE t.ctid >= '({from},0)'::tid",
        _ => $" WHERE t.ctid >= '({from},0)'::tid AND t.ctid < '({to},0)'::tid",
    };
}

using System.Globalization;
using System.Security.Cryptography;
using Orchestrator.Core.Model;
using Orchestrator.Core.Validation;
using Orchestrator.Engines.MySql.Sql;
using Orchestrator.Engines.MySql.Types;

namespace Orchestrator.Engines.MySql.Validation;

/// <summary>
/// Builds the statements that digest one table by <see cref="CanonicalForm"/>. A text longer than max_allowed_packet
/// makes a hash NULL: such rows are counted, so that they cannot pass unseen.
/// </summary>
internal sealed class DigestSql
{
    private const int ReportedCharacters = 128;

    private readonly string _from;
    private readonly CanonicalMethod _method;
    private readonly bool _isMariaDb;
    private readonly ColumnPlan[] _columns;
    private readonly ColumnPlan[] _key;

    public DigestSql(TableSchema schema, DigestTable table, CanonicalMethod method, bool isMariaDb)
    {
        (_method, _isMariaDb) = (method, isMariaDb);
        var plans = schema.Columns.ToDictionary(c => c.Name, c => new ColumnPlan(c), StringComparer.Ordinal);
        (_columns, _key) = ([.. table.Columns.Select(c => plans[c])], [.. table.Key.Select(c => plans[c])]);
        _from = $"{MySqlName.Quote(schema.Origin!.Value)} t";
    }

    /// <summary>What this server makes of <see cref="CanonicalForm.ProbeRow"/>.</summary>
    public static string Probe(CanonicalMethod method, bool isMariaDb)
    {
        var texts = CanonicalForm.ProbeRow.Select(t => t is null ? "NULL" : MySqlName.Literal(t)).ToArray();
        (texts[2], texts[3]) = (ValueSql.Numeric("(-1.50)"), ValueSql.Float("1.5 + 0e0", isMariaDb));
        var row = Digest(method, $"CONCAT({string.Join(", ", texts.Select(t => $"COALESCE(CONCAT(CHAR_LENGTH({t}), ':', {t}), '~')"))})");
        var key = Digest(method, $"CONCAT(CHAR_LENGTH({texts[0]}), ':', {texts[0]})");
        return $"SELECT CONCAT({First(row)}, ' ', {Second(row)}, ' ', {First(key)})";
    }

    public bool HasKey => _key.Length > 0;

    /// <summary>Forms of the compared columns.</summary>
    public IReadOnlyList<string?> Forms => [.. _columns.Select(c => c.Form)];

    /// <summary>Which of the compared columns <see cref="Texts"/> gives as bytes.</summary>
    public IReadOnlyList<bool> AreBytes => [.. _columns.Select(c => c.Form == CanonicalForm.Bytes)];

    /// <summary>Rows as the canonical texts of the compared columns, JSON and bytes as they stand.</summary>
    /// <param name="wanted">Only those with these keys; empty: all.</param>
    public string Texts(IReadOnlyList<RowDigest> wanted) =>
        $"SELECT {string.Join(", ", _columns.Select(c => c.Form == CanonicalForm.Bytes ? "t." + MySqlName.Quote(c.Name) : Canonical(c)))} FROM {_from}{(HasKey && wanted.Count > 0 ? " WHERE " + Match(wanted) : "")}";

    /// <summary>Columns: bucket, rows, rows with a hash, both sums.</summary>
    public string Digest(int buckets) =>
        $"SELECT {Bucket(buckets)}, COUNT(*), COUNT(h), SUM({First("h")}), SUM({Second("h")}) FROM (SELECT {Hash(_columns)} AS h, {Hash(KeyOrRow)} AS k FROM {_from}) x GROUP BY 1";

    /// <summary>Columns: both hashes, count, then the key's texts.</summary>
    public string Rows(int buckets, IEnumerable<int> chosen)
    {
        var list = string.Join(", ", chosen.Select(b => b.ToString(CultureInfo.InvariantCulture)));
        var keys = string.Concat(_key.Select((k, i) => $", {Canonical(k)} AS k{i}"));
        var names = string.Concat(_key.Select((_, i) => $", k{i}"));
        return HasKey
            ? $"SELECT {First("h")}, {Second("h")}, 1{names} FROM (SELECT {Hash(_columns)} AS h, {Hash(KeyOrRow)} AS k{keys} FROM {_from}) x WHERE {Bucket(buckets)} IN ({list})"
            : $"SELECT {First("h")}, {Second("h")}, COUNT(*) FROM (SELECT {Hash(_columns)} AS h, {Hash(KeyOrRow)} AS k FROM {_from}) x WHERE {Bucket(buckets)} IN ({list}) GROUP BY 1, 2";
    }

    /// <summary>Columns: both hashes, count, the key's texts, then of each compared column beginning, length and digest.</summary>
    public string Read(IReadOnlyList<RowDigest> wanted)
    {
        var cells = string.Concat(_columns.Select(c => Canonical(c)).Select(t => $", LEFT({t}, {ReportedCharacters}), CHAR_LENGTH({t}), {Digest(_method, t)}"));
        var keys = string.Concat(_key.Select(k => ", " + Canonical(k)));
        var select = $"SELECT {First(Hash(_columns))}, {Second(Hash(_columns))}";
        if (!HasKey)
        {
            var pairs = string.Join(", ", wanted.Select(w => string.Create(CultureInfo.InvariantCulture, $"({w.HashA}, {w.HashB})")));
            return $"{select}, COUNT(*) OVER (PARTITION BY {Hash(_columns)}){cells} FROM {_from} WHERE ({First(Hash(_columns))}, {Second(Hash(_columns))}) IN ({pairs})";
        }

        return $"{select}, 1{keys}{cells} FROM {_from} WHERE {Match(wanted)}";
    }

    private string Match(IEnumerable<RowDigest> wanted) =>
        string.Join(" OR ", wanted.Select(w => "(" + string.Join(" AND ", _key.Select((k, i) => Match(k, w.Key[i]))) + ")"));

    private ColumnPlan[] KeyOrRow => HasKey ? _key : _columns;

    /// <summary>An index can serve the first comparison where the value's text is one the server reads back; the second is the exact one.</summary>
    private string Match(ColumnPlan column, string text)
    {
        var exact = $"BINARY {Canonical(column)} = BINARY {MySqlName.Literal(text)}";
        return column.Form is CanonicalForm.Integer or CanonicalForm.Numeric && column.Reading == ValueReading.Plain
            ? $"t.{MySqlName.Quote(column.Name)} = {text}"
            : column.Form == CanonicalForm.Text && column.Type.IsText ? $"t.{MySqlName.Quote(column.Name)} = {MySqlName.Literal(text)} AND {exact}" : exact;
    }

    private string Canonical(ColumnPlan column) => ValueSql.Canonical(column, "t", _isMariaDb);

    private string Hash(IEnumerable<ColumnPlan> columns)
    {
        var parts = string.Join(", ", columns.Select(c =>
        {
            var text = Canonical(c);
            var counted = !_isMariaDb && c.Form == CanonicalForm.Float ? ValueSql.Once(text, Counted) : Counted(text);
            return $"COALESCE({counted}, IF(t.{MySqlName.Quote(c.Name)} IS NULL{(c.ZeroDate == ColumnPlan.ZeroToNull ? $" OR {ValueSql.IsNoDate("t." + MySqlName.Quote(c.Name))}" : "")}, '~', NULL))";
        }));
        return Digest(_method, parts.Length > 0 ? $"CONCAT({parts})" : "''");
    }

    /// <summary>Hexadecimal digits.</summary>
    private static string Digest(CanonicalMethod method, string text) => method.Algorithm == HashAlgorithmName.MD5 ? $"MD5({text})" : $"SHA2({text}, 256)";

    private static string Counted(string text) => $"CONCAT(CHAR_LENGTH({text}), ':', {text})";

    private static string Bucket(int buckets) => string.Create(CultureInfo.InvariantCulture, $"(CONV(SUBSTR(k, 9, 8), 16, 10) & {buckets - 1})");

    private static string First(string hash) => $"CAST(CONV(SUBSTR({hash}, 1, 16), 16, -10) AS SIGNED)";

    private static string Second(string hash) => $"CAST(CONV(SUBSTR({hash}, 17, 16), 16, -10) AS SIGNED)";
}

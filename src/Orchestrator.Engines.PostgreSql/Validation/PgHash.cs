using Orchestrator.Core.Validation;

namespace Orchestrator.Engines.PostgreSql.Validation;

/// <summary>
/// A way to hash rows, as SQL. The row becomes one string of bytes first, which is then hashed as a whole: combining
/// hashes of columns by adding would not notice two values of a column swapped between two rows.
/// </summary>
public abstract class PgHash
{
    public static PgHash Record { get; } = new RecordHash();

    public static PgHash Md5 { get; } = new Md5Text();

    /// <summary>By methods other database systems have too, the preferred one first.</summary>
    public static IReadOnlyList<PgHash> Canonical { get; } = [.. CanonicalMethod.All.Select(m => new PgCanonicalHash(m))];

    /// <summary>Name the method goes by.</summary>
    public abstract string Name { get; }

    public static PgHash ByName(string name) => ((PgHash[])[Record, Md5, .. Canonical]).FirstOrDefault(h => h.Name == name)
        ?? throw new ArgumentOutOfRangeException(nameof(name), name, "not a digest method");

    /// <summary>What must be equal for two columns to be comparable; null: the column cannot be compared by this method.</summary>
    public virtual string? Form(PgDigestColumn column) => PgValueForms.Comparable(column.TypeId, column.CastType);

    /// <summary>The value as it is shown and as rows are recognised by it; NULL for NULL.</summary>
    public virtual string Text(PgDigestColumn column, string expression) => Output(expression);

    /// <summary>
    /// A condition that holds at least where the column's text is the wanted one, by the type's own operator where an index
    /// can serve it; what that finds equal though its text differs is sorted out afterwards. Operators of user types are not
    /// on our search path.
    /// </summary>
    public virtual string KeyMatch(PgDigestColumn column, string expression, string wanted) => PgValueForms.Of(column.TypeId) == PgValueForm.Text
        ? $"{Text(column, expression)} = {wanted}"
        : $"{expression} = {wanted}::{column.CastType}";

    /// <summary>The value as the output function writes it, NULL for NULL. A cast could be a user's own and lose something;
    /// IS DISTINCT FROM NULL is true for a composite value whose fields are all NULL, IS NOT NULL is not.</summary>
    protected internal static string Output(string value) => $"CASE WHEN {value} IS DISTINCT FROM NULL THEN format('%s', {value}) END";

    /// <summary>A column as it enters <see cref="Bytes"/>.</summary>
    public abstract string Value(PgDigestColumn column, string expression);

    /// <summary>The whole row, unambiguous.</summary>
    public abstract string Bytes(IReadOnlyList<string> values);

    /// <summary>Hexadecimal digits that say whether two long texts are the same one.</summary>
    public virtual string Digest(string text) => $"md5(convert_to({text}, 'UTF8'))";

    /// <summary>First 64-bit hash of what <see cref="Bytes"/> gave.</summary>
    public abstract string A(string bytes);

    /// <summary>Second 64-bit hash.</summary>
    public abstract string B(string bytes);

    /// <summary>A hash of the key that says which bucket a row is in; equal keys give equal hashes.</summary>
    public virtual string KeyHash(IReadOnlyList<(PgDigestColumn Column, string Expression)> key) =>
        A(Bytes([.. key.Select(k => Value(k.Column, k.Expression))]));

    /// <summary>
    /// PostgreSQL 14+: the row in binary form (record_send: per column type number, length or NULL mark, bytes) through the
    /// server's own 64-bit hash with two seeds. Hashing the values directly would be quicker but blind: the server folds
    /// bigint and timestamps to 32 bits and takes 1.5 for 1.50, 0.0 for -0.0.
    /// </summary>
    private sealed class RecordHash : PgHash
    {
        public override string Name => "pg-record-hash";

        public override string Value(PgDigestColumn column, string expression) => PgValueForms.Of(column.TypeId) switch
        {
            PgValueForm.Text => Output(expression),
            PgValueForm.Float => $"CASE WHEN {expression} = 'NaN' THEN 'NaN'::{column.CastType} ELSE {expression} END",
            _ => PgValueForms.IsVarchar(column.TypeId) ? expression + "::text" : expression,
        };

        public override string Bytes(IReadOnlyList<string> values) => $"record_send(ROW({string.Join(", ", values)}))";

        public override string A(string bytes) => $"hash_record_extended(ROW({bytes}), 7046029254386353131)";

        public override string B(string bytes) => $"hash_record_extended(ROW({bytes}), -3335678366873096957)";

        public override string KeyHash(IReadOnlyList<(PgDigestColumn Column, string Expression)> key) =>
            key.Count == 1 && PgValueForms.IsPlainKey(key[0].Column.TypeId)
                ? $"hash_record_extended(ROW({key[0].Expression}), 1)"
                : base.KeyHash(key);
    }

    /// <summary>Any version: md5 of the columns' texts.</summary>
    private sealed class Md5Text : PgTextHash
    {
        public override string Name => "md5-text";
    }
}

using System.Security.Cryptography;
using Orchestrator.Core.Validation;

namespace Orchestrator.Engines.PostgreSql.Validation;

/// <summary>PostgreSQL 13+: a hash of the columns' canonical texts, which other database systems can write too.</summary>
public sealed class PgCanonicalHash(CanonicalMethod method) : PgTextHash
{
    public override string Name => method.Name;

    public override string Digest(string text) =>
        method.Algorithm == HashAlgorithmName.MD5 ? base.Digest(text) : $"encode(sha256(convert_to({text}, 'UTF8')), 'hex')";

    public override string? Form(PgDigestColumn column) => CanonicalForm.Of(column.CastType, column.IsEnum);

    public override string Text(PgDigestColumn column, string expression) => PgCanonicalSql.Of(column, FormOf(column), expression);

    /// <summary>Long expressions are computed once.</summary>
    public override string Value(PgDigestColumn column, string expression) =>
        FormOf(column) is CanonicalForm.Float or CanonicalForm.Timestamp or CanonicalForm.Moment or CanonicalForm.Time
            ? $"(SELECT {Counted("x")} FROM (SELECT {Text(column, expression)} OFFSET 0) v(x))"
            : base.Value(column, expression);

    /// <summary>
    /// The wanted text comes from another system: it is made a value of the column's type only where that cannot fail, else
    /// texts are compared.
    /// </summary>
    public override string KeyMatch(PgDigestColumn column, string expression, string wanted) => FormOf(column) switch
    {
        CanonicalForm.Integer => $"{expression} = CASE WHEN {wanted}::numeric BETWEEN {long.MinValue} AND {long.MaxValue} THEN {wanted}::bigint END",
        CanonicalForm.Numeric => $"{expression} = {wanted}::numeric",
        CanonicalForm.Text when !column.IsEnum => $"{expression} = {wanted}{(PgCanonicalSql.IsPadded(column) ? "::bpchar" : "")}",
        CanonicalForm.Bytes => $"{expression} = decode({wanted}, 'hex')",
        CanonicalForm.Uuid => $"{expression} = {wanted}::uuid",
        CanonicalForm.Date => $"{expression} = {Day(wanted)}::date END",
        CanonicalForm.Timestamp => $"{expression} = {Day(wanted)}::timestamp END",
        CanonicalForm.Moment => $"{expression} = {Day(wanted)}::timestamp AT TIME ZONE 'UTC' END",
        _ => $"{Text(column, expression)} = {wanted}",
    };

    /// <summary>The zero dates of MySQL are none here.</summary>
    private static string Day(string wanted) => $"CASE WHEN {wanted} !~ '^0000|-00' THEN {wanted}";

    private string FormOf(PgDigestColumn column) => Form(column)
        ?? throw new ArgumentException($"column {column.Name} of type {column.Type} has no canonical text", nameof(column));
}

namespace Orchestrator.Engines.PostgreSql.Validation;

/// <summary>A hash of the columns' texts, each with its length before it and a mark for NULL.</summary>
public abstract class PgTextHash : PgHash
{
    public override string Value(PgDigestColumn column, string expression) => Counted(Text(column, expression));

    public override string Bytes(IReadOnlyList<string> values) =>
        Digest(values.Count == 0 ? "''" : string.Join(" || ", values));

    public override string A(string bytes) => $"('x' || substr({bytes}, 1, 16))::bit(64)::bigint";

    public override string B(string bytes) => $"('x' || substr({bytes}, 17, 16))::bit(64)::bigint";

    protected static string Counted(string text) => $"coalesce(length({text}) || ':' || {text}, '~')";
}

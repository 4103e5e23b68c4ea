namespace Orchestrator.Engines.PostgreSql.Validation;

/// <summary>md5 of the columns' texts, each with its length before it and a mark for NULL.</summary>
public abstract class PgMd5Hash : PgHash
{
    public override string Value(PgDigestColumn column, string expression) => Counted(Text(column, expression));

    public override string Bytes(IReadOnlyList<string> values) =>
        $"md5(convert_to({(values.Count == 0 ? "''" : string.Join(" || ", values))}, 'UTF8'))";

    public override string A(string bytes) => $"('x' || substr({bytes}, 1, 16))::bit(64)::bigint";

    public override string B(string bytes) => $"('x' || substr({bytes}, 17, 16))::bit(64)::bigint";

    protected static string Counted(string text) => $"coalesce(length({text}) || ':' || {text}, '~')";
}

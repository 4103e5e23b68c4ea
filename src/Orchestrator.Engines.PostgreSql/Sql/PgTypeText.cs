namespace Orchestrator.Engines.PostgreSql.Sql;

/// <summary>Names of types as text.</summary>
internal static class PgTypeText
{
    /// <summary>For comparing: the server quotes only names that need it, the structure of another system's source quotes all of its own.</summary>
    public static string Plain(string type) => type.Replace("\"", "", StringComparison.Ordinal);
}

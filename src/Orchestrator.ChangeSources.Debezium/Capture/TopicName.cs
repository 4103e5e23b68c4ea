using Orchestrator.Core.Model;

namespace Orchestrator.ChangeSources.Debezium.Capture;

/// <summary>
/// The topic Debezium writes a table's changes to. Other characters than letters, digits, dots, dashes and underscores become
/// underscores, so two tables may share one; events tell their table themselves
/// (https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-topic-names).
/// </summary>
internal static class TopicName
{
    public static string Of(string prefix, TableRef table) =>
        string.Create(null, $"{prefix}.{table.Schema}.{table.Name}").Aggregate(new System.Text.StringBuilder(), (text, c) => text.Append(IsAllowed(c) ? c : '_')).ToString();

    private static bool IsAllowed(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_';
}

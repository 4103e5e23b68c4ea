using Orchestrator.ChangeSources.Debezium.Envelope;
using Orchestrator.Core.Assessment;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;

namespace Orchestrator.ChangeSources.Debezium.Assessment;

/// <summary>What Debezium would lose of the tables' values: those there are now are looked for, those to come are warned of.</summary>
internal static class LossFindings
{
    /// <summary>Columns named at most in one warning.</summary>
    private const int Named = 20;

    public static async Task<IReadOnlyList<Finding>> OfAsync(IRelayableSource source, ConnectorKind connector, IReadOnlyList<TableSchema> tables, DebeziumModes modes, CancellationToken ct)
    {
        var types = await source.UserTypesAsync(ct);
        var found = new List<Finding>();
        var watched = new List<string>();
        foreach (var table in tables)
        {
            foreach (var loss in LossyColumns.Of(table, connector, modes, types))
            {
                var column = $"{table.Table}.{loss.Column}";
                if (await WhereAsync(source, table.SourceName, loss, ct) is { } where) found.Add(new Finding("F-DBZ-003", Severity.Blocker, column, $"{loss.Why} {where}", loss.Advice, "cdc"));
                else watched.Add(column);
            }
        }

        if (watched.Count > 0) found.Add(Warning([.. watched.Distinct(StringComparer.Ordinal)]));
        return found;
    }

    /// <returns>What is the matter now; null: nothing that could be lost was found.</returns>
    private static async Task<string?> WhereAsync(IRelayableSource source, TableRef table, LossyColumn loss, CancellationToken ct)
    {
        if (loss.Probe is null) return "That is so for every value.";
        return await source.AnyRowAsync(table, loss.Probe, ct) switch
        {
            true => "Rows have such values.",
            null => "Whether rows have such values could not be told within a minute.",
            false => null,
        };
    }

    private static Finding Warning(List<string> columns) => new(
        "F-DBZ-004", Severity.Warning, "source",
        $"no row has a value that Debezium loses, but later ones may: {string.Join(", ", columns.Take(Named))}{(columns.Count > Named ? $" and {columns.Count - Named} more" : "")}. "
        + "An infinite date, one before Christ, one that is none (0000-00-00), an array of several dimensions, or a timetz with a zone is meant; what shows in the event stops the run, the rest only the comparison finds.",
        "Keep the comparison on (--validate), or use embedded capture.", "validation");
}

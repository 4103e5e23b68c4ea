using Orchestrator.ChangeSources.Debezium.Envelope.Forms;
using Orchestrator.Core.Model;

namespace Orchestrator.ChangeSources.Debezium.Envelope;

/// <summary>A column that Debezium does not carry over whole.</summary>
/// <param name="Column">Its name on the source.</param>
/// <param name="Why">What becomes of it.</param>
/// <param name="Advice">What to do.</param>
/// <param name="Probe">
/// A condition in the source's SQL, true for the values that would be lost; null: every value would be. Values that come after the
/// question was asked stop the run, as far as the loss can be seen in the event.
/// </param>
internal sealed record LossyColumn(string Column, string Why, string Advice, string? Probe);

/// <summary>
/// Says before a run what Debezium would lose of a table (seen in recorded events of version 3.6). Not among them: an unsigned bigint,
/// which without precise mode arrives as a negative number and is turned back.
/// </summary>
internal static class LossyColumns
{
    private const string Advice = "Use embedded capture (--change-source embedded), or leave the table out.";

    public static IReadOnlyList<LossyColumn> Of(
        TableSchema table, ConnectorKind connector, DebeziumModes modes, IReadOnlyDictionary<uint, UserType>? userTypes = null)
    {
        var found = new List<LossyColumn>();
        foreach (var column in table.Copied)
        {
            var name = TableForm.SourceName(column);
            var losses = connector == ConnectorKind.PostgreSql
                ? OfPostgreSql(column, PostgreSqlForms.Of(column, modes, userTypes ?? new Dictionary<uint, UserType>()), modes)
                : OfMySql(column, MySqlForms.Of(column, modes), modes);
            found.AddRange(losses.Select(l => new LossyColumn(name, l.Why, Advice, l.Probe)));
        }

        return found;
    }

    private static IEnumerable<(string Why, string? Probe)> OfPostgreSql(ColumnSchema column, ValueForm form, DebeziumModes modes)
    {
        var name = $"\"{column.Name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        if (form.Kind == FormKind.Array)
        {
            yield return (
                "Debezium writes arrays of several dimensions as lists of nulls, and forgets bounds other than 1; lists of nothing but NULL look the same and are refused.",
                $"array_ndims({name}) > 1 OR array_lower({name}, 1) <> 1 OR (cardinality({name}) > 0 AND NOT EXISTS (SELECT FROM unnest({name}) e WHERE e IS NOT NULL))");
            if (form.Element!.Kind is FormKind.Refused) yield return ($"{form.Element.Type}: {form.Element.Why}.", null);
            yield break;
        }

        switch (form.Kind)
        {
            case FormKind.Refused:
                yield return ($"{form.Type}: {form.Why}.", null);
                break;
            case FormKind.TextInBytes when !modes.UnknownTypes:
                yield return ("Debezium does not know the type and leaves the column out (include.unknown.datatypes is off).", null);
                break;
            case FormKind.Decimal when modes.Decimals == DecimalMode.Precise:
                yield return ("NaN and infinity become NULL under decimal.handling.mode=precise.", $"{name}::numeric IN ('NaN', 'Infinity', '-Infinity')");
                break;
            case FormKind.Duration:
                yield return ("Months and days become hours under interval.handling.mode=numeric.", null);
                break;
            case FormKind.ZonedTime:
                yield return ("The zone is lost: the time becomes one in UTC.", $"extract(timezone FROM {name}) <> 0");
                break;
            case FormKind.Time or FormKind.Timestamp when IsCut(form, modes, column.Type):
                yield return ("What is finer than a millisecond is lost under time.precision.mode=connect.", $"extract(microseconds FROM {name})::bigint % 1000 <> 0");
                break;
        }

        if (form.Kind is FormKind.Date or FormKind.Timestamp)
            yield return ("Years before Christ are shifted, and infinity becomes a number that differs between versions of Debezium.", $"{name} < '0001-01-01' OR NOT isfinite({name})");
    }

    private static bool IsCut(ValueForm form, DebeziumModes modes, string type) =>
        modes.Times == TimeMode.Connect && form.Size == ValueForm.Millis && PostgreSqlForms.Parse(type).First is not <= 3;

    private static IEnumerable<(string Why, string? Probe)> OfMySql(ColumnSchema column, ValueForm form, DebeziumModes modes)
    {
        var type = column.Origin!.Type.ToLowerInvariant();
        var name = $"`{column.Origin.Name.Replace("`", "``", StringComparison.Ordinal)}`";
        if (MySqlForms.Name(type) is "inet4" or "inet6")
        {
            yield return ("The connector cannot read the definition of a table with such a column, and stops for all tables.", null);
            yield break;
        }

        if (form.Kind == FormKind.Refused) yield return ($"{form.Type}: {form.Why}.", null);
        if (MySqlForms.Name(type) is "date" or "datetime" or "timestamp")
            yield return ("Dates that are none become NULL or 1970-01-01.", $"YEAR({name}) = 0 OR MONTH({name}) = 0 OR DAY({name}) = 0");
        if (modes.Times == TimeMode.Connect && MySqlForms.Name(type) is ("datetime" or "time"))
            yield return ("What is finer than a millisecond is lost under time.precision.mode=connect.", $"MICROSECOND({name}) % 1000 <> 0");
    }
}

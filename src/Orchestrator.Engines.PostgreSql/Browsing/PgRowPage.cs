using System.Globalization;
using Npgsql;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Browsing;

/// <summary>Some rows of a table, found by its primary key: as fast at the end of the table as at its beginning.</summary>
internal static class PgRowPage
{
    /// <summary>Characters of a value that are shown.</summary>
    private const int Shown = 10_000;

    /// <summary>Characters after which a page ends, however few rows it has: what is in memory is bounded by this, not by the table.</summary>
    private const int PageEnd = 4_000_000;

    public static async Task<BrowsedRows> ReadAsync(NpgsqlConnection connection, PgShownTable table, IReadOnlyList<string> after, int limit, CancellationToken ct)
    {
        if (table.Key.Count == 0)
            throw new OrchestratorException(ErrorKind.Configuration, "E-BROWSE-002", "The table has no primary key, so its rows have no order to read them in.", "Export it.");
        if (after.Count > 0 && after.Count != table.Key.Count) throw NoKey();
        try
        {
            await using var command = new NpgsqlCommand(Sql(table, after.Count > 0, limit), connection);
            foreach (var value in after) command.Parameters.Add(PgCommands.Parameter(value));
            await using var reader = await command.ExecuteReaderAsync(ct);
            return await PageAsync(reader, table, limit, ct);
        }
        catch (PostgresException e) when (after.Count > 0 && e.SqlState.StartsWith("22", StringComparison.Ordinal))
        {
            throw NoKey(e);
        }
    }

    /// <summary>First the key in full, for the cursor, then the columns.</summary>
    private static string Sql(PgShownTable table, bool isAfter, int limit)
    {
        var key = string.Join(", ", table.Key.Select(k => PgName.Quote(k.Name)));
        var values = table.Key.Select(k => $"{PgName.Quote(k.Name)}::text")
            .Concat(table.Columns.Select(c => string.Create(CultureInfo.InvariantCulture, $"left({PgName.Quote(c.Name)}::text, {Shown + 1})")));
        var from = isAfter ? $"WHERE ({key}) > ({string.Join(", ", table.Key.Select((k, i) => $"${i + 1}::{k.BareType}"))})" : "";
        // One more than is shown tells whether there are more.
        return string.Create(CultureInfo.InvariantCulture, $"SELECT {string.Join(", ", values)} FROM {table.From} {from} ORDER BY {key} LIMIT {limit + 1}");
    }

    private static async Task<BrowsedRows> PageAsync(NpgsqlDataReader reader, PgShownTable table, int limit, CancellationToken ct)
    {
        var rows = new List<BrowsedRow>();
        IReadOnlyList<string>? last = null;
        var isMore = false;
        for (var size = 0; await reader.ReadAsync(ct);)
        {
            isMore = rows.Count == limit || size >= PageEnd;
            if (isMore) break;
            rows.Add(Row(reader, table));
            last = [.. table.Key.Select((_, i) => reader.GetString(i))];
            size += rows[^1].Values.Sum(v => v?.Length ?? 0);
        }

        return new BrowsedRows([.. table.Columns.Select(c => new BrowsedColumn(c.Name, c.Type, c.KeyPlace is not null))], rows, isMore ? last : null);
    }

    private static BrowsedRow Row(NpgsqlDataReader reader, PgShownTable table)
    {
        var (values, cut) = (new string?[table.Columns.Count], new List<string>());
        for (var i = 0; i < values.Length; i++)
        {
            var at = table.Key.Count + i;
            values[i] = reader.IsDBNull(at) ? null : reader.GetString(at);
            if (values[i] is not { Length: > Shown } text) continue;
            values[i] = text[..(char.IsHighSurrogate(text[Shown - 1]) ? Shown - 1 : Shown)];
            cut.Add(table.Columns[i].Name);
        }

        return new BrowsedRow(values, cut);
    }

    private static OrchestratorException NoKey(Exception? e = null) =>
        new(ErrorKind.Configuration, "E-BROWSE-003", "The cursor is not one of this table.", "Send next as cursor, or begin anew without one.", e);
}

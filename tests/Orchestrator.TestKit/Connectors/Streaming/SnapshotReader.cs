using System.Globalization;
using Npgsql;

namespace Orchestrator.TestKit.Connectors;

/// <summary>
/// The copy of <c>snapshot.mode=initial</c>: every row of every captured table as an event <c>r</c>, in one snapshot. The slot
/// is older, so that what changed in between is sent again afterwards.
/// </summary>
internal sealed class SnapshotReader(NpgsqlConnection connection, ConnectorSettings settings, EventWriter writer, TimeProvider time)
{
    /// <summary>Sends everything.</summary>
    public async Task RunAsync(SourceCatalog catalog, CancellationToken ct)
    {
        var published = await catalog.PublishedAsync(settings.Publication, ct);
        var tables = published.Where(t => settings.Captures(t.Schema, t.Table)).ToList();
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, ct);
        var micros = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        var lsn = ulong.Parse(await ScalarAsync("SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::text", ct), CultureInfo.InvariantCulture);
        var xid = uint.Parse(await ScalarAsync("SELECT ((pg_current_xact_id())::text::numeric % 4294967296)::text", ct), CultureInfo.InvariantCulture);
        foreach (var table in tables)
        {
            var form = await TableForm.LoadAsync(catalog, settings, table, null, ct);
            var point = new SourcePoint(lsn, null, xid, micros);
            await ReadAsync(form, point, table == tables[0], table == tables[^1], ct);
        }

        await transaction.CommitAsync(ct);
    }

    /// <summary>A row is sent when it is known whether another follows: the first and the last are marked.</summary>
    private async Task ReadAsync(TableForm form, SourcePoint point, bool isFirst, bool isLast, CancellationToken ct)
    {
        var columns = string.Join(',', form.Columns.Select(c => Identifier(c.Name)));
        await using var command = new NpgsqlCommand($"SELECT {columns} FROM ONLY {Identifier(form.Schema)}.{Identifier(form.Table)}", connection) { AllResultTypesAreUnknown = true };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var (sent, more) = (0, await reader.ReadAsync(ct));
        while (more)
        {
            var row = new RowValues(await RowAsync(reader, form, ct));
            more = await reader.ReadAsync(ct);
            var marker = !more ? (isLast ? "last" : "last_in_data_collection") : sent++ > 0 ? "true" : isFirst ? "first" : "first_in_data_collection";
            await writer.ReadAsync(form, row, point with { Snapshot = marker }, ct);
        }
    }

    private static async Task<string?[]> RowAsync(NpgsqlDataReader reader, TableForm form, CancellationToken ct)
    {
        var row = new string?[reader.FieldCount];
        for (var i = 0; i < row.Length; i++)
        {
            if (await reader.IsDBNullAsync(i, ct)) continue;
            row[i] = reader.GetString(i);
            // Recorded: the copy loses the era of a date, the stream does not (its format has one).
            if (form.Columns[i].Form?.Name == "io.debezium.time.Date") row[i] = row[i]!.Replace(" BC", "", StringComparison.Ordinal);
        }

        return row;
    }

    private async Task<string> ScalarAsync(string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (string)(await command.ExecuteScalarAsync(ct))!;
    }

    private static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}

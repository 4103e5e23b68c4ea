using System.Data;
using Npgsql;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Browsing;

/// <summary>All rows of a table, from the server to a stream.</summary>
internal static class PgTableExport
{
    private const int BufferBytes = 64 * 1024;

    public static async Task WriteAsync(NpgsqlConnection connection, PgShownTable table, ExportFormat format, Func<Stream> begin, CancellationToken ct)
    {
        // Named one by one: COPY of a table leaves out what is generated.
        var select = $"SELECT {string.Join(", ", table.Columns.Select(c => PgName.Quote(c.Name)))} FROM {table.From}";
        using var broken = new CancellationTokenSource();
        await using var aborting = PgSocketWatch.AbortOn(connection, broken.Token);
        try
        {
            await (format == ExportFormat.Csv ? WriteCsvAsync(connection, select, begin, ct) : WriteJsonAsync(connection, select, begin, broken, ct));
        }
        catch
        {
            await broken.CancelAsync();
            throw;
        }
    }

    private static async Task WriteCsvAsync(NpgsqlConnection connection, string select, Func<Stream> begin, CancellationToken ct)
    {
        var rows = (StreamReader)await connection.BeginTextExportAsync($"COPY ({select}) TO STDOUT (FORMAT csv, HEADER true, ENCODING 'UTF8')", ct);
        // The bytes as they come; whoever breaks off does so by breaking the connection: disposing would read to the end.
        await rows.BaseStream.CopyToAsync(begin(), BufferBytes, ct);
        rows.Dispose();
    }

    private static async Task WriteJsonAsync(NpgsqlConnection connection, string select, Func<Stream> begin, CancellationTokenSource broken, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"SELECT row_to_json(t)::text FROM ({select}) t", connection);
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, ct);
        try
        {
            // Not disposed: it would close what is not ours.
            var to = new BufferedStream(begin(), BufferBytes);
            to.WriteByte((byte)'[');
            for (var before = "\n"u8.ToArray(); await reader.ReadAsync(ct); before = ",\n"u8.ToArray())
            {
                await to.WriteAsync(before, ct);
                await using var row = await reader.GetStreamAsync(0, ct);
                await row.CopyToAsync(to, ct);
            }

            await to.WriteAsync("\n]\n"u8.ToArray(), ct);
            await to.FlushAsync(ct);
        }
        catch
        {
            // Disposing the reader would read to the end.
            await broken.CancelAsync();
            throw;
        }
    }
}

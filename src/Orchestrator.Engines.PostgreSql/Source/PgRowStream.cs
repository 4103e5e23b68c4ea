using Npgsql;
using Orchestrator.Core.Reading;

namespace Orchestrator.Engines.PostgreSql.Source;

/// <summary>The bytes of a running <c>COPY ... TO STDOUT</c>, as the server sends them.</summary>
internal sealed class PgRowStream : IRowStream
{
    private readonly Stream _copy;
    private readonly IAsyncDisposable _owner;

    private PgRowStream(RowFormat format, Stream copy, IAsyncDisposable owner)
    {
        Format = format;
        _copy = copy;
        _owner = owner;
    }

    public RowFormat Format { get; }

    public static async Task<PgRowStream> OpenAsync(NpgsqlConnection connection, string query, RowFormat format, CancellationToken ct)
    {
        if (format == RowFormat.Binary)
        {
            var raw = await connection.BeginRawBinaryCopyAsync($"COPY {query} TO STDOUT (FORMAT binary)", ct);
            return new PgRowStream(format, raw, raw);
        }

        var text = (NpgsqlCopyTextReader)await connection.BeginTextExportAsync($"COPY {query} TO STDOUT", ct);
        return new PgRowStream(format, text.BaseStream, text);
    }

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct) => _copy.ReadAsync(buffer, ct);

    public ValueTask DisposeAsync() => _owner.DisposeAsync();
}

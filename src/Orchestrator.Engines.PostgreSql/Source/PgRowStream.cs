using Npgsql;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Source;

/// <summary>The bytes of a running <c>COPY ... TO STDOUT</c>, as the server sends them: a message for each row.</summary>
internal sealed class PgRowStream : IRowStream
{
    private readonly NpgsqlConnection _connection;
    private readonly Stream _copy;
    private readonly IAsyncDisposable _owner;

    private PgRowStream(RowFormat format, NpgsqlConnection connection, Stream copy, IAsyncDisposable owner)
    {
        Format = format;
        _connection = connection;
        _copy = copy;
        _owner = owner;
    }

    public RowFormat Format { get; }

    public static async Task<PgRowStream> OpenAsync(NpgsqlConnection connection, string query, RowFormat format, CancellationToken ct)
    {
        if (format == RowFormat.Binary)
        {
            var raw = await connection.BeginRawBinaryCopyAsync($"COPY {query} TO STDOUT (FORMAT binary)", ct);
            return new PgRowStream(format, connection, raw, raw);
        }

        var text = (NpgsqlCopyTextReader)await connection.BeginTextExportAsync($"COPY {query} TO STDOUT", ct);
        return new PgRowStream(format, connection, text.BaseStream, text);
    }

    public int Read(Span<byte> buffer, CancellationToken ct)
    {
        using var abort = PgSocketWatch.AbortOn(_connection, ct);
        var filled = 0;
        try
        {
            while (filled < buffer.Length && _copy.Read(buffer[filled..]) is var read and > 0) filled += read;
            return filled;
        }
        catch (Exception) when (ct.IsCancellationRequested)
        {
            throw new OperationCanceledException(ct);
        }
    }

    /// <summary>As <see cref="Read"/>, on a thread of its own.</summary>
    public Task<int> ReadAsync(Memory<byte> buffer, CancellationToken ct) =>
        Task.Factory.StartNew(() => Read(buffer.Span, ct), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public ValueTask DisposeAsync() => _owner.DisposeAsync();
}

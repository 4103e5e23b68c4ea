using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.CompilerServices;
using Npgsql;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Validation;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Validation;

/// <summary>Reads digests in one consistent view.</summary>
public sealed class PgDigestSession(IReadOnlyList<NpgsqlConnection> connections, PgHash hash, string side) : IDigestSession
{
    /// <summary>A part worth a statement of its own: 64 MiB of heap.</summary>
    private const long PartPages = 8_192;

    /// <summary>Since when a ctid range is read without reading the rest.</summary>
    private const int TidRangeScanSince = 14;

    private readonly PgDigestLanes _lanes = new(connections, side);
    private readonly ConcurrentDictionary<TableRef, PgTableShape> _shapes = new();

    public async Task<IReadOnlyList<DigestColumn>?> ColumnsAsync(TableRef table, CancellationToken ct) =>
        await FindAsync(table, ct) is { } shape ? [.. shape.Columns.Select(c => c.Describe(hash))] : null;

    public async Task<IReadOnlyDictionary<int, BucketDigest>> DigestAsync(
        DigestTable table, int buckets, IProgress<long>? rows, CancellationToken ct)
    {
        var shape = await ShapeAsync(table.Table, ct);
        var sql = new PgDigestSql(shape, table, hash);
        var sums = new ConcurrentDictionary<int, BucketDigest>();
        await Parallel.ForEachAsync(
            Parts(shape),
            new ParallelOptions { MaxDegreeOfParallelism = _lanes.Count, CancellationToken = ct },
            async (part, stop) =>
            {
                var found = RowHasher.IsNeeded(sql.Forms)
                    ? await HashHereAsync(table, sql, part, buckets, stop)
                    : await QueryAsync(table, sql.Digest(buckets, part.From, part.To), ReadDigest, [], stop);
                foreach (var (bucket, digest) in found)
                    sums.AddOrUpdate(bucket, digest, (_, before) => before + digest);
                rows?.Report(found.Sum(f => f.Digest.Rows));
            });
        return sums;
    }

    public async IAsyncEnumerable<RowDigest> RowsAsync(
        DigestTable table, int buckets, IReadOnlyList<int> chosen, [EnumeratorCancellation] CancellationToken ct)
    {
        var sql = new PgDigestSql(await ShapeAsync(table.Table, ct), table, hash);
        if (RowHasher.IsNeeded(sql.Forms))
        {
            var (hasher, wanted) = (new RowHasher(table, sql.Forms, CanonicalMethod.ByName(hash.Name)), chosen.ToHashSet());
            await foreach (var texts in TextsAsync(table, sql.Texts(0, null), [], ct))
                if (hasher.Hash(texts) is var row && wanted.Contains(hasher.BucketOf(row, buckets))) yield return row;
            yield break;
        }

        await using var loan = await _lanes.BorrowAsync($"Reading row digests of {table.Table}", ct);
        await using var command = Command(loan.Connection, sql.Rows(buckets), [chosen.ToArray()]);
        await using var reader = await TryAsync(loan, () => command.ExecuteReaderAsync(ct));
        while (await TryAsync(loan, () => reader.ReadAsync(ct))) yield return ReadRow(reader);
    }

    public async Task<IReadOnlyList<RowContent>> ReadAsync(
        DigestTable table, IReadOnlyList<RowDigest> wanted, CancellationToken ct)
    {
        var sql = new PgDigestSql(await ShapeAsync(table.Table, ct), table, hash);
        object[] parameters = sql.HasKey
            ? [.. table.Key.Select((_, i) => wanted.Select(w => w.Key[i]).ToArray())]
            : [wanted.Select(w => w.HashA).ToArray(), wanted.Select(w => w.HashB).ToArray()];
        if (RowHasher.IsNeeded(sql.Forms))
            return await ReadHereAsync(new RowHasher(table, sql.Forms, CanonicalMethod.ByName(hash.Name)), TextsAsync(table, sql.HasKey ? sql.TextsByKey() : sql.Texts(0, null), sql.HasKey ? parameters : [], ct), wanted);
        return await QueryAsync(table, sql.Read(), ReadContent, parameters, ct);
    }

    private async Task<List<(int Bucket, BucketDigest Digest)>> HashHereAsync(
        DigestTable table, PgDigestSql sql, (long From, long? To) part, int buckets, CancellationToken ct)
    {
        var (hasher, sums) = (new RowHasher(table, sql.Forms, CanonicalMethod.ByName(hash.Name)), new Dictionary<int, BucketDigest>());
        await foreach (var texts in TextsAsync(table, sql.Texts(part.From, part.To), [], ct))
        {
            var row = hasher.Hash(texts);
            var bucket = hasher.BucketOf(row, buckets);
            sums[bucket] = sums.GetValueOrDefault(bucket) + new BucketDigest(1, row.HashA, row.HashB);
        }

        return [.. sums.Select(s => (s.Key, s.Value))];
    }

    private static async Task<IReadOnlyList<RowContent>> ReadHereAsync(RowHasher hasher, IAsyncEnumerable<string?[]> rows, IReadOnlyList<RowDigest> wanted)
    {
        var hashes = wanted.Where(w => w.Key.Count == 0).Select(w => (w.HashA, w.HashB)).ToHashSet();
        var found = new List<RowContent>();
        await foreach (var texts in rows)
        {
            var row = hasher.Hash(texts);
            if (row.Key.Count > 0 || hashes.Remove((row.HashA, row.HashB))) found.Add(hasher.ContentOf(row, texts));
        }

        return found;
    }

    private async IAsyncEnumerable<string?[]> TextsAsync(DigestTable table, string sql, object[] parameters, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var loan = await _lanes.BorrowAsync($"Reading rows of {table.Table}", ct);
        await using var command = Command(loan.Connection, sql, parameters);
        await using var reader = await TryAsync(loan, () => command.ExecuteReaderAsync(ct));
        while (await TryAsync(loan, () => reader.ReadAsync(ct))) yield return reader.GetFieldValue<string?[]>(0);
    }

    public ValueTask DisposeAsync() => _lanes.DisposeAsync();

    private async Task<PgTableShape> ShapeAsync(TableRef table, CancellationToken ct) =>
        await FindAsync(table, ct)
        ?? throw new OrchestratorException(ErrorKind.Data, "E-VAL-004", $"There is no table {table} on the {side}.") { Table = table.ToString() };

    private async Task<PgTableShape?> FindAsync(TableRef table, CancellationToken ct)
    {
        if (_shapes.TryGetValue(table, out var known)) return known;
        await using var loan = await _lanes.BorrowAsync($"Reading the columns of {table}", ct);
        var shape = await TryAsync(loan, () => PgShapeReader.ReadAsync(loan.Connection, table, ct));
        if (shape is not null) _shapes[table] = shape;
        return shape;
    }

    private IEnumerable<(long From, long? To)> Parts(PgTableShape shape)
    {
        var parts = _lanes.Count == 1 || connections[0].PostgreSqlVersion.Major < TidRangeScanSince ? 1 : Math.Max(1, shape.Pages / PartPages);
        for (var i = 0L; i < parts; i++)
            yield return (i * PartPages, i == parts - 1 ? null : (i + 1) * PartPages);
    }

    private async Task<List<T>> QueryAsync<T>(
        DigestTable table, string sql, Func<NpgsqlDataReader, T> read, object[] parameters, CancellationToken ct)
    {
        await using var loan = await _lanes.BorrowAsync($"Reading {table.Table}", ct);
        return await TryAsync(loan, () => loan.Connection.ListAsync(sql, read, ct, parameters));
    }

    private static async Task<T> TryAsync<T>(PgDigestLanes.Loan loan, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (NpgsqlException e)
        {
            throw loan.Describe(e);
        }
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return command;
    }

    private static (int Bucket, BucketDigest Digest) ReadDigest(NpgsqlDataReader r) =>
        (r.GetInt32(0), new BucketDigest(r.GetInt64(1), BigInteger.Parse(r.GetString(2)), BigInteger.Parse(r.GetString(3))));

    private static RowDigest ReadRow(NpgsqlDataReader r) =>
        new(r.GetFieldValue<string[]>(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3));

    private static RowContent ReadContent(NpgsqlDataReader r)
    {
        var (texts, lengths, digests) = (r.GetFieldValue<string?[]>(4), r.GetFieldValue<string?[]>(5), r.GetFieldValue<string?[]>(6));
        return new RowContent(
            ReadRow(r),
            [.. texts.Select((t, i) => new CellContent(t, t is null ? 0 : long.Parse(lengths[i]!), digests[i] ?? ""))]);
    }
}

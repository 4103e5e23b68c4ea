using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Validation;
using Orchestrator.Engines.MySql.Source;
using Orchestrator.Engines.MySql.Sql;
using Orchestrator.Engines.MySql.Types;

namespace Orchestrator.Engines.MySql.Validation;

/// <summary>Reads digests in one consistent view, one table at a time.</summary>
internal sealed class MySqlDigestSession(MySqlConnection connection, TableKeeper? keeper, IReadOnlyList<TableSchema> tables) : IDigestSession
{
    private readonly Dictionary<TableRef, TableSchema> _tables = tables.ToDictionary(t => t.Table);
    private readonly SemaphoreSlim _turn = new(1);

    public Task<IReadOnlyList<DigestColumn>?> ColumnsAsync(TableRef table, CancellationToken ct) => Task.FromResult<IReadOnlyList<DigestColumn>?>(
        _tables.TryGetValue(table, out var schema)
            ? [.. schema.Columns.Select(c => new DigestColumn(c.Name, c.Origin!.Type, new ColumnPlan(c).Form, IsGenerated: false))]
            : null);

    public async Task<IReadOnlyDictionary<int, BucketDigest>> DigestAsync(DigestTable table, int buckets, IProgress<long>? rows, CancellationToken ct)
    {
        var sums = new Dictionary<int, BucketDigest>();
        var sql = new DigestSql(SchemaOf(table), table);
        if (RowHasher.IsNeeded(sql.Forms))
        {
            await HashHereAsync(sql, table, [], (hasher, row, _) =>
            {
                var bucket = hasher.BucketOf(row, buckets);
                sums[bucket] = sums.GetValueOrDefault(bucket) + new BucketDigest(1, row.HashA, row.HashB);
            }, ct);
            rows?.Report(sums.Values.Sum(b => b.Rows));
            return sums;
        }

        foreach (var row in await QueryAsync(table, sql.Digest(buckets), ct))
        {
            if (row[1] != row[2]) throw TooLong(table);
            sums.Add(
                int.Parse(row[0]!, CultureInfo.InvariantCulture),
                new BucketDigest(Long(row[1]), BigInteger.Parse(row[3]!, CultureInfo.InvariantCulture), BigInteger.Parse(row[4]!, CultureInfo.InvariantCulture)));
        }

        rows?.Report(sums.Values.Sum(b => b.Rows));
        return sums;
    }

    public async IAsyncEnumerable<RowDigest> RowsAsync(DigestTable table, int buckets, IReadOnlyList<int> chosen, [EnumeratorCancellation] CancellationToken ct)
    {
        var sql = new DigestSql(SchemaOf(table), table);
        var (wanted, found) = (chosen.ToHashSet(), new List<RowDigest>());
        if (RowHasher.IsNeeded(sql.Forms))
        {
            await HashHereAsync(sql, table, [], (hasher, row, _) =>
            {
                if (wanted.Contains(hasher.BucketOf(row, buckets))) found.Add(row);
            }, ct);
        }
        else
        {
            found.AddRange((await QueryAsync(table, sql.Rows(buckets, chosen), ct)).Select(r => RowOf(r, table)));
        }

        foreach (var row in found) yield return row;
    }

    public async Task<IReadOnlyList<RowContent>> ReadAsync(DigestTable table, IReadOnlyList<RowDigest> wanted, CancellationToken ct)
    {
        if (wanted.Count == 0) return [];
        var sql = new DigestSql(SchemaOf(table), table);
        if (RowHasher.IsNeeded(sql.Forms)) return await ReadHereAsync(sql, table, wanted, ct);
        var first = 3 + table.Key.Count;
        var found = (await QueryAsync(table, sql.Read(wanted), ct)).Select(r => new RowContent(
            RowOf(r, table), [.. table.Columns.Select((_, i) => new CellContent(r[first + (3 * i)], Long(r[first + (3 * i) + 1] ?? "0"), r[first + (3 * i) + 2] ?? ""))]));
        return sql.HasKey ? [.. found] : [.. found.DistinctBy(f => (f.Row.HashA, f.Row.HashB))];
    }

    private async Task<IReadOnlyList<RowContent>> ReadHereAsync(DigestSql sql, DigestTable table, IReadOnlyList<RowDigest> wanted, CancellationToken ct)
    {
        var hashes = wanted.Select(w => (w.HashA, w.HashB)).ToHashSet();
        var found = new List<RowContent>();
        await HashHereAsync(sql, table, wanted, (hasher, row, texts) =>
        {
            if (sql.HasKey || hashes.Remove((row.HashA, row.HashB))) found.Add(hasher.ContentOf(row, texts));
        }, ct);
        return found;
    }

    /// <summary>One row at a time: what is kept of it is the caller's choice.</summary>
    private async Task HashHereAsync(DigestSql sql, DigestTable table, IReadOnlyList<RowDigest> wanted, Action<RowHasher, RowDigest, string?[]> take, CancellationToken ct)
    {
        var hasher = new RowHasher(table, sql.Forms);
        await _turn.WaitAsync(ct);
        try
        {
            await ReaderOf(table).ForEachAsync(sql.Texts(wanted), texts => take(hasher, hasher.Hash(texts), texts), ct);
        }
        finally
        {
            _turn.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        connection.Dispose();
        keeper?.Dispose();
        _turn.Dispose();
        return ValueTask.CompletedTask;
    }

    private MySqlConnection ReaderOf(DigestTable table) => keeper?.ReaderOf(SchemaOf(table).Origin!.Value, connection) ?? connection;

    private TableSchema SchemaOf(DigestTable table) => _tables.TryGetValue(table.Table, out var schema)
        ? schema
        : throw new OrchestratorException(ErrorKind.Data, "E-VAL-004", $"There is no table {table.Table} on the source.") { Table = table.Table.ToString() };

    private async Task<List<string?[]>> QueryAsync(DigestTable table, string sql, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            return await ReaderOf(table).RowsAsync(sql, ct);
        }
        finally
        {
            _turn.Release();
        }
    }

    private static RowDigest RowOf(string?[] row, DigestTable table)
    {
        if (row[0] is null) throw TooLong(table);
        return new RowDigest([.. table.Key.Select((_, i) => row[3 + i]!)], Long(row[0]), Long(row[1]), Long(row[2]));
    }

    private static OrchestratorException TooLong(DigestTable table) => new(
        ErrorKind.Data, "E-VAL-005", $"Rows of {table.Table} are too long for the source to digest: their text is over its max_allowed_packet.",
        "SET GLOBAL max_allowed_packet = 1073741824 on the source, then validate again.") { Table = table.Table.ToString() };

    private static long Long(string? text) => long.Parse(text!, CultureInfo.InvariantCulture);
}

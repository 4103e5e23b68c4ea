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
internal sealed class MySqlDigestSession(MySqlConnection connection, TableKeeper? keeper, IReadOnlyList<TableSchema> tables, CanonicalMethod method) : IDigestSession
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
        var sql = new DigestSql(SchemaOf(table), table, method, connection.IsMariaDb);
        var isHere = RowHasher.IsNeeded(sql.Forms);
        foreach (var row in isHere ? [] : await QueryAsync(table, sql.Digest(buckets), ct))
        {
            isHere |= row[1] != row[2];
            if (isHere) break;
            sums.Add(
                int.Parse(row[0]!, CultureInfo.InvariantCulture),
                new BucketDigest(Long(row[1]), BigInteger.Parse(row[3]!, CultureInfo.InvariantCulture), BigInteger.Parse(row[4]!, CultureInfo.InvariantCulture)));
        }

        if (isHere)
        {
            sums.Clear();
            await HashHereAsync(sql, table, [], (hasher, row, _) =>
            {
                var bucket = hasher.BucketOf(row, buckets);
                sums[bucket] = sums.GetValueOrDefault(bucket) + new BucketDigest(1, row.HashA, row.HashB);
            }, ct);
        }

        rows?.Report(sums.Values.Sum(b => b.Rows));
        return sums;
    }

    public async IAsyncEnumerable<RowDigest> RowsAsync(DigestTable table, int buckets, IReadOnlyList<int> chosen, [EnumeratorCancellation] CancellationToken ct)
    {
        var sql = new DigestSql(SchemaOf(table), table, method, connection.IsMariaDb);
        var (wanted, found) = (chosen.ToHashSet(), new List<RowDigest>());
        var rows = RowHasher.IsNeeded(sql.Forms) ? null : await QueryAsync(table, sql.Rows(buckets, chosen), ct);
        if (rows is not null && !rows.Exists(IsTooLong))
        {
            found.AddRange(rows.Select(r => RowOf(r, table)));
        }
        else
        {
            await HashHereAsync(sql, table, [], (hasher, row, _) =>
            {
                if (wanted.Contains(hasher.BucketOf(row, buckets))) found.Add(row);
            }, ct);
        }

        foreach (var row in found) yield return row;
    }

    public async Task<IReadOnlyList<RowContent>> ReadAsync(DigestTable table, IReadOnlyList<RowDigest> wanted, CancellationToken ct)
    {
        if (wanted.Count == 0) return [];
        var sql = new DigestSql(SchemaOf(table), table, method, connection.IsMariaDb);
        var rows = RowHasher.IsNeeded(sql.Forms) ? null : await QueryAsync(table, sql.Read(wanted), ct);
        if (rows is null || rows.Exists(IsTooLong) || (!sql.HasKey && rows.Count == 0)) return await ReadHereAsync(sql, table, wanted, ct);
        var first = 3 + table.Key.Count;
        var found = rows.Select(r => new RowContent(
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
        var hasher = new RowHasher(table, sql.Forms, method);
        await _turn.WaitAsync(ct);
        try
        {
            await ReaderOf(table).ForEachAsync(sql.Texts(wanted), texts => take(hasher, hasher.Hash(texts), texts), ct, sql.AreBytes);
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

    /// <summary>The server makes NULL of a text over its max_allowed_packet: such a table is digested here, to the same result.</summary>
    private static bool IsTooLong(string?[] row) => row[0] is null;

    private static RowDigest RowOf(string?[] row, DigestTable table) =>
        new([.. table.Key.Select((_, i) => row[3 + i]!)], Long(row[0]), Long(row[1]), Long(row[2]));

    private static long Long(string? text) => long.Parse(text!, CultureInfo.InvariantCulture);
}

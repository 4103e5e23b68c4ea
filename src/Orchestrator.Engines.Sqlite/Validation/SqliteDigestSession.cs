using System.Numerics;
using System.Runtime.CompilerServices;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Validation;
using Orchestrator.Engines.Sqlite.Rejects;
using Orchestrator.Engines.Sqlite.Source;
using Orchestrator.Engines.Sqlite.Sql;
using Orchestrator.Engines.Sqlite.Types;

namespace Orchestrator.Engines.Sqlite.Validation;

/// <summary>Reads digests in one view; every question has a connection of its own.</summary>
internal sealed class SqliteDigestSession(SqliteView view, IReadOnlyList<TableSchema> tables, RejectSet rejects) : IDigestSession
{
    private readonly Dictionary<TableRef, TableSchema> _tables = tables.GroupBy(t => t.Table).ToDictionary(g => g.Key, g => g.First());

    public Task<IReadOnlyList<DigestColumn>?> ColumnsAsync(TableRef table, CancellationToken ct) => Task.FromResult<IReadOnlyList<DigestColumn>?>(
        _tables.TryGetValue(table, out var schema)
            ? [.. schema.Columns.Select(c => new DigestColumn(c.Name, c.Origin!.Type, new ColumnPlan(c).Form, IsGenerated: false))]
            : null);

    public long RejectedOf(TableRef table) => _tables.TryGetValue(table, out var schema) ? rejects.Of(schema.Origin!.Value).Count : 0;

    public Task<IReadOnlyDictionary<int, BucketDigest>> DigestAsync(DigestTable table, int buckets, IProgress<long>? rows, CancellationToken ct) => Task.Run<IReadOnlyDictionary<int, BucketDigest>>(
        () =>
        {
            var sums = new Dictionary<int, (long Rows, Int128 A, Int128 B)>();
            using var database = Open(table);
            using var read = new DigestRows(database, SchemaOf(table), table, rejects);
            while (read.Next())
            {
                ct.ThrowIfCancellationRequested();
                var sum = sums.GetValueOrDefault(read.Bucket(buckets));
                sums[read.Bucket(buckets)] = (sum.Rows + 1, sum.A + read.Hash.First, sum.B + read.Hash.Second);
            }

            rows?.Report(sums.Values.Sum(s => s.Rows));
            return sums.ToDictionary(s => s.Key, s => new BucketDigest(s.Value.Rows, (BigInteger)s.Value.A, (BigInteger)s.Value.B));
        },
        ct);

    public async IAsyncEnumerable<RowDigest> RowsAsync(DigestTable table, int buckets, IReadOnlyList<int> chosen, [EnumeratorCancellation] CancellationToken ct)
    {
        var wanted = chosen.ToHashSet();
        foreach (var row in await Task.Run(() => Rows(table, buckets, wanted, ct), ct)) yield return row;
    }

    public Task<IReadOnlyList<RowContent>> ReadAsync(DigestTable table, IReadOnlyList<RowDigest> wanted, CancellationToken ct) => Task.Run<IReadOnlyList<RowContent>>(
        () =>
        {
            if (wanted.Count == 0) return [];
            using var database = Open(table);
            using var read = new DigestRows(database, SchemaOf(table), table, rejects, Where(table, wanted));
            var keys = wanted.Select(KeyOf).ToHashSet(StringComparer.Ordinal);
            var hashes = wanted.Select(w => (w.HashA, w.HashB)).ToHashSet();
            var found = new List<RowContent>();
            while (read.Next())
            {
                ct.ThrowIfCancellationRequested();
                if (read.HasKey ? keys.Contains(KeyOf(read.Digest())) : hashes.Contains((read.Hash.First, read.Hash.Second)))
                    found.Add(new RowContent(read.Digest(), read.Cells()));
            }

            return read.HasKey ? found : [.. found.GroupBy(f => (f.Row.HashA, f.Row.HashB)).Select(g => g.First() with { Row = g.First().Row with { Count = g.LongCount() } })];
        },
        ct);

    public ValueTask DisposeAsync()
    {
        view.Dispose();
        return ValueTask.CompletedTask;
    }

    private List<RowDigest> Rows(DigestTable table, int buckets, HashSet<int> chosen, CancellationToken ct)
    {
        var rows = new List<RowDigest>();
        using var database = Open(table);
        using var read = new DigestRows(database, SchemaOf(table), table, rejects);
        while (read.Next())
        {
            ct.ThrowIfCancellationRequested();
            if (chosen.Contains(read.Bucket(buckets))) rows.Add(read.Digest());
        }

        return read.HasKey ? rows : [.. rows.GroupBy(r => (r.HashA, r.HashB)).Select(g => g.First() with { Count = g.LongCount() })];
    }

    /// <summary>A key that is one whole number can be found by its index; any other is looked for in all rows.</summary>
    private string Where(DigestTable table, IReadOnlyList<RowDigest> wanted)
    {
        // Rows without a number are told apart by their place among all of them.
        if (table.Key is not [var name] || rejects.Has(SchemaOf(table).Origin!.Value)) return "";
        var plan = new ColumnPlan(SchemaOf(table).Columns.First(c => c.Name == name));
        return plan.Form == CanonicalForm.Integer && wanted.All(w => long.TryParse(w.Key[0], out _)) ? $"WHERE {SqliteName.Quote(plan.Name)} IN ({string.Join(", ", wanted.Select(w => w.Key[0]))})" : "";
    }

    private static string KeyOf(RowDigest row) => string.Join('\n', row.Key.Select(k => $"{k.Length}:{k}"));

    private SqliteDatabase Open(DigestTable table) => view.Open(SchemaOf(table).Origin!.Value.Schema);

    private TableSchema SchemaOf(DigestTable table) => _tables.TryGetValue(table.Table, out var schema)
        ? schema
        : throw new OrchestratorException(ErrorKind.Data, "E-VAL-004", $"There is no table {table.Table} on the source.") { Table = table.Table.ToString() };
}

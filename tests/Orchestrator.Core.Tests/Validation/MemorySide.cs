using System.Numerics;
using System.Runtime.CompilerServices;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Validation;

namespace Orchestrator.Core.Tests.Validation;

/// <summary>A side in memory: rows of (key, value) in one table <c>m.t</c>, or whole rows if it has no key.</summary>
internal sealed class MemorySide(params (string Key, string Value)[] rows) : IDigestReader
{
    public static readonly TableSchema Keyed = Schema(new RowKey(RowKeyKind.PrimaryKey, [0]));
    public static readonly TableSchema Keyless = Schema(new RowKey(RowKeyKind.None, []));

    public List<(string Key, string Value)> Table { get; } = [.. rows];

    public IReadOnlyList<DigestMethod> Methods { get; init; } = [new("memory", "1")];

    /// <summary>Raised when digests of the table are asked for.</summary>
    public Exception? Fault { get; init; }

    /// <summary>Called with the number of the view before it is opened; may change the rows.</summary>
    public Action<int> BeforeOpen { get; init; } = _ => { };

    public int Views { get; private set; }

    public int OpenViews { get; private set; }

    public int Passes { get; private set; }

    public int LargestPass { get; private set; }

    public Task<IReadOnlyList<DigestMethod>> MethodsAsync(CancellationToken ct) => Task.FromResult(Methods);

    public Task<IDigestSession> OpenAsync(DigestMethod method, ISnapshot? snapshot, int lanes, CancellationToken ct)
    {
        BeforeOpen(Views++);
        OpenViews++;
        return Task.FromResult<IDigestSession>(new View(this, [.. Table]));
    }

    public static (long A, long B) Hash(string key, string value)
    {
        static long Fnv(string text, ulong hash) => (long)text.Aggregate(hash, (h, c) => (h ^ c) * 1099511628211);
        var row = $"{key.Length}:{key}{value}";
        return (Fnv(row, 14695981039346656037), Fnv(row, 88172645463325252));
    }

    private static TableSchema Schema(RowKey key) => new()
    {
        Table = new TableRef("m", "t"),
        SourceId = 1,
        Columns =
        [
            new ColumnSchema("k", 1, "text", "text", 25, -1, true, ColumnKind.Plain),
            new ColumnSchema("v", 2, "text", "text", 25, -1, true, ColumnKind.Plain),
        ],
        Key = key,
        Pages = 1,
        EstimatedRows = -1,
        Bytes = 8192,
    };

    private sealed class View(MemorySide side, IReadOnlyList<(string Key, string Value)> rows) : IDigestSession
    {
        public Task<IReadOnlyList<DigestColumn>?> ColumnsAsync(TableRef table, CancellationToken ct) =>
            Task.FromResult<IReadOnlyList<DigestColumn>?>([new("k", "text", "text", false), new("v", "text", "text", false)]);

        public Task<IReadOnlyDictionary<int, BucketDigest>> DigestAsync(
            DigestTable table, int buckets, IProgress<long>? rows, CancellationToken ct)
        {
            if (side.Fault is not null) return Task.FromException<IReadOnlyDictionary<int, BucketDigest>>(side.Fault);
            var sums = new Dictionary<int, BucketDigest>();
            foreach (var row in All(table))
            {
                var bucket = Bucket(table, row, buckets);
                sums[bucket] = sums.GetValueOrDefault(bucket) + new BucketDigest(1, new BigInteger(row.HashA), row.HashB);
            }

            rows?.Report(side.Table.Count);
            return Task.FromResult<IReadOnlyDictionary<int, BucketDigest>>(sums);
        }

        public async IAsyncEnumerable<RowDigest> RowsAsync(
            DigestTable table, int buckets, IReadOnlyList<int> chosen, [EnumeratorCancellation] CancellationToken ct)
        {
            side.Passes++;
            await Task.Yield();
            var found = All(table).Where(r => chosen.Contains(Bucket(table, r, buckets))).ToList();
            side.LargestPass = Math.Max(side.LargestPass, found.Count);
            foreach (var row in found) yield return row;
        }

        public Task<IReadOnlyList<RowContent>> ReadAsync(DigestTable table, IReadOnlyList<RowDigest> wanted, CancellationToken ct)
        {
            var found = rows.Select(r => (Row: Digest(table, r), r.Key, r.Value))
                .Where(r => wanted.Any(w => table.Key.Count > 0 ? w.Key[0] == r.Key : w.HashA == r.Row.HashA))
                .Select(r => new RowContent(r.Row, [Cell(r.Key), Cell(r.Value)]));
            return Task.FromResult<IReadOnlyList<RowContent>>([.. found]);
        }

        public ValueTask DisposeAsync()
        {
            side.OpenViews--;
            return ValueTask.CompletedTask;
        }

        private static CellContent Cell(string text) => new(text, text.Length, text);

        private static RowDigest Digest(DigestTable table, (string Key, string Value) row)
        {
            var (a, b) = Hash(row.Key, row.Value);
            return new RowDigest(table.Key.Count > 0 ? [row.Key] : [], a, b);
        }

        private static int Bucket(DigestTable table, RowDigest row, int buckets) =>
            (int)((table.Key.Count > 0 ? Hash(row.Key[0], "").A : row.HashA) & (buckets - 1));

        private IEnumerable<RowDigest> All(DigestTable table) => rows.Select(r => Digest(table, r));
    }
}

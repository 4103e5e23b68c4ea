using System.Numerics;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;

namespace Orchestrator.Core.Validation;

/// <summary>Sum of the row hashes of one bucket; equal digests mean equal multisets of rows.</summary>
/// <param name="Rows">Rows in the bucket.</param>
/// <param name="HashA">Exact sum of one 64-bit hash per row, so that digests of parts of a table add up.</param>
/// <param name="HashB">Exact sum of a second hash.</param>
public readonly record struct BucketDigest(long Rows, BigInteger HashA, BigInteger HashB)
{
    public static BucketDigest operator +(BucketDigest a, BucketDigest b) => Add(a, b);

    public static BucketDigest Add(BucketDigest a, BucketDigest b) =>
        new(a.Rows + b.Rows, a.HashA + b.HashA, a.HashB + b.HashB);
}

/// <summary>One row as the drill-down sees it.</summary>
/// <param name="Key">Key columns in canonical text, in key order; empty for a table without a key, whose rows are told apart by their hashes.</param>
/// <param name="HashA">First hash of the row.</param>
/// <param name="HashB">Second hash of the row.</param>
/// <param name="Count">Rows that are alike; always 1 for a table with a key.</param>
public sealed record RowDigest(IReadOnlyList<string> Key, long HashA, long HashB, long Count = 1);

/// <summary>A value as it is shown: its beginning, its full length and a digest to compare by.</summary>
/// <param name="Text">The first characters of the canonical text; null for NULL.</param>
/// <param name="Length">Characters of the whole text.</param>
/// <param name="Digest">Digest of the whole text; empty for NULL.</param>
public sealed record CellContent(string? Text, long Length, string Digest);

/// <summary>A row with its values, one per <see cref="DigestTable.Columns"/>.</summary>
public sealed record RowContent(RowDigest Row, IReadOnlyList<CellContent> Cells);

/// <summary>How a row becomes hashes.</summary>
/// <param name="Name">Stable name shown in reports, e.g. <c>pg-record-hash</c>, <c>md5-text</c>.</param>
/// <param name="Probe">What the method makes of a fixed value on this server; servers that disagree cannot be compared by it.</param>
public sealed record DigestMethod(string Name, string Probe);

/// <summary>A column as one side has it.</summary>
/// <param name="Name">As the catalog spells it.</param>
/// <param name="Type">Declared type, for people.</param>
/// <param name="Form">What its values are hashed as; columns can be compared only if their forms are equal. Null: by this method not at all.</param>
/// <param name="IsGenerated">The value is computed by the server.</param>
public sealed record DigestColumn(string Name, string Type, string? Form, bool IsGenerated);

/// <summary>What both sides are asked to digest: the same columns in the same order.</summary>
/// <param name="Table">The table.</param>
/// <param name="Columns">Names of the columns compared.</param>
/// <param name="Key">Names of the columns a row is recognised by; empty: by the whole row.</param>
public sealed record DigestTable(TableRef Table, IReadOnlyList<string> Columns, IReadOnlyList<string> Key);

/// <summary>
/// One side of a validation, computed inside that side's database. Both sides of a pair must be opened with the same
/// <see cref="DigestMethod"/> so that equal rows give equal hashes.
/// </summary>
public interface IDigestReader
{
    /// <summary>The methods this server can compute, best first.</summary>
    Task<IReadOnlyList<DigestMethod>> MethodsAsync(CancellationToken ct);

    /// <summary>Opens a consistent view to read digests in; the view is fixed when the call returns.</summary>
    /// <param name="method">Chosen from <see cref="MethodsAsync"/> of both sides.</param>
    /// <param name="snapshot">The view to read, needed only until the call returns; null: of now.</param>
    /// <param name="lanes">Database sessions to read with at once, at least 1.</param>
    /// <param name="ct">Stops the opening.</param>
    Task<IDigestSession> OpenAsync(DigestMethod method, ISnapshot? snapshot, int lanes, CancellationToken ct);
}

/// <summary>
/// A consistent view of one side; several tables may be read at once. An error with one table (missing right, cast
/// that fails) is an <see cref="Errors.OrchestratorException"/> and leaves the session usable for the others.
/// </summary>
public interface IDigestSession : IAsyncDisposable
{
    /// <summary>The columns of a table; null if there is no such table.</summary>
    Task<IReadOnlyList<DigestColumn>?> ColumnsAsync(TableRef table, CancellationToken ct);

    /// <summary>Rows of a table that are left out of everything here because they were not to be moved, found anew for this view.</summary>
    long RejectedOf(TableRef table) => 0;

    /// <summary>Digests of a whole table by bucket of its key, in one pass; empty buckets are absent.</summary>
    /// <param name="table">The table.</param>
    /// <param name="buckets">Number of buckets, a power of two.</param>
    /// <param name="rows">Told the number of rows of each part when it is done; may be null.</param>
    /// <param name="ct">Stops the read.</param>
    Task<IReadOnlyDictionary<int, BucketDigest>> DigestAsync(
        DigestTable table, int buckets, IProgress<long>? rows, CancellationToken ct);

    /// <summary>The rows of some buckets.</summary>
    IAsyncEnumerable<RowDigest> RowsAsync(DigestTable table, int buckets, IReadOnlyList<int> chosen, CancellationToken ct);

    /// <summary>
    /// The rows with the keys of the wanted ones (without a key: with their hashes) as they are in this view, with
    /// their values. Rows that are not there are absent; at most 1,000 wanted at once.
    /// </summary>
    Task<IReadOnlyList<RowContent>> ReadAsync(DigestTable table, IReadOnlyList<RowDigest> wanted, CancellationToken ct);
}

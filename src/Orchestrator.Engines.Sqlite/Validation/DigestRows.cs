using System.Text;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Validation;
using Orchestrator.Engines.Sqlite.Rejects;
using Orchestrator.Engines.Sqlite.Source;
using Orchestrator.Engines.Sqlite.Sql;
using Orchestrator.Engines.Sqlite.Types;

namespace Orchestrator.Engines.Sqlite.Validation;

/// <summary>Reads a table's rows with their hashes.</summary>
internal sealed class DigestRows : IDisposable
{
    private const int ReportedCharacters = 128;

    private readonly TableSchema _schema;
    private readonly ColumnPlan[] _plans;
    private readonly int _compared;
    private readonly RowCursor _rows;
    private readonly RejectSet? _rejects;
    private readonly ValueText _text = new(canonical: true);
    private readonly RowHash _row = new();
    private readonly RowHash _key = new();

    /// <param name="database">The file.</param>
    /// <param name="schema">The table.</param>
    /// <param name="table">What of it is compared.</param>
    /// <param name="rejects">Rows that are left out.</param>
    /// <param name="where">Which rows, with WHERE; empty: all.</param>
    public DigestRows(SqliteDatabase database, TableSchema schema, DigestTable table, RejectSet rejects, string where = "")
    {
        _rejects = rejects.Has(schema.Origin!.Value) ? rejects : null;
        var plans = schema.Columns.ToDictionary(c => c.Name, c => new ColumnPlan(c), StringComparer.Ordinal);
        _schema = schema;
        _compared = table.Columns.Count;
        _plans = [.. table.Columns.Concat(table.Key).Select(c => plans[c])];
        _rows = SqliteSnapshotSession.RowsOf(database, schema, _plans, where);
    }

    public bool HasKey => _plans.Length > _compared;

    public (long First, long Second) Hash { get; private set; }

    /// <summary>Of the key, or of the whole row without one.</summary>
    public long KeyHash { get; private set; }

    public bool Next()
    {
        do
        {
            if (!_rows.Next()) return false;
        }
        while (_rejects?.Find(_schema.Origin!.Value, _rows.Number) is not null);
        Hash = HashOf(_row, 0, _compared);
        KeyHash = HasKey ? HashOf(_key, _compared, _plans.Length).First : Hash.First;
        return true;
    }

    public int Bucket(int buckets) => (int)(KeyHash & (buckets - 1));

    public RowDigest Digest(long count = 1) => new([.. Enumerable.Range(_compared, _plans.Length - _compared).Select(i => Text(i) ?? "")], Hash.First, Hash.Second, count);

    public IReadOnlyList<CellContent> Cells() => [.. Enumerable.Range(0, _compared).Select(Cell)];

    public void Dispose()
    {
        _rows.Dispose();
        _row.Dispose();
        _key.Dispose();
    }

    private (long First, long Second) HashOf(RowHash hash, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            if (IsThere(i)) hash.Add(_text.Written);
            else hash.AddNull();
        }

        return hash.End();
    }

    private CellContent Cell(int column)
    {
        if (Text(column) is not { } text) return new CellContent(null, 0, "");
        var end = 0;
        for (var left = ReportedCharacters; left > 0 && end < text.Length; left--) end += char.IsHighSurrogate(text[end]) ? 2 : 1;
        return new CellContent(text[..end], RowHash.Characters(_text.Written), RowHash.Md5(_text.Written));
    }

    private string? Text(int column) => IsThere(column) ? Encoding.UTF8.GetString(_text.Written) : null;

    private bool IsThere(int column)
    {
        try
        {
            return _text.Write(_plans[column], _rows, column);
        }
        catch (OrchestratorException e)
        {
            throw e.About(_schema.Origin.ToString()!);
        }
    }
}

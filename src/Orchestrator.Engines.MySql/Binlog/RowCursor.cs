namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>Goes through the columns of one row of the log: which are NULL stands first, then the values of the others.</summary>
internal ref struct RowCursor
{
    private readonly TableMap _map;
    private readonly ReadOnlySpan<byte> _nulls;
    private ReadOnlySpan<byte> _left;

    /// <param name="map">The table.</param>
    /// <param name="rows">Begins with the row.</param>
    public RowCursor(TableMap map, ReadOnlySpan<byte> rows)
    {
        _map = map;
        var nulls = (map.Columns.Count + 7) / 8;
        _nulls = rows[..nulls];
        _left = rows[nulls..];
        Column = -1;
    }

    /// <summary>Which column it stands at.</summary>
    public int Column { get; private set; }

    public readonly bool IsNull => (_nulls[Column / 8] & (1 << (Column % 8))) != 0;

    /// <summary>The column's bytes with the length before them; empty for NULL.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>What follows the columns read so far.</summary>
    public readonly ReadOnlySpan<byte> Left => _left;

    public bool Next()
    {
        if (++Column >= _map.Columns.Count) return false;
        Value = IsNull ? default : _left[..BinlogValue.Size(_map.Columns[Column], _left)];
        _left = _left[Value.Length..];
        return true;
    }
}

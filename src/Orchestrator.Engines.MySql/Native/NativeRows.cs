namespace Orchestrator.Engines.MySql.Native;

/// <summary>Rows of a query as the server sends them, values in text form. Must be read to the end or disposed before the next query.</summary>
internal sealed unsafe class NativeRows : IDisposable
{
    private readonly NativeConnection _connection;
    private nint _result;
    private byte** _row;
    private nuint* _lengths;

    internal NativeRows(NativeConnection connection, nint result)
    {
        (_connection, _result) = (connection, result);
        ColumnCount = (int)LibMariaDb.NumFields(result);
    }

    public int ColumnCount { get; }

    /// <summary>Goes to the next row; false: there is none.</summary>
    /// <exception cref="NativeError">The read broke off: what came is not all.</exception>
    public bool Next()
    {
        _connection.Turn();
        _row = LibMariaDb.FetchRow(_result);
        _connection.Turn();
        if (_row == null) return _connection.Handle.LastError().Number == 0 ? false : throw NativeError.Of(_connection.Handle);
        _lengths = LibMariaDb.FetchLengths(_result);
        return true;
    }

    public bool IsNull(int column) => _row[column] == null;

    /// <summary>Valid until the next row; empty for NULL.</summary>
    public ReadOnlySpan<byte> Value(int column) => new(_row[column], (int)_lengths[column]);

    /// <summary>Reads what is left and throws it away; on a connection that was aborted that is nothing.</summary>
    public void Dispose()
    {
        if (_result == 0) return;
        _connection.Turn();
        LibMariaDb.FreeResult(_result);
        _connection.Turn();
        _result = 0;
    }
}

using Orchestrator.SqliteNative;
using SQLitePCL;

namespace Orchestrator.Engines.Sqlite.Sql;

/// <summary>How one value is stored (https://www.sqlite.org/datatype3.html#storage_classes_and_datatypes), as the library numbers it.</summary>
internal enum StorageClass
{
    None = 0,
    Integer = 1,
    Real = 2,
    Text = 3,
    Blob = 4,
    Null = 5,
}

/// <summary>A running statement; values are valid until the next step.</summary>
internal sealed class SqliteStatement(SqliteDatabase database, sqlite3_stmt statement) : IDisposable
{
    private readonly nint _handle = statement.DangerousGetHandle();

    public bool Step()
    {
        var result = raw.sqlite3_step(statement);
        database.Require(result);
        return result == raw.SQLITE_ROW;
    }

    public StorageClass Class(int column) => (StorageClass)SqliteColumns.Type(_handle, column);

    public long Integer(int column) => SqliteColumns.Integer(_handle, column);

    public double Real(int column) => SqliteColumns.Real(_handle, column);

    /// <summary>Bytes of a text or blob as they are stored; of a text only if the file keeps UTF-8.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(statement, column);

    /// <summary>The row as texts; NULL as null.</summary>
    public string?[] Texts()
    {
        var row = new string?[raw.sqlite3_column_count(statement)];
        for (var i = 0; i < row.Length; i++)
            row[i] = Class(i) == StorageClass.Null ? null : raw.sqlite3_column_text(statement, i).utf8_to_string();
        return row;
    }

    public void Dispose() => statement.Dispose();
}

using System.Runtime.InteropServices;

namespace Orchestrator.SqliteNative;

/// <summary>
/// What is asked of every value of every row (https://www.sqlite.org/c3ref/column_blob.html), without the safe handle's counting, which
/// takes longer than the answer. The statement must be alive and used by one thread.
/// </summary>
internal static partial class SqliteColumns
{
    /// <summary>Number of the value's storage class.</summary>
    [LibraryImport(SqliteLibrary.Bundled, EntryPoint = "sqlite3_column_type")]
    [SuppressGCTransition]
    internal static partial int Type(nint statement, int column);

    [LibraryImport(SqliteLibrary.Bundled, EntryPoint = "sqlite3_column_int64")]
    [SuppressGCTransition]
    internal static partial long Integer(nint statement, int column);

    [LibraryImport(SqliteLibrary.Bundled, EntryPoint = "sqlite3_column_double")]
    [SuppressGCTransition]
    internal static partial double Real(nint statement, int column);
}

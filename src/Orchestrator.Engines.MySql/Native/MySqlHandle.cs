using System.Runtime.InteropServices;

namespace Orchestrator.Engines.MySql.Native;

/// <summary>A connection of the client library.</summary>
internal sealed class MySqlHandle() : SafeHandle(0, ownsHandle: true)
{
    public MySqlHandle(nint connection)
        : this() => SetHandle(connection);

    public override bool IsInvalid => handle == 0;

    /// <summary>What the last call said: the server's error number, its SQLSTATE and the message; number 0 if nothing is wrong.</summary>
    public unsafe (uint Number, string State, string Message) LastError() => (
        LibMariaDb.Errno(handle),
        Marshal.PtrToStringUTF8((nint)LibMariaDb.SqlState(handle)) ?? "",
        Marshal.PtrToStringUTF8((nint)LibMariaDb.Error(handle)) ?? "");

    protected override bool ReleaseHandle()
    {
        LibMariaDb.Close(handle);
        return true;
    }
}

using System.Runtime.InteropServices;
using System.Text;

namespace Orchestrator.Engines.MySql.Native;

/// <summary>
/// The binary log as the server sends it to a replica (COM_BINLOG_DUMP,
/// https://mariadb.com/kb/en/3-binlog-network-stream/). The library only opens the stream: events are taken as they come
/// over the wire, so that one the library does not know cannot break it.
/// </summary>
internal sealed unsafe class NativeBinlog : IDisposable
{
    private const uint ApiVersion = 2;

    private readonly NativeConnection _connection;
    private nint _rpl;

    private NativeBinlog(NativeConnection connection, nint rpl) => (_connection, _rpl) = (connection, rpl);

    /// <param name="connection">Used by nobody else from now on; its session variables say what kind of replica we are.</param>
    /// <param name="file">Name of the log file.</param>
    /// <param name="offset">Where the first event begins, below 4 GiB.</param>
    /// <param name="serverId">Our number among the server's replicas.</param>
    /// <exception cref="NativeError">The server refuses.</exception>
    public static NativeBinlog Open(NativeConnection connection, string file, uint offset, uint serverId)
    {
        var rpl = LibMariaDb.RplInit(connection.Handle, ApiVersion);
        if (rpl == 0) throw NativeError.Of(connection.Handle);
        var name = Encoding.UTF8.GetBytes(file);
        fixed (byte* text = name) _ = LibMariaDb.RplOption(rpl, LibMariaDb.RplFilename, text, (nuint)name.Length);
        _ = LibMariaDb.RplOption(rpl, LibMariaDb.RplStart, new CULong(offset));
        _ = LibMariaDb.RplOption(rpl, LibMariaDb.RplServerId, new CULong(serverId));
        _ = LibMariaDb.RplOption(rpl, LibMariaDb.RplFlags, new CULong(0));
        if (LibMariaDb.RplOpen(rpl) == 0) return new NativeBinlog(connection, rpl);
        var error = NativeError.Of(connection.Handle);
        LibMariaDb.RplClose(rpl);
        throw error;
    }

    /// <summary>Waits for the next event: its header and body. Valid until the next call; empty: the server ended the stream.</summary>
    /// <exception cref="NativeError">The server gave the stream up, or the connection is gone.</exception>
    public ReadOnlySpan<byte> Next()
    {
        _connection.Turn();
        var length = LibMariaDb.ReadPacket(_connection.Handle);
        _connection.Turn();
        if (length == LibMariaDb.PacketError) throw NativeError.Of(_connection.Handle);
        var packet = new ReadOnlySpan<byte>(ReadPosition(), checked((int)length));
        // OK byte before every event; 0xFE alone is the end.
        return packet is [0xFE, ..] && packet.Length < 9 ? default : packet[1..];
    }

    public void Dispose()
    {
        if (_rpl == 0) return;
        LibMariaDb.RplClose(_rpl);
        _rpl = 0;
    }

    /// <summary><c>net.read_pos</c>: NET is the first member of MYSQL and begins with five pointers, of which it is the last (mariadb_com.h).</summary>
    private byte* ReadPosition() => ((byte**)_connection.Handle.DangerousGetHandle())[4];
}

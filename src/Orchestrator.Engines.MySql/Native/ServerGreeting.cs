using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Orchestrator.Engines.MySql.Native;

/// <summary>
/// What a server says before anybody logs in. The client library must be told beforehand whether to use TLS: asked for it in vain, it
/// goes on without, and then sends some passwords as they are.
/// </summary>
internal static class ServerGreeting
{
    private const ushort TlsCapability = 0x0800;

    /// <summary>Number of thread, first part of the nonce and a zero, between the version and the capabilities.</summary>
    private const int Between = 4 + 8 + 1;

    private const byte ProtocolVersion = 10;

    /// <summary>Servers write a line to their log for everybody who only looks: for one address, as long as it is in use, it is done once.</summary>
    private static readonly ConditionalWeakTable<NativeAddress, object> Known = [];

    /// <summary>The server has TLS; null: it does not say, or cannot be reached, which the log-in will tell better.</summary>
    public static bool? HasTls(NativeAddress address)
    {
        if (Known.TryGetValue(address, out var known)) return (bool)known;
        if (Read(address.Host, address.Port, address.ConnectTimeout) is not { } capabilities) return null;
        var hasTls = (capabilities & TlsCapability) != 0;
        Known.AddOrUpdate(address, hasTls);
        return hasTls;
    }

    private static ushort? Read(string host, int port, TimeSpan timeout)
    {
        try
        {
            using var client = new TcpClient { ReceiveTimeout = (int)timeout.TotalMilliseconds };
            if (!client.ConnectAsync(host, port).Wait(timeout)) return null;
            var stream = client.GetStream();
            var head = new byte[4];
            stream.ReadExactly(head);
            var packet = new byte[head[0] | (head[1] << 8)];
            stream.ReadExactly(packet);
            var end = packet.AsSpan(1).IndexOf((byte)0) + 1;
            return packet[0] == ProtocolVersion && end > 0 ? BinaryPrimitives.ReadUInt16LittleEndian(packet.AsSpan(end + 1 + Between)) : null;
        }
        catch (Exception e) when (e is IOException or SocketException or AggregateException or ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            return null;
        }
    }
}

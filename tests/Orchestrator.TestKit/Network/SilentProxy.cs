using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Orchestrator.TestKit;

/// <summary>
/// A TCP relay to a server on this machine whose connections can fall silent, as when a firewall forgot them or a machine
/// lost power: nothing passes, nothing is acknowledged, nothing is closed. Connections made later work.
/// </summary>
public sealed class SilentProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Relay> _relays = [];
    private readonly int _serverPort;
    private readonly Task _accepting;

    private SilentProxy(int serverPort)
    {
        _serverPort = serverPort;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Where to connect instead of the server.</summary>
    public int Port { get; }

    /// <summary>Starts to relay to that port of this machine.</summary>
    public static SilentProxy Start(int serverPort) => new(serverPort);

    /// <summary>The URL of the cluster's database through this relay.</summary>
    public string Through(string url, int serverPort) => url.Replace($":{serverPort}/", $":{Port}/", StringComparison.Ordinal);

    /// <inheritdoc cref="Through(string, int)"/>
    public string Through(PgDatabase database) => database.Url.Replace($":{database.Cluster.Port}/", $":{Port}/", StringComparison.Ordinal);

    /// <summary>From now on the connections that are open hear nothing any more, on either side.</summary>
    /// <returns>How many there were.</returns>
    public int FallSilent() => _relays.Count(r => r.FallSilent());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        foreach (var relay in _relays) relay.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                var client = await _listener.AcceptSocketAsync();
                var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                var relay = new Relay(client, server);
                _relays.Add(relay);
                await relay.OpenAsync(_serverPort);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private sealed class Relay(Socket client, Socket server) : IDisposable
    {
        private const int LevelSocket = 1, AttachFilter = 26, LevelTcp = 6, TcpInfo = 11;
        private volatile bool _silent;
        private bool _ended;
        private int _sending;

        public async Task OpenAsync(int port)
        {
            client.NoDelay = true;
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, port);
            }
            catch (SocketException)
            {
                // The server is down: its clients are refused, as they would be without us.
                Dispose();
                return;
            }

            _ = PumpAsync(client, server);
            _ = PumpAsync(server, client);
        }

        public bool FallSilent()
        {
            lock (client)
            {
                if (_ended || _silent) return false;
                _silent = true;
                // What is on its way would be sent again and again, and whoever hears that is not alone.
                if (!SpinWait.SpinUntil(() => Volatile.Read(ref _sending) == 0 && IsAllDelivered(client) && IsAllDelivered(server), TimeSpan.FromSeconds(5)))
                    throw new InvalidOperationException("What was sent is not acknowledged: the relay cannot fall silent.");
                DropAll(client);
                DropAll(server);
                return true;
            }
        }

        public void Dispose()
        {
            lock (client)
            {
                _ended = true;
                client.Dispose();
                server.Dispose();
            }
        }

        private async Task PumpAsync(Socket from, Socket to)
        {
            var buffer = new byte[16 * 1024];
            try
            {
                while (await from.ReceiveAsync(buffer) is var read and > 0)
                {
                    // Nothing may wait here for an end that takes nothing in: TCP would go on asking it.
                    while (!_silent && Room(to) < read) await Task.Delay(1);
                    // Counted before it looks: whoever makes us silent waits for those that saw nothing of it yet.
                    Interlocked.Increment(ref _sending);
                    if (!_silent) await to.SendAsync(buffer.AsMemory(0, read));
                    Interlocked.Decrement(ref _sending);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Whichever end broke, the other is told below.
                System.Diagnostics.Trace.WriteLine(e.Message);
            }

            if (!_silent) Dispose();
        }

        /// <summary>Nothing is left to be sent or acknowledged.</summary>
        private static bool IsAllDelivered(Socket socket)
        {
            // struct tcp_info of linux/tcp.h: unacked at 24, notsent_bytes at 144.
            Span<byte> info = stackalloc byte[148];
            socket.GetRawSocketOption(LevelTcp, TcpInfo, info);
            return BinaryPrimitives.ReadUInt32LittleEndian(info[24..]) == 0 && BinaryPrimitives.ReadUInt32LittleEndian(info[144..]) == 0;
        }

        /// <summary>Bytes the other end has announced to take in and that are not on their way yet.</summary>
        private static long Room(Socket socket)
        {
            // bytes_acked at 120, notsent_bytes at 144, bytes_sent at 200, bytes_retrans at 208, snd_wnd at 228.
            Span<byte> info = stackalloc byte[232];
            socket.GetRawSocketOption(LevelTcp, TcpInfo, info);
            var onTheWay = BinaryPrimitives.ReadInt64LittleEndian(info[200..]) - BinaryPrimitives.ReadInt64LittleEndian(info[208..])
                - BinaryPrimitives.ReadInt64LittleEndian(info[120..]);
            return BinaryPrimitives.ReadUInt32LittleEndian(info[228..]) - onTheWay - BinaryPrimitives.ReadUInt32LittleEndian(info[144..]);
        }

        /// <summary>A packet filter that lets nothing through (socket(7), SO_ATTACH_FILTER): not even TCP hears what arrives.</summary>
        private static void DropAll(Socket socket)
        {
            var program = GCHandle.Alloc(new byte[] { 6, 0, 0, 0, 0, 0, 0, 0 }, GCHandleType.Pinned);
            try
            {
                Span<byte> filter = stackalloc byte[16];
                filter.Clear();
                BinaryPrimitives.WriteUInt16LittleEndian(filter, 1);
                BinaryPrimitives.WriteInt64LittleEndian(filter[8..], program.AddrOfPinnedObject());
                socket.SetRawSocketOption(LevelSocket, AttachFilter, filter);
            }
            finally
            {
                program.Free();
            }
        }
    }
}

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

    /// <summary>Starts to relay.</summary>
    public static SilentProxy Start(PgCluster cluster) => new(cluster.Port);

    /// <summary>The URL of the cluster's database through this relay.</summary>
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
        private const int LevelSocket = 1, AttachFilter = 26;
        private volatile bool _silent;
        private bool _ended;

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
            var buffer = new byte[64 * 1024];
            try
            {
                while (await from.ReceiveAsync(buffer) is var read and > 0 && !_silent) await to.SendAsync(buffer.AsMemory(0, read));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Whichever end broke, the other is told below.
                System.Diagnostics.Trace.WriteLine(e.Message);
            }

            if (!_silent) Dispose();
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

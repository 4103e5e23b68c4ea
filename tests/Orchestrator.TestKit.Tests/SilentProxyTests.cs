using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Orchestrator.TestKit.Tests;

public sealed class SilentProxyTests
{
    [Fact]
    public async Task Nothing_is_heard_of_a_silent_relay_however_busy_it_was()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var proxy = SilentProxy.Start(((IPEndPoint)listener.LocalEndpoint).Port);
        var clients = new List<Socket>();
        var traffic = new List<Task>();
        for (var i = 0; i < 20; i++)
        {
            var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(IPAddress.Loopback, proxy.Port);
            var server = await listener.AcceptSocketAsync();
            clients.Add(client);
            traffic.Add(TrafficAsync(server, s => s.SendAsync(new byte[1000])));
            traffic.Add(TrafficAsync(client, s => s.ReceiveAsync(new byte[1000])));
        }

        await Task.Delay(200);
        Assert.Equal(20, proxy.FallSilent());
        await Task.Delay(1500);

        Assert.All(clients, c => Assert.InRange(MillisecondsSinceHeard(c), 1000u, uint.MaxValue));
        Assert.Equal(0, proxy.FallSilent());
        clients.ForEach(c => c.Dispose());
        await proxy.DisposeAsync();
        await Task.WhenAll(traffic);
    }

    private static async Task TrafficAsync(Socket socket, Func<Socket, Task<int>> step)
    {
        try
        {
            while (await step(socket) > 0)
            {
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            socket.Dispose();
        }
    }

    /// <summary>struct tcp_info of linux/tcp.h: last_ack_recv at 56.</summary>
    private static uint MillisecondsSinceHeard(Socket socket)
    {
        Span<byte> info = stackalloc byte[60];
        socket.GetRawSocketOption(6, 11, info);
        return BinaryPrimitives.ReadUInt32LittleEndian(info[56..]);
    }
}

using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Npgsql;
using Npgsql.Internal;

namespace Orchestrator.Engines.PostgreSql.Sql;

/// <summary>
/// Ends connections whose peer is gone without a word (CASES C18): a firewall forgot them, a cable is out, a machine lost
/// power. One that waits is found by TCP keep-alive; one with bytes on their way is not probed by it, and TCP itself sends
/// them again for a quarter of an hour. Only silence of the peer's TCP counts, so a statement may take as long as it takes.
/// </summary>
/// <remarks>
/// Not <c>TCP_USER_TIMEOUT</c>: it also ends a connection whose living peer takes nothing in for that time, which is how
/// a server looks that works on the first statement of a large batch (tcp_probe_timer in Linux).
/// </remarks>
internal static class PgSocketWatch
{
    /// <summary>Seconds of silence before keep-alive asks, and between its questions; Linux gives up after nine.</summary>
    public const int KeepAliveTime = 15, KeepAliveInterval = 5;

    private const int LevelTcp = 6, TcpInfo = 11, TcpInfoBytes = 32;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(50);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeProvider Clock = TimeProvider.System;
    private static readonly Dictionary<Socket, Resent> Sockets = new(ReferenceEqualityComparer.Instance);
    private static readonly Lock Gate = new();
    private static ITimer? s_timer;

    /// <summary>Bytes sent again and again.</summary>
    /// <param name="Times">How often so far; back to 0 when the peer acknowledges them.</param>
    /// <param name="Since">Timestamp of the first look that saw it.</param>
    private readonly record struct Resent(int Times, long Since);

    /// <summary>Watches an open connection until it is closed.</summary>
    public static void Add(NpgsqlConnection connection)
    {
        if (!OperatingSystem.IsLinux() || ConnectorOf(connection) is not { } connector || SocketOf(connector) is not { } socket) return;
        if (socket.AddressFamily == AddressFamily.Unix) return;
        lock (Gate)
        {
            Sockets[socket] = default;
            s_timer ??= Clock.CreateTimer(_ => LookAtAll(), null, Interval, Interval);
        }
    }

    /// <summary>Breaks the connection when cancelled: whoever is blocked in it gets an error at once, as from a reset.</summary>
    public static CancellationTokenRegistration AbortOn(NpgsqlConnection connection, CancellationToken ct) =>
        ct.Register(static c =>
        {
            if (ConnectorOf((NpgsqlConnection)c!) is { } connector) SocketOf(connector)?.Dispose();
        }, connection);

    /// <summary>
    /// Whether nothing came on a session nobody uses: a server that ended it said so, one that restarted closed its end. A session
    /// that is cut off without a word is not noticed here.
    /// </summary>
    public static bool IsQuiet(NpgsqlConnection connection)
    {
        try
        {
            return ConnectorOf(connection) is { } connector && SocketOf(connector)?.Poll(0, SelectMode.SelectRead) == false;
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            return false;
        }
    }

    private static void LookAtAll()
    {
        lock (Gate)
        {
            foreach (var (socket, before) in Sockets.ToArray())
            {
                if (TimesResent(socket) is not { } times)
                {
                    Sockets.Remove(socket);
                }
                else if (times == 0 || times < before.Times || before.Times == 0)
                {
                    Sockets[socket] = new Resent(times, Clock.GetTimestamp());
                }
                else if (Clock.GetElapsedTime(before.Since) > Silence)
                {
                    // Whoever waits for it gets an error, as from a connection that was reset.
                    Sockets.Remove(socket);
                    socket.Dispose();
                }
            }

            if (Sockets.Count > 0) return;
            s_timer?.Dispose();
            s_timer = null;
        }
    }

    /// <summary>How often the oldest unacknowledged bytes were sent again; null if the connection is closed.</summary>
    private static int? TimesResent(Socket socket)
    {
        try
        {
            // struct tcp_info of linux/tcp.h: retransmits at 2, unacked at 24.
            Span<byte> info = stackalloc byte[TcpInfoBytes];
            socket.GetRawSocketOption(LevelTcp, TcpInfo, info);
            return BinaryPrimitives.ReadUInt32LittleEndian(info[24..]) > 0 ? info[2] : 0;
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            return null;
        }
    }

    // Npgsql shows its socket to nobody. A version that keeps it elsewhere fails here at the first connection, not silently.
#pragma warning disable NPG9001
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Connector")]
    private static extern NpgsqlConnector? ConnectorOf(NpgsqlConnection connection);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_socket")]
    private static extern ref Socket? SocketOf(NpgsqlConnector connector);
#pragma warning restore NPG9001
}

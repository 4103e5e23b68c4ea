using System.Runtime.InteropServices;
using System.Text;

namespace Orchestrator.Engines.MySql.Native;

/// <summary>How to reach a server; nothing of it comes from configuration files of the client library.</summary>
/// <param name="Host">Name or address; a path that begins with / is a socket.</param>
/// <param name="Port">TCP port.</param>
/// <param name="User">Account.</param>
/// <param name="Password">A secret; null: none.</param>
/// <param name="Tls">How much of TLS is asked for.</param>
/// <param name="Ca">File with the authorities that are trusted; null: the system's.</param>
/// <param name="Certificate">File with our certificate; null: none.</param>
/// <param name="Key">File with its key.</param>
/// <param name="ConnectTimeout">Longest time for the connection to be made.</param>
internal sealed record NativeAddress(
    string Host, int Port, string User, string? Password, TlsMode Tls, string? Ca, string? Certificate, string? Key, TimeSpan ConnectTimeout)
{
    /// <summary>A connection was made with it: TLS that fails later is the server going away in the middle of it, not a setting.</summary>
    public bool HasWorked { get; set; }
}

/// <summary>How much of TLS is asked for.</summary>
internal enum TlsMode
{
    Disable,

    /// <summary>If the server has it.</summary>
    Prefer,

    /// <summary>Always, whoever the server is.</summary>
    Require,

    /// <summary>Always, and the certificate must be the host's, signed by an authority that is trusted.</summary>
    Verify,
}

/// <summary>
/// One connection; not for concurrent use, except <see cref="Abort"/>. Every call blocks.
/// </summary>
internal sealed unsafe class NativeConnection : IDisposable
{
    /// <summary>The largest packet the protocol knows: one row or one event must fit.</summary>
    private const ulong LargestPacket = 1UL << 30;

    private readonly MySqlHandle _handle;
    private readonly SilenceWatch? _watch;

    private NativeConnection(MySqlHandle handle, TimeSpan? silence)
    {
        _handle = handle;
        if (silence is { } longest) _watch = new SilenceWatch(longest, Abort);
    }

    /// <summary>As the server tells it, e.g. <c>10.11.14-MariaDB-log</c>.</summary>
    public string ServerVersion => Marshal.PtrToStringUTF8((nint)LibMariaDb.ServerInfo(_handle)) ?? "";

    public MySqlHandle Handle => _handle;

    /// <param name="address">Where to.</param>
    /// <param name="silence">Longest silence of the server within one answer; null: as long as it takes.</param>
    /// <exception cref="NativeError">The server cannot be reached or refuses.</exception>
    public static NativeConnection Open(NativeAddress address, TimeSpan? silence)
    {
        var handle = new MySqlHandle(LibMariaDb.Init(0));
        try
        {
            var raw = handle.DangerousGetHandle();
            Set(raw, LibMariaDb.OptConnectTimeout, (uint)address.ConnectTimeout.TotalSeconds);
            // A hostile server could ask for any file of ours (CASES S4).
            Set(raw, LibMariaDb.OptLocalInfile, 0);
            Set(raw, LibMariaDb.OptReconnect, (byte)0);
            var largest = (nuint)LargestPacket;
            _ = LibMariaDb.Options(raw, LibMariaDb.OptMaxAllowedPacket, &largest);
            Set(raw, LibMariaDb.SetCharsetName, "utf8mb4");
            var isSocket = address.Host.StartsWith('/');
            var tls = isSocket ? TlsMode.Disable : Possible(address);
            SetTls(raw, address, tls);
            if (LibMariaDb.RealConnect(
                    raw, isSocket ? "localhost" : address.Host, address.User, address.Password, null, (uint)address.Port, isSocket ? address.Host : null, 0) == 0)
                throw address.HasWorked ? NativeError.Of(handle) : NativeError.OfOpening(handle);
            if (tls != TlsMode.Disable && LibMariaDb.SslCipher(handle) == null) throw NoTls();
            address.HasWorked = true;
            return new NativeConnection(handle, silence);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Runs a statement that gives no rows, or whose rows nobody wants.</summary>
    public void Run(string sql)
    {
        using var result = Query(sql);
        while (result?.Next() == true)
        {
            // Rows of a statement that is run for its effect.
        }
    }

    /// <summary>Sends a statement; the rows come as they are asked for. Null: it gives none.</summary>
    public NativeRows? Query(string sql)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        fixed (byte* text = bytes)
        {
            Turn();
            var failed = LibMariaDb.RealQuery(_handle, text, (nuint)bytes.Length) != 0;
            Turn();
            if (failed) throw NativeError.Of(_handle);
        }

        var result = LibMariaDb.UseResult(_handle);
        if (result != 0) return new NativeRows(this, result);
        return _handle.LastError().Number == 0 ? null : throw NativeError.Of(_handle);
    }

    /// <summary>Ends whatever is waited for, from any thread: the call under way fails as if the connection had been cut.</summary>
    public void Abort()
    {
        var kept = false;
        try
        {
            // The library must not close it, and the system give its number to another, while we use it.
            _handle.DangerousAddRef(ref kept);
            _ = LibMariaDb.Shutdown(LibMariaDb.Socket(_handle), 2);
        }
        catch (ObjectDisposedException)
        {
            // Closed already: nobody waits in it.
            return;
        }
        finally
        {
            if (kept) _handle.DangerousRelease();
        }
    }

    /// <summary>Before and after each call that waits for the server.</summary>
    public void Turn() => _watch?.Turn();

    public void Dispose()
    {
        _watch?.Dispose();
        _handle.Dispose();
    }

    /// <summary>What is asked for, as far as the server can. The library itself falls back to none, and then sends some passwords as they are.</summary>
    private static TlsMode Possible(NativeAddress address)
    {
        if (address.Tls is TlsMode.Disable or TlsMode.Verify) return address.Tls;
        return ServerGreeting.HasTls(address) switch
        {
            true => TlsMode.Require,
            false when address.Tls == TlsMode.Require => throw NoTls(),
            // A server that does not say so now must prove it: only that mode is kept to by the library.
            null when address.Tls == TlsMode.Require => TlsMode.Verify,
            _ => TlsMode.Disable,
        };
    }

    private static NativeError NoTls() => new(NativeError.TlsFailed, "HY000", "the server has no TLS");

    private static void SetTls(nint raw, NativeAddress address, TlsMode mode)
    {
        if (mode == TlsMode.Disable) return;
        Set(raw, LibMariaDb.OptSslEnforce, (byte)1);
        Set(raw, LibMariaDb.OptSslVerifyServerCert, (byte)(mode == TlsMode.Verify ? 1 : 0));
        if (address.Ca is not null) Set(raw, LibMariaDb.OptSslCa, address.Ca);
        if (address.Certificate is not null) Set(raw, LibMariaDb.OptSslCert, address.Certificate);
        if (address.Key is not null) Set(raw, LibMariaDb.OptSslKey, address.Key);
    }

    private static void Set(nint raw, int option, uint value) => _ = LibMariaDb.Options(raw, option, &value);

    private static void Set(nint raw, int option, byte value) => _ = LibMariaDb.Options(raw, option, &value);

    private static void Set(nint raw, int option, string value)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(value + '\0')) _ = LibMariaDb.Options(raw, option, text);
    }
}

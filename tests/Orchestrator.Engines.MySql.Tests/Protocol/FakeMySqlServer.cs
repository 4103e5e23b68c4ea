using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Orchestrator.Engines.MySql.Tests.Protocol;

/// <summary>
/// As much of a MySQL server as our connection asks for: handshake, log-in by any of its methods, TLS, statements with
/// answers that are set beforehand, and a log. Made after the documentation of the protocol
/// (https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html); whoever logs in is checked as the server would.
/// </summary>
internal sealed class FakeMySqlServer : IAsyncDisposable
{
    public const string Password = "s3cret-pa55word";

    private const uint Ssl = 0x800, AnyCapabilities = 0x002A_F3FF;
    private const byte Query = 3, Quit = 1, BinlogDump = 18, RegisterReplica = 21;

    private static readonly byte[] Nonce = "K%fD9v!a(Lm2x&qT)]:~"u8.ToArray();

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly X509Certificate2 _certificate;
    private readonly List<Task> _sessions = [];
    private readonly Task _accepting;

    public FakeMySqlServer()
    {
        using var request = RSA.Create(2048);
        using var made = new CertificateRequest("CN=MySQL_Server_8.4.3_Auto_Generated_Server_Certificate", request, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        _certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Version { get; init; } = "8.4.3";

    /// <summary>The server's own method; the account may have another.</summary>
    public string DefaultMethod { get; init; } = "caching_sha2_password";

    public string AccountMethod { get; init; } = "caching_sha2_password";

    public bool HasTls { get; init; } = true;

    /// <summary>The account's password is known since an earlier log-in.</summary>
    public bool IsCached { get; init; }

    /// <summary>Rows by the beginning of the statement.</summary>
    public Dictionary<string, string?[][]> Answers { get; } = new(StringComparer.Ordinal);

    /// <summary>Events sent to whoever asks for the log.</summary>
    public IReadOnlyList<byte[]> Log { get; init; } = [];

    /// <summary>A file of the client's that the server asks for instead of every answer, as if LOAD DATA LOCAL INFILE had been said.</summary>
    public string? AsksFor { get; init; }

    /// <summary>What came after it asked.</summary>
    public List<byte[]> Given { get; } = [];

    /// <summary>Statements and commands that came, e.g. <c>SET NAMES utf8mb4</c>, <c>#18</c>.</summary>
    public List<string> Seen { get; } = [];

    /// <summary>How the log-in went: <c>tls</c>, <c>switch</c>, <c>fast</c>, <c>full</c>, <c>key</c>.</summary>
    public List<string> LogIn { get; } = [];

    public string Url(string parameters = "", string password = Password) =>
        $"mysql://mover:{password}@127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/shop{parameters}";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_sessions);
        _stop.Dispose();
        _rsa.Dispose();
        _certificate.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _sessions.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        await using var wire = new Packets(client.GetStream());
        try
        {
            if (await LogInAsync(wire)) await AnswerAsync(wire);
        }
        catch (Exception e) when (e is IOException or EndOfStreamException or OperationCanceledException)
        {
            // The client is gone.
            return;
        }
    }

    private async Task<bool> LogInAsync(Packets wire)
    {
        var capabilities = AnyCapabilities | (HasTls ? Ssl : 0);
        await wire.WriteAsync(
        [
            10, .. Encoding.ASCII.GetBytes(Version), 0, 42, 0, 0, 0, .. Nonce[..8], 0, .. BitConverter.GetBytes((ushort)capabilities), 255, 2, 0,
            .. BitConverter.GetBytes((ushort)(capabilities >> 16)), 21, .. new byte[10], .. Nonce[8..20], 0, .. Encoding.ASCII.GetBytes(DefaultMethod), 0,
        ]);
        var response = await wire.ReadAsync();
        if ((BinaryPrimitives.ReadUInt32LittleEndian(response) & Ssl) != 0)
        {
            await wire.EncryptAsync(_certificate);
            LogIn.Add("tls");
            response = await wire.ReadAsync();
        }

        var (method, proof) = Response(response);
        if (method != AccountMethod)
        {
            LogIn.Add("switch");
            await wire.WriteAsync([0xFE, .. Encoding.ASCII.GetBytes(AccountMethod), 0, .. Nonce, 0]);
            proof = await wire.ReadAsync();
        }

        var isRight = AccountMethod switch
        {
            "caching_sha2_password" => await CachingAsync(wire, proof),
            "sha256_password" => await FullAsync(wire, proof),
            "mysql_native_password" => proof.SequenceEqual(Native()),
            _ => false,
        };
        await wire.WriteAsync(isRight ? Ok : Error(1045, "28000", "Access denied for user 'mover'@'localhost' (using password: YES)"));
        return isRight;
    }

    /// <summary>Capabilities, largest packet, character set, 23 bytes; user; proof with its length; perhaps a database; method.</summary>
    private static (string Method, byte[] Proof) Response(byte[] packet)
    {
        var capabilities = BinaryPrimitives.ReadUInt32LittleEndian(packet);
        var at = Array.IndexOf(packet, (byte)0, 32) + 1;
        var proof = packet[(at + 1)..(at + 1 + packet[at])];
        at += 1 + proof.Length;
        if ((capabilities & 8) != 0) at = Array.IndexOf(packet, (byte)0, at) + 1;
        return (Encoding.ASCII.GetString(packet[at..Array.IndexOf(packet, (byte)0, at)]), proof);
    }

    /// <summary>What is known is proved by a hash (0x03); what is not must come itself (0x04).</summary>
    private async Task<bool> CachingAsync(Packets wire, byte[] proof)
    {
        if (IsCached)
        {
            LogIn.Add("fast");
            var isRight = proof.SequenceEqual(Caching());
            if (isRight) await wire.WriteAsync([1, 3]);
            return isRight;
        }

        await wire.WriteAsync([1, 4]);
        LogIn.Add("full");
        return await FullAsync(wire, await wire.ReadAsync());
    }

    /// <summary>The password itself, over TLS; or hidden by the nonce and the server's public key, which may be asked for first.</summary>
    private async Task<bool> FullAsync(Packets wire, byte[] proof)
    {
        if (wire.IsEncrypted) return proof.SequenceEqual((byte[])[.. Encoding.UTF8.GetBytes(Password), 0]);
        if (proof is [1] or [2])
        {
            LogIn.Add("key");
            await wire.WriteAsync([1, .. Encoding.ASCII.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem())]);
            proof = await wire.ReadAsync();
        }

        var hidden = _rsa.Decrypt(proof, RSAEncryptionPadding.OaepSHA1);
        for (var i = 0; i < hidden.Length; i++) hidden[i] ^= Nonce[i % 20];
        return hidden.SequenceEqual((byte[])[.. Encoding.UTF8.GetBytes(Password), 0]);
    }

    private static byte[] Caching()
    {
        var once = SHA256.HashData(Encoding.UTF8.GetBytes(Password));
        return [.. once.Zip(SHA256.HashData([.. SHA256.HashData(once), .. Nonce[..20]]), (a, b) => (byte)(a ^ b))];
    }

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "What mysql_native_password is.")]
    private static byte[] Native()
    {
        var once = SHA1.HashData(Encoding.UTF8.GetBytes(Password));
        return [.. once.Zip(SHA1.HashData([.. Nonce[..20], .. SHA1.HashData(once)]), (a, b) => (byte)(a ^ b))];
    }

    private async Task AnswerAsync(Packets wire)
    {
        while (true)
        {
            wire.Begin();
            var command = await wire.ReadAsync();
            if (command[0] == Quit) return;
            var sql = command[0] == Query ? Encoding.UTF8.GetString(command.AsSpan(1)) : $"#{command[0]}";
            lock (Seen) Seen.Add(sql);
            if (AsksFor is not null)
            {
                await wire.WriteAsync([0xFB, .. Encoding.UTF8.GetBytes(AsksFor)]);
                var given = await wire.ReadAsync();
                lock (Given) Given.Add(given);
                await wire.WriteAsync(Ok);
                continue;
            }

            if (command[0] == BinlogDump)
            {
                foreach (var packet in Log) await wire.WriteAsync([0, .. packet]);
                await Task.Delay(Timeout.Infinite, _stop.Token);
            }

            if (command[0] is not (Query or RegisterReplica)) await wire.WriteAsync(Error(1047, "08S01", "Unknown command"));
            else if (Answers.Where(a => sql.StartsWith(a.Key, StringComparison.Ordinal)).Select(a => a.Value).FirstOrDefault() is not { } rows) await wire.WriteAsync(sql.StartsWith("SELECT", StringComparison.Ordinal) || sql.StartsWith("SHOW", StringComparison.Ordinal) ? Error(1064, "42000", $"no answer to {sql}") : Ok);
            else await RowsAsync(wire, rows);
        }
    }

    private static async Task RowsAsync(Packets wire, string?[][] rows)
    {
        var width = rows.Length > 0 ? rows[0].Length : 1;
        await wire.WriteAsync([(byte)width]);
        for (var i = 0; i < width; i++) await wire.WriteAsync([3, .. "def"u8, 0, 0, 0, 1, (byte)'c', 0, 12, 45, 0, 0, 4, 0, 0, 253, 0, 0, 0, 0, 0]);
        await wire.WriteAsync(EndOfFile);
        foreach (var row in rows) await wire.WriteAsync([.. row.SelectMany(v => v is null ? [0xFB] : (byte[])[0xFC, .. BitConverter.GetBytes((ushort)Encoding.UTF8.GetByteCount(v)), .. Encoding.UTF8.GetBytes(v)])]);
        await wire.WriteAsync(EndOfFile);
    }

    private static byte[] Ok => [0, 0, 0, 2, 0, 0, 0];

    private static byte[] EndOfFile => [0xFE, 0, 0, 2, 0];

    private static byte[] Error(ushort number, string state, string message) => [0xFF, .. BitConverter.GetBytes(number), (byte)'#', .. Encoding.ASCII.GetBytes(state + message)];

    /// <summary>Three bytes length, one that counts, the packet.</summary>
    private sealed class Packets(NetworkStream network) : IAsyncDisposable
    {
        private Stream _stream = network;
        private byte _number;

        public bool IsEncrypted => _stream is SslStream;

        public void Begin() => _number = 0;

        public async Task EncryptAsync(X509Certificate2 certificate)
        {
            var tls = new SslStream(_stream);
            _stream = tls;
            await tls.AuthenticateAsServerAsync(certificate);
        }

        public async Task<byte[]> ReadAsync()
        {
            var head = new byte[4];
            await _stream.ReadExactlyAsync(head);
            _number = (byte)(head[3] + 1);
            var packet = new byte[head[0] | (head[1] << 8) | (head[2] << 16)];
            await _stream.ReadExactlyAsync(packet);
            return packet;
        }

        public async Task WriteAsync(byte[] packet)
        {
            await _stream.WriteAsync((byte[])[(byte)packet.Length, (byte)(packet.Length >> 8), (byte)(packet.Length >> 16), _number++, .. packet]);
            await _stream.FlushAsync();
        }

        public ValueTask DisposeAsync() => _stream.DisposeAsync();
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orchestrator.Cli.Tests.Remote;

/// <summary>Answers as a service, a proxy or something else might, one request a connection; the real one is tested in the service's own tests.</summary>
internal sealed class StandInService : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<string, string?> _answer;
    private readonly Task _answering;

    /// <param name="answer">From the request line to the whole answer; null closes the connection without one.</param>
    public StandInService(Func<string, string?> answer)
    {
        _answer = answer;
        _listener.Start();
        _answering = AnswerAsync();
    }

    public string Url => $"http://{_listener.LocalEndpoint}";

    public static string Of(string status, string body = "", string header = "") =>
        $"HTTP/1.1 {status}\r\nConnection: close\r\n{header}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _answering;
    }

    private async Task AnswerAsync()
    {
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await using var stream = client.GetStream();
                var buffer = new byte[16 * 1024];
                var read = await stream.ReadAsync(buffer);
                if (_answer(Encoding.ASCII.GetString(buffer, 0, read).Split("\r\n")[0]) is { } answer) await stream.WriteAsync(Encoding.UTF8.GetBytes(answer));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
            {
                // Whoever asked is gone, or nobody will ask any more.
                if (!_listener.Server.IsBound) return;
            }
        }
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orchestrator.TestKit.Connectors;

/// <summary>A request: path parts unescaped, query without question mark.</summary>
internal sealed record RestRequest(string Verb, IReadOnlyList<string> Path, string Query, string Body);

/// <summary>Its answer; an empty body is none.</summary>
internal readonly record struct RestAnswer(int Status, string Body = "");

/// <summary>Serves HTTP on a loopback port, one request at a time, and can go away and come back on that port.</summary>
internal sealed class RestServer(Func<RestRequest, Task<RestAnswer>> answer) : IDisposable
{
    private HttpListener? _listener;
    private CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;
    private int _port;

    public string Url => $"http://127.0.0.1:{_port}";

    public ConcurrentQueue<string> Seen { get; } = new();

    public void Start()
    {
        for (var left = 20; _listener is null; left--)
        {
            var port = _port == 0 ? FreePort() : _port;
            var listener = new HttpListener();
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                listener.Start();
                (_listener, _port) = (listener, port);
            }
            catch (HttpListenerException) when (left > 0 && _port == 0)
            {
                // Somebody else took the port in between: another one.
                listener.Close();
            }
        }

        var started = _listener;
        _stop = new CancellationTokenSource();
        var stop = _stop.Token;
        _loop = Task.Run(() => ServeAsync(started, stop), CancellationToken.None);
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        _listener?.Abort();
        _listener = null;
        await _loop;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener?.Abort();
        _stop.Dispose();
    }

    /// <param name="listener">Where requests come in.</param>
    /// <param name="stop">Ends the waiting: a listener that is aborted at the moment it begins to wait never says so.</param>
    private async Task ServeAsync(HttpListener listener, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                var context = await listener.GetContextAsync().WaitAsync(stop);
                await AnswerAsync(context, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException or IOException)
            {
                // Stopped, or the client went away.
                if (!listener.IsListening) return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context, CancellationToken stop)
    {
        using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
        var (path, query) = Split(context.Request.RawUrl ?? "/");
        Seen.Enqueue($"{context.Request.HttpMethod} {path}");
        var parts = path.Trim('/').Split('/').Select(Uri.UnescapeDataString).ToList();
        var result = await answer(new RestRequest(context.Request.HttpMethod, parts, query, await reader.ReadToEndAsync(stop).WaitAsync(stop)));
        context.Response.StatusCode = result.Status;
        context.Response.ContentType = "application/json";
        if (result.Body.Length > 0) await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(result.Body), stop);
        context.Response.Close();
    }

    private static (string Path, string Query) Split(string url) =>
        url.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? (url[..mark], url[(mark + 1)..]) : (url, "");

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}

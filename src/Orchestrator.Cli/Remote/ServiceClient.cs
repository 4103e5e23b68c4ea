using System.Net;
using System.Text;
using System.Text.Json;
using Orchestrator.Cli.Options;
using Orchestrator.Core.Errors;

namespace Orchestrator.Cli.Remote;

/// <summary>Sends requests to a service; what is refused or not answered becomes an error with a code.</summary>
internal sealed class ServiceClient : IDisposable
{
    private const int LargestAnswer = 64 << 20;

    private static readonly TimeSpan ToConnect = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ToAnswer = TimeSpan.FromSeconds(30);
    private readonly HttpClient _http;

    public ServiceClient(ServiceAddress service)
    {
        Service = service;
        // The token goes to where the user said and nowhere else: no redirects.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = ToConnect })
        {
            BaseAddress = service.Root, Timeout = ToAnswer, MaxResponseContentBufferSize = LargestAnswer,
        };
        _http.DefaultRequestHeaders.Authorization = new("Bearer", service.Token);
    }

    public ServiceAddress Service { get; }

    /// <returns>Null: the service has nothing to say about it yet.</returns>
    /// <exception cref="OrchestratorException">Refused, not reached, or not the answer of a service.</exception>
    public async Task<T?> FindAsync<T>(string path, CancellationToken ct)
        where T : class
    {
        var (status, _, body) = await SendAsync(HttpMethod.Get, path, null, ct);
        return status == HttpStatusCode.NoContent ? null : Read<T>(body);
    }

    /// <exception cref="OrchestratorException">As <see cref="FindAsync"/>; also that there is nothing.</exception>
    public async Task<T> GetAsync<T>(string path, CancellationToken ct)
        where T : class => await FindAsync<T>(path, ct) ?? throw ServiceErrors.Strange(Service, ErrorKind.Configuration, "nothing");

    /// <returns>What was taken on, and where it can be seen.</returns>
    public async Task<(Uri? Where, string Body)> PostAsync(string path, ServiceConfirmation? body, CancellationToken ct)
    {
        var (_, where, answer) = await SendAsync(HttpMethod.Post, path, body, ct);
        return (where, answer);
    }

    public T Read<T>(string body)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(body, ServiceWords.Options) ?? throw ServiceErrors.Strange(Service, ErrorKind.Configuration, "null");
        }
        catch (JsonException e)
        {
            throw ServiceErrors.Strange(Service, ErrorKind.Configuration, $"its answer cannot be read at {e.Path ?? "$"}");
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<(HttpStatusCode Status, Uri? Where, string Body)> SendAsync(HttpMethod method, string path, ServiceConfirmation? body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null) request.Content = new StringContent(JsonSerializer.Serialize(body, ServiceWords.Options), Encoding.UTF8, "application/json");
        try
        {
            using var answer = await _http.SendAsync(request, ct);
            var text = await answer.Content.ReadAsStringAsync(ct);
            return answer.IsSuccessStatusCode ? (answer.StatusCode, answer.Headers.Location, text) : throw ServiceErrors.Of(Service, answer.StatusCode, text);
        }
        catch (HttpRequestException e)
        {
            throw ServiceErrors.Unreached(Service, e);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw ServiceErrors.Silent(Service, e);
        }
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Orchestrator.TestKit;

namespace Orchestrator.Service.Tests;

/// <summary>The service as an administrator starts it: a process of its own, spoken to over HTTP.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    public const string Key = "a key of the tests that is long enough to sign tokens";

    /// <summary>In an option: a directory that goes with the service.</summary>
    public const string Home = "{home}";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-service-");
    private readonly string[] _options;
    private OrchestratorProcess? _process;
    private HttpClient? _http;
    private string _log = "";

    private readonly IReadOnlyDictionary<string, string> _environment;

    private ServiceProcess(string[] options, IReadOnlyDictionary<string, string> environment) => (_options, _environment) = (options, environment);

    /// <summary>Where it keeps everything.</summary>
    public string State => Path.Combine(_directory.FullName, "state");

    public OrchestratorProcess Process => _process!;

    /// <summary>For requests without a token.</summary>
    public HttpClient Http => _http!;

    /// <summary>All it printed, also before it was started again.</summary>
    public string Log => _log + _process!.Error + _process.Output;

    /// <summary>Starts it; databases of this machine may be used, and anybody may sign up.</summary>
    public static Task<ServiceProcess> StartAsync() => StartAsync("--allow-network", "127.0.0.0/8", "--open-signup");

    /// <param name="options">Options of <c>serve</c>.</param>
    public static Task<ServiceProcess> StartAsync(params string[] options) => StartAsync(new Dictionary<string, string>(), options);

    /// <param name="environment">Variables it also has.</param>
    /// <param name="options">Options of <c>serve</c>.</param>
    public static async Task<ServiceProcess> StartAsync(IReadOnlyDictionary<string, string> environment, params string[] options)
    {
        var service = new ServiceProcess(options, environment);
        await service.StartAgainAsync();
        return service;
    }

    /// <summary>Kills it, if it still lives, and starts it on the same state.</summary>
    public async Task StartAgainAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
            _log += _process.Error + _process.Output;
        }

        _process = OrchestratorProcess.Start(
            ["serve", "--urls", "http://127.0.0.1:0", "--state", State, .. _options.Select(o => o.Replace(Home, _directory.FullName, StringComparison.Ordinal))], new Dictionary<string, string?>(_environment.Select(v => KeyValuePair.Create(v.Key, (string?)v.Value))) { ["ORCHESTRATOR_TOKEN_KEY"] = Key });
        var line = await _process.WaitForLineAsync("listening on http", Patience);
        _http?.Dispose();
        _http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri(line[line.IndexOf("http://", StringComparison.Ordinal)..].TrimEnd('"')), Timeout = Patience };
    }

    /// <summary>Signs a new tenant up; the client is its administrator.</summary>
    public async Task<ApiClient> SignUpAsync(string tenant)
    {
        var client = new ApiClient(this);
        await client.EnterAsync("/api/auth/signup", new { tenant, email = $"admin@{tenant}.example", name = "Ann", password = $"pass of {tenant}!" });
        return client;
    }

    /// <summary>Adds somebody to a tenant.</summary>
    public async Task<ApiClient> JoinAsync(ApiClient admin, string email, string role)
    {
        var invitation = await admin.PostAsync("/api/tenant/invite", new { email, role });
        var client = new ApiClient(this);
        await client.EnterAsync("/api/auth/join", new { token = invitation.Text("token"), name = email, password = $"a password of {role}" });
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_process is not null) await _process.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}

/// <summary>An answer of the service.</summary>
internal sealed record Reply(HttpStatusCode Status, JsonElement Body, HttpResponseMessage Message)
{
    public string? Text(string field) => Body.GetProperty(field).GetString();

    public string Code => Body.TryGetProperty("code", out var code) ? code.GetString()! : "";
}

/// <summary>Somebody with a token.</summary>
internal sealed class ApiClient(ServiceProcess service)
{
    public string Token { get; private set; } = "";

    public async Task<Reply> SendAsync(HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (Token.Length > 0) request.Headers.Authorization = new("Bearer", Token);
        if (body is not null) request.Content = JsonContent.Create(body);
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        var answer = await service.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        var isJson = answer.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true;
        return new Reply(answer.StatusCode, isJson && text.Length > 0 ? JsonDocument.Parse(text).RootElement : default, answer);
    }

    public async Task<Reply> GetAsync(string path) => Require(await SendAsync(HttpMethod.Get, path), path);

    public async Task<Reply> PostAsync(string path, object? body = null) => Require(await SendAsync(HttpMethod.Post, path, body), path);

    public async Task EnterAsync(string path, object body) => Token = (await PostAsync(path, body)).Text("token")!;

    public ApiClient With(string token) => new(service) { Token = token };

    public async Task<string> AddConnectionAsync(string name, string url) => (await PostAsync("/api/connections", new { name, url })).Text("id")!;

    public async Task<string> AddMigrationAsync(string name, string source, string target, object? settings = null) =>
        (await PostAsync("/api/migrations", new { name, source_id = source, target_id = target, settings })).Text("id")!;

    /// <summary>Waits until a migration is as wanted, and returns it.</summary>
    public async Task<Reply> UntilAsync(string migration, Func<Reply, bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (true)
        {
            var reply = await GetAsync($"/api/migrations/{migration}");
            if (isSo(reply)) return reply;
            Assert.False(patience.IsCancellationRequested, $"{reply.Body}\n{service.Log}");
            await Task.Delay(50);
        }
    }

    private Reply Require(Reply reply, string path)
    {
        Assert.True((int)reply.Status is >= 200 and < 300, $"{path}: {(int)reply.Status} {reply.Body}\n{service.Log}");
        return reply;
    }
}

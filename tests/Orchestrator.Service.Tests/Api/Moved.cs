using System.Net;
using Orchestrator.TestKit;

namespace Orchestrator.Service.Tests.Api;

/// <summary>A tenant of its own with one database to move, and an application that writes it.</summary>
internal sealed class Moved(ApiClient client, ServiceProcess service, DatabasePair pair, string id) : IAsyncDisposable
{
    private const string Schema = "CREATE TABLE item (id int PRIMARY KEY, name text NOT NULL, price numeric(10, 2)); CREATE TABLE sale (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, item int REFERENCES item, at timestamptz NOT NULL DEFAULT now())";

    private const string Rows = "INSERT INTO item SELECT i, 'item ' || i, i / 100.0 FROM generate_series(1, 2000) i; INSERT INTO sale (item) SELECT 1 + i % 2000 FROM generate_series(1, 5000) i";

    private LiveWriter? _writer;

    public ApiClient Client => client;

    public DatabasePair Pair => pair;

    public string Path => $"/api/migrations/{id}";

    public static async Task<Moved> CreateAsync(ServiceProcess service, string tenant, object? settings = null)
    {
        var client = await service.SignUpAsync(tenant);
        var pair = await PgPair.CreateDatabasesAsync(tenant);
        await pair.Source.ExecuteAsync(Schema);
        await pair.Source.ExecuteAsync(Rows);
        var (source, target) = (await client.AddConnectionAsync("source", pair.SourceUrl), await client.AddConnectionAsync("target", pair.TargetUrl));
        // The same name in each tenant.
        return new Moved(client, service, pair, await client.AddMigrationAsync("move", source, target, settings));
    }

    public async Task StartAsync()
    {
        if (_writer is null)
        {
            _writer = await LiveWriter.StartAsync(pair.Source.ConnectionString, new LiveWriterOptions { Tables = ["public.item", "public.sale"], TransactionsPerSecond = 50 });
            await _writer.WaitForCommitsAsync(5, TimeSpan.FromMinutes(1));
        }

        await PostAsync("start", HttpStatusCode.Accepted);
        await FollowingAsync();
    }

    public Task<Reply> FollowingAsync() => UntilAsync(m => m.Body.GetProperty("driven").GetBoolean() && m.Text("state") == "cdc");

    public Task<Reply> UntilAsync(Func<Reply, bool> isSo) => client.UntilAsync(id, isSo);

    public async Task PostAsync(string what, HttpStatusCode status, object? body = null)
    {
        var reply = await client.SendAsync(HttpMethod.Post, $"{Path}/{what}", body);
        Assert.True(reply.Status == status, $"{what}: {reply.Status} {reply.Body}");
    }

    public async Task<string> ReadEventsAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Path + "/events");
        request.Headers.Authorization = new("Bearer", client.Token);
        using var answer = await service.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        var text = "";
        while (!text.Contains("event: journal", StringComparison.Ordinal) || !text.Contains("event: progress", StringComparison.Ordinal)) text += await reader.ReadLineAsync() + "\n";
        return text;
    }

    /// <summary>Reads events to their end.</summary>
    public async Task ListenAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Path + "/events");
        request.Headers.Authorization = new("Bearer", client.Token);
        using var answer = await service.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await answer.Content.ReadAsStreamAsync();
        try
        {
            await stream.CopyToAsync(Stream.Null);
        }
        catch (IOException e)
        {
            // The service is gone.
            System.Diagnostics.Trace.WriteLine(e.Message);
        }
    }

    public async Task SwitchAsync()
    {
        await _writer!.DisposeAsync();
        _writer = null;
        await PostAsync("validate", HttpStatusCode.Accepted);
        await UntilAsync(m => m.Text("last_action") == "validate");
        await PostAsync("cutover", HttpStatusCode.Accepted, new { confirm = "move" });
        var done = await UntilAsync(m => m.Text("last_action") is "cutover" or "drive" && m.Text("state") == "complete" && !m.Body.GetProperty("driven").GetBoolean());
        Assert.Equal("target", done.Text("writable_side"));
        Assert.Equal("equal", (await client.GetAsync(Path + "/report")).Body.GetProperty("validation").GetProperty("verdict").GetString());
    }

    public async Task RequireMovedAsync()
    {
        var result = await FullCompare.RequireEqualAsync(pair, SequenceRule.Ignore);
        Assert.True(result.Rows > 5000, $"only {result.Rows} rows");
    }

    public async ValueTask DisposeAsync()
    {
        if (_writer is not null) await _writer.DisposeAsync();
        // What is still driven holds the databases.
        await service.Process.KillAsync();
        await pair.DisposeAsync();
    }
}

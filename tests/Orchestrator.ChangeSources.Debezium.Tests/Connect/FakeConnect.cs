using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.ChangeSources.Debezium.Tests.Connect;

/// <summary>A request as it came in.</summary>
internal sealed record SeenRequest(string Verb, string Path, string Body, string? Authorization);

/// <summary>
/// Stands in for Kafka Connect's REST API on a loopback port, as https://kafka.apache.org/documentation/#connect_rest
/// describes it: states, status codes and error bodies; offsets change in state STOPPED without tasks only.
/// </summary>
internal sealed class FakeConnect : IDisposable
{
    private readonly HttpListener _listener;
    private readonly Task _loop;
    private readonly CancellationTokenSource _stop = new();

    public FakeConnect()
    {
        (_listener, Port) = Listen();
        _loop = Task.Run(ServeAsync);
    }

    public int Port { get; }

    public string Url => $"http://127.0.0.1:{Port}";

    public List<SeenRequest> Seen { get; } = [];

    public Dictionary<string, FakeConnector> Connectors { get; } = [];

    public string Version { get; set; } = "4.0.0";

    public List<string> Plugins { get; } = ["io.debezium.connector.postgresql.PostgresConnector", "io.debezium.connector.mysql.MySqlConnector", "io.debezium.connector.mariadb.MariaDbConnector"];

    /// <summary>What validation has against fields; the others are fine.</summary>
    public Dictionary<string, string[]> Faults { get; } = [];

    /// <summary>Statuses the next requests are answered with, whatever they are.</summary>
    public Queue<(int Status, string Message)> Refusals { get; } = new();

    /// <summary>Requests of this verb meet a rebalance for as long as it is set.</summary>
    public string? RefuseVerb { get; set; }

    /// <summary>How many requests get their connection cut instead of an answer, after they were carried out.</summary>
    public int LostAnswers { get; set; }

    /// <summary>Only requests of this verb lose their answers; empty: all.</summary>
    public string LostAnswersTo { get; set; } = "";

    /// <summary>Null: everybody may. Otherwise <c>user:password</c>.</summary>
    public string? Login { get; set; }

    /// <summary>Answers wait for it.</summary>
    public Task Hold { get; set; } = Task.CompletedTask;

    /// <summary>Not Connect at all: a page.</summary>
    public string? Page { get; set; }

    public IEnumerable<string> Calls => Seen.Select(s => $"{s.Verb} {s.Path}");

    public void Rebalance(int times)
    {
        for (var i = 0; i < times; i++) Refusals.Enqueue((409, "Cannot complete request momentarily due to stale configuration (typically caused by a concurrent config change)"));
    }

    public void Dispose()
    {
        // A listener that is aborted at the moment it begins to wait never says so.
        _stop.Cancel();
        _listener.Abort();
        _loop.GetAwaiter().GetResult();
        _stop.Dispose();
    }

    private static (HttpListener Listener, int Port) Listen()
    {
        while (true)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var port = ((IPEndPoint)probe.LocalEndpoint).Port;
            probe.Stop();
            var listener = new HttpListener();
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                listener.Start();
                return (listener, port);
            }
            catch (HttpListenerException)
            {
                // Somebody else took the port in between: another one.
            }
        }
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync().WaitAsync(_stop.Token);
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or OperationCanceledException)
            {
                return;
            }

            try
            {
                await AnswerAsync(context);
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException or IOException)
            {
                // The client went away, which a test of time limits is about.
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
        var request = new SeenRequest(context.Request.HttpMethod, context.Request.RawUrl!, await reader.ReadToEndAsync(), context.Request.Headers["Authorization"]);
        Seen.Add(request);
        await Hold;
        var (status, body) = Decide(request);
        if (LostAnswers > 0 && request.Verb.Contains(LostAnswersTo, StringComparison.Ordinal))
        {
            LostAnswers--;
            context.Response.ContentLength64 = 10_000;
            await context.Response.OutputStream.WriteAsync("{"u8.ToArray());
            await context.Response.OutputStream.FlushAsync();
            context.Response.Abort();
            return;
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = Page is null ? "application/json" : "text/html";
        if (status != 204) await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
        context.Response.Close();
    }

    private (int Status, string Body) Decide(SeenRequest request)
    {
        if (Page is not null) return (200, Page);
        if (Login is not null && request.Authorization != "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Login))) return (401, "");
        if (request.Verb == RefuseVerb) return Error(409, "Cannot complete request because of a conflicting operation (e.g. worker rebalance)");
        if (Refusals.TryDequeue(out var refusal)) return Error(refusal.Status, refusal.Message);
        var parts = request.Path.Split('?')[0].Trim('/').Split('/').Select(Uri.UnescapeDataString).ToArray();
        return parts switch
        {
            [""] => Ok(new JsonObject { ["version"] = Version, ["commit"] = "985bc99521dd22bb", ["kafka_cluster_id"] = "q1Sh-9_ISia_zwGINzRvyQ" }),
            ["connector-plugins"] => Ok(new JsonArray([.. Plugins.Select(p => (JsonNode)new JsonObject { ["class"] = p, ["type"] = "source", ["version"] = "3.6.0.Final" })])),
            ["connector-plugins", _, "config", "validate"] => Ok(Validation(JsonNode.Parse(request.Body)!.AsObject())),
            ["connectors"] when request.Verb == "POST" => Create(JsonNode.Parse(request.Body)!.AsObject()),
            ["connectors", var name, "config"] when request.Verb == "PUT" => Put(name, JsonNode.Parse(request.Body)!.AsObject()),
            ["connectors", var name, ..] => Connectors.TryGetValue(name, out var connector) ? Act(request, name, connector, parts) : Error(404, $"No status found for connector {name}"),
            _ => Error(404, "HTTP 404 Not Found"),
        };
    }

    private (int Status, string Body) Act(SeenRequest request, string name, FakeConnector connector, string[] parts)
    {
        switch (request.Verb, parts.Length > 2 ? parts[2] : "")
        {
            case ("GET", "status"): return Ok(connector.Status(name));
            case ("GET", "offsets"): return Ok(connector.Offsets?.DeepClone() ?? new JsonObject { ["offsets"] = new JsonArray() });
            case ("PATCH", "offsets") or ("DELETE", "offsets"): return ChangeOffsets(request, name, connector);
            case ("PUT", "pause"): connector.State = connector.TaskState = "PAUSED"; return (202, "");
            case ("PUT", "resume"): connector.State = connector.TaskState = "RUNNING"; return (202, "");
            case ("PUT", "stop"): connector.State = "STOPPED"; return (204, "");
            case ("DELETE", ""): Connectors.Remove(name); return (204, "");
            case ("POST", "restart"):
                connector.Restart();
                return (202, connector.Status(name).ToJsonString());
            default: return Error(405, "HTTP 405 Method Not Allowed");
        }
    }

    private static (int Status, string Body) ChangeOffsets(SeenRequest request, string name, FakeConnector connector)
    {
        if (connector.State != "STOPPED" || connector.HasTask)
        {
            return Error(400, "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified "
                + $"connector by issuing a 'PUT' request to the '/connectors/{name}/stop' endpoint");
        }

        connector.Offsets = request.Verb == "PATCH" ? JsonNode.Parse(request.Body) : null;
        return Ok(new JsonObject { ["message"] = "The offsets for this connector have been altered successfully" });
    }

    private (int Status, string Body) Create(JsonObject request)
    {
        var name = (string)request["name"]!;
        if (Connectors.ContainsKey(name)) return Error(409, $"Connector {name} already exists");
        Connectors[name] = new FakeConnector(request["config"]!.DeepClone().AsObject(), (string?)request["initial_state"] ?? "RUNNING");
        return (201, new JsonObject { ["name"] = name }.ToJsonString());
    }

    private (int Status, string Body) Put(string name, JsonObject config)
    {
        if (Faults.Count > 0) return Error(400, $"Connector configuration is invalid and contains the following {Faults.Count} error(s):\n{string.Join('\n', Faults.SelectMany(f => f.Value))}");
        var isNew = !Connectors.TryGetValue(name, out var connector);
        if (isNew) Connectors[name] = new FakeConnector(config, "RUNNING");
        else connector!.Config = config;
        return (isNew ? 201 : 200, new JsonObject { ["name"] = name }.ToJsonString());
    }

    private JsonObject Validation(JsonObject config)
    {
        var fields = config.Select(c => c.Key).Union(Faults.Keys).Select(field => (JsonNode)new JsonObject
        {
            ["definition"] = new JsonObject { ["name"] = field, ["type"] = "STRING" },
            ["value"] = new JsonObject
            {
                ["name"] = field,
                ["value"] = config[field]?.DeepClone(),
                ["recommended_values"] = new JsonArray(),
                ["errors"] = new JsonArray([.. Faults.GetValueOrDefault(field, []).Select(e => (JsonNode)e)]),
                ["visible"] = true,
            },
        });
        return new JsonObject { ["name"] = (string?)config["connector.class"], ["error_count"] = Faults.Count, ["groups"] = new JsonArray(), ["configs"] = new JsonArray([.. fields]) };
    }

    private static (int Status, string Body) Ok(JsonNode body) => (200, body.ToJsonString());

    private static (int Status, string Body) Error(int status, string message) => (status, new JsonObject { ["error_code"] = status, ["message"] = message }.ToJsonString());
}

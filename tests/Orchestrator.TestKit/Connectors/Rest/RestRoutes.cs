using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.TestKit.Connectors;

/// <summary>Connect's REST API, https://kafka.apache.org/documentation/#connect_rest: status codes, bodies and rules of states.</summary>
internal sealed class RestRoutes(StandInConnect connect)
{
    private static readonly string[] Plugins = [SettingsCheck.ConnectorClass, SettingsCheck.MariaDbClass];

    public async Task<RestAnswer> AnswerAsync(RestRequest request)
    {
        if (connect.Faults.RefusesNow()) return Error(409, "Cannot complete request momentarily due to stale configuration (typically caused by a concurrent config change)");
        await connect.Turn.WaitAsync();
        try
        {
            return await RouteAsync(request);
        }
        catch (JsonException e)
        {
            return Error(400, e.Message);
        }
        finally
        {
            connect.Turn.Release();
        }
    }

    private async Task<RestAnswer> RouteAsync(RestRequest request) => (request.Verb, request.Path) switch
    {
        ("GET", [""]) => Json(new JsonObject { ["version"] = connect.Options.Version, ["commit"] = "985bc99521dd22bb", ["kafka_cluster_id"] = "stand-in" }),
        ("GET", ["connector-plugins"]) => Json(new JsonArray([.. Plugins.Select(p => new JsonObject { ["class"] = p, ["type"] = "source", ["version"] = "3.6.0.Final" })])),
        ("PUT", ["connector-plugins", var plugin, "config", "validate"]) => await ValidateAsync(plugin, Config(request.Body)),
        ("GET", ["connectors"]) => Json(new JsonArray([.. connect.Connectors.Select(c => (JsonNode)c)])),
        ("POST", ["connectors"]) => await CreateAsync(request.Body),
        ("PUT", ["connectors", var name, "config"]) => await PutAsync(name, Config(request.Body)),
        (_, ["connectors", var name, ..]) => connect.Find(name) is { } connector ? await ActAsync(request, connector) : Error(404, $"Connector {name} not found"),
        _ => Error(404, "HTTP 404 Not Found"),
    };

    private async Task<RestAnswer> ActAsync(RestRequest request, StandInConnector connector)
    {
        switch (request.Verb, string.Join('/', request.Path.Skip(2)))
        {
            case ("GET", ""): return Json(Info(connector));
            case ("GET", "config"): return Json(Strings(connector.Config));
            case ("GET", "status"): return Json(connector.Status());
            case ("GET", "offsets"): return Json(Offsets(connector));
            case ("PATCH" or "DELETE", "offsets"): return ChangeOffsets(request, connector);
            case ("PUT", "pause"):
                await connector.RestAsync("PAUSED");
                return new RestAnswer(202);
            case ("PUT", "resume"):
                if (connector.State != "RUNNING") await connector.RunAsync();
                return new RestAnswer(202);
            case ("PUT", "stop"):
                await connector.RestAsync("STOPPED");
                return new RestAnswer(204);
            case ("POST", "restart"): return await RestartAsync(request, connector);
            case ("POST", "tasks/0/restart"):
                await connector.RestartAsync(onlyFailed: false);
                return new RestAnswer(204);
            case ("DELETE", ""):
                await connector.RestAsync("STOPPED");
                connect.Remove(connector.Name);
                return new RestAnswer(204);
            default: return Error(405, "HTTP 405 Method Not Allowed");
        }
    }

    private static async Task<RestAnswer> RestartAsync(RestRequest request, StandInConnector connector)
    {
        // Without tasks only the connector object restarts, which changes nothing here.
        if (!request.Query.Contains("includeTasks=true", StringComparison.Ordinal)) return new RestAnswer(204);
        await connector.RestartAsync(request.Query.Contains("onlyFailed=true", StringComparison.Ordinal));
        return Json(connector.Status(), 202);
    }

    private async Task<RestAnswer> CreateAsync(string body)
    {
        using var json = JsonDocument.Parse(body);
        var name = json.RootElement.GetProperty("name").GetString()!;
        if (connect.Find(name) is not null) return Error(409, $"Connector {name} already exists");
        var config = JsonText.ReadStrings(json.RootElement.GetProperty("config"));
        if (await RefusalAsync(config) is { } refusal) return refusal;
        var connector = connect.Add(name, config);
        var state = json.RootElement.TryGetProperty("initial_state", out var s) ? s.GetString()! : "RUNNING";
        if (state == "RUNNING") await connector.RunAsync();
        else await connector.RestAsync(state);
        return Json(Info(connector), 201);
    }

    private async Task<RestAnswer> PutAsync(string name, Dictionary<string, string> config)
    {
        if (await RefusalAsync(config) is { } refusal) return refusal;
        var found = connect.Find(name);
        var connector = found ?? connect.Add(name, config);
        if (found is null || found.State == "RUNNING") await connector.RunAsync(config);
        else connector.Keep(config);
        return Json(Info(connector), found is null ? 201 : 200);
    }

    private static async Task<RestAnswer?> RefusalAsync(Dictionary<string, string> config)
    {
        var faults = await SettingsCheck.FindAsync(config);
        if (faults.Count == 0) return null;
        return Error(400, $"Connector configuration is invalid and contains the following {faults.Count} error(s):\n{string.Join('\n', faults.Select(f => f.Message))}\n"
            + "You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`");
    }

    private static async Task<RestAnswer> ValidateAsync(string plugin, Dictionary<string, string> config)
    {
        if (!Plugins.Any(p => plugin == p || plugin == p.Split('.')[^1])) return Error(404, $"Failed to find any class that implements Connector and which name matches {plugin}");
        var faults = await SettingsCheck.FindAsync(config);
        var fields = config.Keys.Union(faults.Select(f => f.Field)).Select(field => (JsonNode)new JsonObject
        {
            ["definition"] = new JsonObject { ["name"] = field, ["type"] = "STRING" },
            ["value"] = new JsonObject
            {
                ["name"] = field,
                ["value"] = config.GetValueOrDefault(field),
                ["recommended_values"] = new JsonArray(),
                ["errors"] = new JsonArray([.. faults.Where(f => f.Field == field).Select(f => (JsonNode)f.Message)]),
                ["visible"] = true,
            },
        });
        return Json(new JsonObject { ["name"] = plugin, ["error_count"] = faults.Count, ["groups"] = new JsonArray(), ["configs"] = new JsonArray([.. fields]) });
    }

    private RestAnswer ChangeOffsets(RestRequest request, StandInConnector connector)
    {
        if (connector.State != "STOPPED") return Error(400, $"Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/{connector.Name}/stop' endpoint");
        if (request.Verb == "DELETE")
        {
            connect.SetOffset(connector.Name, null);
            return Json(new JsonObject { ["message"] = "The offsets for this connector have been reset successfully" });
        }

        using var json = JsonDocument.Parse(request.Body);
        connect.SetOffset(connector.Name, ConnectorOffset.Of(json.RootElement.GetProperty("offsets")[0].GetProperty("offset")));
        return Json(new JsonObject { ["message"] = "The offsets for this connector have been altered successfully" });
    }

    private JsonObject Offsets(StandInConnector connector)
    {
        var offsets = new JsonArray();
        var partition = new JsonObject { ["server"] = new ConnectorSettings(connector.Config).Prefix };
        if (connect.Offset(connector.Name) is { } offset) offsets.Add(new JsonObject { ["partition"] = partition, ["offset"] = offset.Json() });
        return new JsonObject { ["offsets"] = offsets };
    }

    private static JsonObject Info(StandInConnector connector) => new()
    {
        ["name"] = connector.Name,
        ["config"] = Strings(connector.Config),
        ["tasks"] = new JsonArray(new JsonObject { ["connector"] = connector.Name, ["task"] = 0 }),
        ["type"] = "source",
    };

    private static Dictionary<string, string> Config(string body)
    {
        using var json = JsonDocument.Parse(body);
        return JsonText.ReadStrings(json.RootElement);
    }

    private static JsonObject Strings(IEnumerable<KeyValuePair<string, string>> config) => new(config.Select(c => KeyValuePair.Create(c.Key, (JsonNode?)c.Value)));

    private static RestAnswer Json(JsonNode body, int status = 200) => new(status, body.ToJsonString());

    private static RestAnswer Error(int status, string message) => Json(new JsonObject { ["error_code"] = status, ["message"] = message }, status);
}

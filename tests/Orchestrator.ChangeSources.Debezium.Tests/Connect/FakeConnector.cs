using System.Text.Json.Nodes;

namespace Orchestrator.ChangeSources.Debezium.Tests.Connect;

/// <summary>A connector of <see cref="FakeConnect"/>.</summary>
internal sealed class FakeConnector(JsonObject config, string state)
{
    public JsonObject Config { get; set; } = config;

    public string State { get; set; } = state;

    public string TaskState { get; set; } = "RUNNING";

    public string Trace { get; set; } = "";

    /// <summary>Restarts that fail again.</summary>
    public int FailuresLeft { get; set; }

    public int Restarts { get; set; }

    /// <summary>A task that does not end when it is told to.</summary>
    public bool KeepsTask { get; set; }

    /// <summary>Whole body of GET offsets; null: none yet.</summary>
    public JsonNode? Offsets { get; set; }

    public bool HasTask => State is not "STOPPED" || KeepsTask;

    public void Fail(string trace, int again = 0) => (TaskState, Trace, FailuresLeft) = ("FAILED", trace, again);

    public void Restart()
    {
        Restarts++;
        if (TaskState != "FAILED" || FailuresLeft-- > 0) return;
        (TaskState, Trace) = ("RUNNING", "");
    }

    public JsonObject Status(string name)
    {
        var task = new JsonObject { ["id"] = 0, ["state"] = TaskState, ["worker_id"] = "10.0.0.7:8083" };
        if (Trace.Length > 0) task["trace"] = Trace;
        return new JsonObject
        {
            ["name"] = name,
            ["connector"] = new JsonObject { ["state"] = State, ["worker_id"] = "10.0.0.7:8083" },
            ["tasks"] = HasTask ? new JsonArray(task) : new JsonArray(),
            ["type"] = "source",
        };
    }
}

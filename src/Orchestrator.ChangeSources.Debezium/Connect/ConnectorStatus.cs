namespace Orchestrator.ChangeSources.Debezium.Connect;

/// <summary>State of a connector or task, https://kafka.apache.org/documentation/#connect_monitoring; a word that is new to us is <see cref="Unknown"/>.</summary>
internal enum ConnectorState
{
    Unknown,

    /// <summary>Not yet given to a worker, or its worker was lost; taken up again after the rebalance delay (5 minutes by default).</summary>
    Unassigned,
    Running,
    Paused,

    /// <summary>Has no tasks; the only state its offsets can be changed in.</summary>
    Stopped,

    /// <summary>Ended with an error; stays so until restarted.</summary>
    Failed,
    Restarting,
    Destroyed,
}

/// <summary>One task.</summary>
/// <param name="Id">Its number.</param>
/// <param name="State">What it does.</param>
/// <param name="Worker">The worker it runs on, <c>host:port</c>.</param>
/// <param name="Trace">Java's stack trace if it failed; empty otherwise.</param>
internal sealed record ConnectorTask(int Id, ConnectorState State, string Worker, string Trace);

/// <summary>A connector and its tasks.</summary>
internal sealed record ConnectorStatus(string Name, ConnectorState State, string Worker, string Trace, IReadOnlyList<ConnectorTask> Tasks)
{
    /// <summary>The first task that failed; null: none did.</summary>
    public ConnectorTask? FailedTask => Tasks.FirstOrDefault(t => t.State == ConnectorState.Failed);

    /// <summary>It and every task of it run, and there is one.</summary>
    public bool Runs => State == ConnectorState.Running && Tasks.Count > 0 && Tasks.All(t => t.State == ConnectorState.Running);
}

/// <summary>One source position that Connect keeps for a connector, as JSON: of what, and where.</summary>
internal sealed record ConnectorOffset(string Partition, string Offset);

/// <summary>A connector class that the workers have.</summary>
internal sealed record ConnectorPlugin(string Class, string Version);

/// <summary>The worker that answered. Version as Kafka writes it, e.g. <c>4.0.0</c>.</summary>
internal sealed record ConnectServer(string Version, string ClusterId);

/// <summary>What Connect has against one setting, in its words.</summary>
internal sealed record FieldProblem(string Field, IReadOnlyList<string> Messages);

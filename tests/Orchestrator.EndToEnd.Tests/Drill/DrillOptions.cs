using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Drill;

/// <summary>What one drill does differently from the others.</summary>
internal sealed record DrillOptions
{
    /// <summary>Rows of the smaller tables; the long drill moves more.</summary>
    public int Rows { get; init; } = IsLong ? 60_000 : 2_000;

    /// <summary>Transactions per second of the application.</summary>
    public double Rate { get; init; } = IsLong ? 300 : 100;

    /// <summary>Own servers, for drills that stop or reconfigure one.</summary>
    public bool OwnServers { get; init; }

    /// <summary>With own servers: where the target database's files are; null for the server's own directory.</summary>
    public SmallDisk? TargetDisk { get; init; }

    /// <summary>Switch over by itself, or wait to be asked.</summary>
    public string Cutover { get; init; } = "auto";

    /// <summary>The first attempt's <c>--on-switch</c> fails after it has moved the application.</summary>
    public bool FirstSwitchFails { get; init; }

    /// <summary>Changes come by way of Kafka.</summary>
    public bool ByKafka { get; init; }

    /// <summary>With Kafka: into how many parts changes are divided among workers; 0: not at all.</summary>
    public int ApplyParts { get; init; }

    /// <summary>Workers may copy too.</summary>
    public bool ShareLoad { get; init; }

    /// <summary><c>ORCHESTRATOR_DRILL=long</c>: more data, more points, repeated.</summary>
    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("ORCHESTRATOR_DRILL") == "long";
}

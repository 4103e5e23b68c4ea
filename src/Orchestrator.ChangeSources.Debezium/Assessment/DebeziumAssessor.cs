using Orchestrator.ChangeSources.Debezium.Capture;
using Orchestrator.ChangeSources.Debezium.Connect;
using Orchestrator.Core.Assessment;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;

namespace Orchestrator.ChangeSources.Debezium.Assessment;

/// <summary>Looks at Kafka and Kafka Connect too, and at what Debezium would lose of the tables. Changes nothing anywhere.</summary>
/// <param name="databases">Looks at source and target.</param>
/// <param name="openSource">Opens the source for one assessment.</param>
/// <param name="options">Where Kafka and Kafka Connect are.</param>
/// <param name="time">Clock of waits.</param>
public sealed class DebeziumAssessor(IAssessor databases, Func<IRelayableSource> openSource, DebeziumOptions options, TimeProvider time) : IAssessor
{
    /// <summary>Id, a blank, what is looked at.</summary>
    internal static readonly IReadOnlyList<string> Checks =
    [
        "F-DBZ-001 Kafka Connect takes the connector", "F-DBZ-002 The brokers can be asked",
        "F-DBZ-003 Debezium carries every value of the tables", "F-DBZ-004 Columns of which later values may be lost",
        "F-DBZ-005 The account may do what the hand-over takes",
    ];

    public async Task<AssessmentReport> AssessAsync(AssessmentRequest request, CancellationToken ct)
    {
        var report = await databases.AssessAsync(request, ct);
        await using var source = openSource();
        // No run is there yet that would give the names their part.
        using var relay = new Relay(source, options, Guid.Empty, time);
        var tables = (await source.Catalog.ReadAsync(request.Selection, ct)).Tables;
        var found = new List<Finding>();
        await AskAsync(found, "F-DBZ-001", "Kafka Connect", () => CheckConnectAsync(relay, tables, ct));
        await AskAsync(found, "F-DBZ-002", "Kafka", () => Task.Run(() => relay.Topics.List(relay.Names.TopicPrefix), ct));
        await AskAsync(found, "F-DBZ-005", "account", () => source.RequireRightsAsync(ct));
        found.AddRange(await LossFindings.OfAsync(source, (await relay.EndpointAsync(ct)).Kind.Connector(), tables, relay.Modes, ct));
        return report with
        {
            ChecksRun = [.. report.ChecksRun, .. Checks],
            Findings = [.. report.Findings.Concat(found).OrderByDescending(f => f.Severity)],
        };
    }

    // A run without tables has no connector to check.
    private static async Task CheckConnectAsync(Relay relay, IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        if (tables.Count == 0) await relay.Connect.ServerAsync(ct);
        else await new ConnectorSetup(relay.Connect).CheckAsync(await relay.ConfigAsync(tables, ct), seeded: (await relay.EndpointAsync(ct)).Kind != LogKind.PostgreSql, ct);
    }

    private static async Task AskAsync(List<Finding> found, string id, string subject, Func<Task> ask)
    {
        try
        {
            await ask();
        }
        catch (OrchestratorException e)
        {
            found.Add(new Finding(id, Severity.Blocker, subject, $"{e.Code} {e.Message}", e.Fix, "full-load"));
        }
    }
}

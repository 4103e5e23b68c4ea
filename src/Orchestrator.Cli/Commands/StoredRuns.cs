using Orchestrator.ControlStore;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;
using Orchestrator.Workflow;

namespace Orchestrator.Cli.Commands;

/// <summary>The runs of a control store.</summary>
/// <param name="location">Where it is.</param>
/// <param name="opened">Null: there is none, and looking must not create one.</param>
internal sealed class StoredRuns(StoreLocation location, RunStore? opened) : IRuns
{
    public string Place => location.ToString();

    private RunStore Store => opened ?? throw NoStore(location);

    public static OrchestratorException NoStore(StoreLocation location) => new(
        ErrorKind.Configuration, "E-RUN-008", $"There are no runs in {location}.",
        "Name the place that was used with --state DIR or --control-db URL, or start a run with: orchestrator migrate.");

    public async Task<IReadOnlyList<KnownRun>> ListAsync(CancellationToken ct) => opened is null ? [] : [.. (await opened.ListAsync(ct)).Select(Known)];

    public async Task<KnownRun> FindAsync(string name, CancellationToken ct) => Known(await RecordAsync(name, ct));

    public Task<bool> IsDrivenAsync(KnownRun run, CancellationToken ct) => Store.IsDrivenAsync(run.Key, ct);

    public Task<RunProgress?> ProgressAsync(KnownRun run, CancellationToken ct) => ProgressRecorder.ReadAsync(Store, run.Key, ct);

    public async Task<RunReport?> ReportAsync(KnownRun run, CancellationToken ct) => await StoredReport.ReadAsync(Store, await RecordAsync(run.Key, ct), ct);

    public Task<IReadOnlyList<JournalEntry>> JournalAsync(KnownRun run, CancellationToken ct) => Store.JournalAsync(run.Key, ct);

    public ValueTask DisposeAsync() => opened?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static KnownRun Known(RunRecord r) => new(r.Name, r.Name, r.Id, r.State, r.FailedIn, r.Error, r.CreatedAt, r.UpdatedAt);

    private async Task<RunRecord> RecordAsync(string name, CancellationToken ct) => await Store.FindAsync(name, ct) ?? throw RunErrors.Unknown(name);
}

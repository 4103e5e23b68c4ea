using Orchestrator.ControlStore.Service;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;
using Orchestrator.Service.Hosting;

namespace Orchestrator.Service.Api;

/// <param name="Name">Unique in the tenant: 1 to 30 of a-z 0-9 - _, the first a letter.</param>
/// <param name="SourceId">Connection to move from.</param>
/// <param name="TargetId">Connection to move to: PostgreSQL.</param>
/// <param name="Settings">Absent: the defaults.</param>
internal sealed record MigrationBody(string? Name, string? SourceId, string? TargetId, MigrationSettings? Settings);

/// <param name="Confirm">The migration's name, as a sign that this one is meant.</param>
internal sealed record ConfirmBody(string? Confirm);

/// <param name="Id">Id.</param>
/// <param name="Name">Name.</param>
/// <param name="Run">Name of its run, as the command line and the target's records know it.</param>
/// <param name="SourceId">Connection it moves from.</param>
/// <param name="TargetId">Connection it moves to.</param>
/// <param name="Settings">What was decided about it.</param>
/// <param name="State">Where the run is; null: it was not started yet.</param>
/// <param name="StateSince">Since when it is there.</param>
/// <param name="FailedIn">Where it goes on from if it failed.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="Wanted">The service sees to it that it is driven.</param>
/// <param name="Driven">A process drives it now.</param>
/// <param name="WritableSide">The side that applications can write now.</param>
/// <param name="LastAction">What was last brought to an end: drive, cutover, rollback, validate.</param>
/// <param name="LastResult">How that ended, in words.</param>
/// <param name="LastExit">How that ended: 0 done, 1 failed, 3 rows differ, 4 blocked by the assessment, 5 refused.</param>
/// <param name="CreatedBy">Who created it.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="UpdatedAt">When it last changed.</param>
internal sealed record MigrationView(
    string Id, string Name, string Run, string SourceId, string TargetId, MigrationSettings Settings, RunState? State, DateTimeOffset? StateSince, RunState? FailedIn, string? Error,
    bool Wanted, bool Driven, string WritableSide, string? LastAction, string? LastResult, int? LastExit, string CreatedBy, string CreatedAt, string UpdatedAt)
{
    public static MigrationView Of(MigrationRow m, RunRecord? run, bool driven, string writableSide) => new(
        m.Id, m.Name, m.Run, m.SourceId, m.TargetId, MigrationSettings.Of(m), run?.State, run?.UpdatedAt, run?.FailedIn, run?.Error,
        m.Wanted == MigrationRow.Running, driven, writableSide, m.LastAction, m.LastResult, m.LastExit, m.CreatedBy, m.CreatedAt, m.UpdatedAt);
}

/// <param name="Sequence">Order in the run.</param>
/// <param name="At">When.</param>
/// <param name="Kind"><c>transition</c>, <c>step-begin</c>, <c>step-done</c>, <c>step-undone</c> or <c>note</c>.</param>
/// <param name="Subject">State or step.</param>
/// <param name="Detail">Why, or what was seen.</param>
internal sealed record JournalView(long Sequence, DateTimeOffset At, string Kind, string Subject, string Detail)
{
    public static JournalView Of(JournalEntry e) => new(e.Sequence, e.At, e.Kind, e.Subject, SecretText.Mask(e.Detail));
}

/// <param name="Id">Id, in the migration.</param>
/// <param name="Request">What was asked for.</param>
/// <param name="ExitCode">How it went, as <c>last_exit</c>; 130: withdrawn; null: there is no answer yet.</param>
/// <param name="Message">The same in words.</param>
internal sealed record RequestView(long Id, RunRequest Request, int? ExitCode, string Message)
{
    public static RequestView Of(RunRequestRecord r) => new(r.Id, r.Request, r.ExitCode, r.Message);
}

using Orchestrator.Core.Diagnostics;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Writing;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target.Parts;

/// <summary>
/// Has workers apply a run's changes: announces a step, waits until every part has done it, then moves the checkpoint. Writes no
/// row itself. Between two calls the target stands where the source was between two transactions.
/// </summary>
/// <param name="session">The target.</param>
/// <param name="run">The run's key in the ledger.</param>
/// <param name="parts">How many parts there are; the same for the whole run.</param>
public sealed class PgSharedChangeWriter(PgSession session, string run, int parts) : IChangeWriter
{
    private readonly StepTable _steps = new(session, run, parts);
    private BegunPieces? _begun;
    private string? _shape;

    /// <summary>The workers plan their own shares.</summary>
    public Task PrepareAsync(ChangeBatch batch, CancellationToken ct) => Task.CompletedTask;

    public async Task<Checkpoint?> ApplyAsync(ChangeBatch batch, SourcePosition after, FencingToken fence, CancellationToken ct)
    {
        if (!batch.EndsTransaction)
        {
            // Nobody begins before its end is known; the workers read it for themselves.
            _begun = BegunPieces.Add(_begun, batch);
            return null;
        }

        if (_shape is null) await BeginAsync(batch.Tables, after, fence, ct);
        Checkpoint? reached = null;
        foreach (var cut in StepCut.Of(batch, _begun))
        {
            var marker = cut.End == batch.End ? batch.Marker : null;
            var step = new NewStep(after, Relayed(after, cut.End), cut, marker);
            reached = cut.HasRows ? await StepAsync(step, fence, ct) : await _steps.MoveAsync(step, fence, ct);
            after = reached.Position;
        }

        _begun = null;
        return reached;
    }

    public ValueTask DisposeAsync() => _steps.DisposeAsync();

    /// <summary>A position inside a batch is read on from where the batch began: reading twice harms nothing.</summary>
    private static SourcePosition Relayed(SourcePosition after, SourcePosition end) =>
        end is not RelayedPosition && after is RelayedPosition relayed ? relayed with { Source = end } : end;

    /// <summary>Finishes what an earlier process announced: parts of it may be applied already.</summary>
    private async Task BeginAsync(IReadOnlyList<TableSchema> tables, SourcePosition after, FencingToken fence, CancellationToken ct)
    {
        var shape = PlanShape.Of(tables);
        if (await _steps.TakeOverAsync(tables, shape, after, fence, ct) is { } open)
        {
            await _steps.WaitAsync(open, fence, ct);
            var reached = await _steps.CloseAsync(open, fence, ct);
            throw new OrchestratorException(
                ErrorKind.Transient, "E-CDC-001", $"The target stands at {reached.Position}, not at {after}: a step that was begun earlier is finished now.");
        }

        _shape = shape;
    }

    private async Task<Checkpoint> StepAsync(NewStep step, FencingToken fence, CancellationToken ct)
    {
        var number = await _steps.AnnounceAsync(step, fence, ct);
        CrashPoint.Hit("apply:step-announced");
        await _steps.WaitAsync(number, fence, ct);
        CrashPoint.Hit("apply:step-done");
        return await _steps.CloseAsync(number, fence, ct);
    }
}

/// <summary>A step that is to be announced.</summary>
internal sealed record NewStep(SourcePosition From, SourcePosition To, StepCut Cut, string? Marker);

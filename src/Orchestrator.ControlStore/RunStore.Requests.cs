using Dapper;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;

namespace Orchestrator.ControlStore;

/// <summary>What other processes ask of the one that drives a run.</summary>
public sealed partial class RunStore
{
    /// <summary>Exit code of a command that was interrupted.</summary>
    private const int Interrupted = 130;

    /// <summary>Who waits says so this often.</summary>
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(1);

    /// <summary>A request whose asker was silent for longer is not carried out any more: it was killed.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromSeconds(15);

    public async Task<RunRequestRecord> AskAsync(string name, RunRequest request, CancellationToken ct)
    {
        if (await FindAsync(name, ct) is null) throw RunErrors.Unknown(name);
        var row = await _database.InTransactionAsync(
            t => t.Connection!.QuerySingleAsync<RequestRow>(
                "INSERT INTO request (run, request, asked_at, awaited_at) VALUES (@name, @request, @at, @at) RETURNING *",
                new { name, request = request.ToString(), at = RunRow.Text(_clock.GetUtcNow()) }, t),
            ct);
        return row.ToRecord();
    }

    public async Task<RunRequestRecord?> NextRequestAsync(string name, CancellationToken ct)
    {
        var open = await _database.QueryAsync<RequestRow>(
            $"SELECT * FROM request WHERE run = @name AND exit_code IS NULL ORDER BY request <> '{nameof(RunRequest.Rollback)}', id", new { name }, ct);
        foreach (var row in open)
        {
            if (row.BegunAt is not null || Since(row.AwaitedAt) < Abandoned) return row.ToRecord();
            await WithdrawAsync(name, row.Id, "withdrawn: nobody waits for it any more", ct);
        }

        return null;
    }

    public async Task<RunRequestRecord> RequestAsync(string name, long id, CancellationToken ct) =>
        await FindRequestAsync(name, id, ct) ?? throw new InvalidOperationException($"run {name} has no request {id}");

    /// <summary>As <see cref="RequestAsync"/>; null: the run has no such request.</summary>
    public async Task<RunRequestRecord?> FindRequestAsync(string name, long id, CancellationToken ct)
    {
        if ((await _database.QueryAsync<RequestRow>("SELECT * FROM request WHERE run = @name AND id = @id", new { name, id }, ct)).SingleOrDefault() is not { } row) return null;
        if (row.ExitCode is null && Since(row.AwaitedAt) >= SignOfLife)
            await ChangeOpenAsync("awaited_at = @at", new { name, id, at = RunRow.Text(_clock.GetUtcNow()) }, ct);
        return row.ToRecord();
    }

    public Task<bool> BeginRequestAsync(string name, long id, CancellationToken ct) =>
        ChangeOpenAsync("begun_at = coalesce(begun_at, @at)", new { name, id, at = RunRow.Text(_clock.GetUtcNow()) }, ct);

    public Task<bool> WithdrawAsync(string name, long id, string why, CancellationToken ct) => ChangeOpenAsync(
        $"exit_code = {Interrupted}, message = @why, answered_at = @at", new { name, id, why, at = RunRow.Text(_clock.GetUtcNow()) }, ct, "AND begun_at IS NULL");

    /// <summary>The first answer stands; a later one changes nothing.</summary>
    public Task AnswerAsync(string name, long id, int exitCode, string message, CancellationToken ct) => ChangeOpenAsync(
        "exit_code = @exitCode, message = @message, answered_at = @at",
        new { name, id, exitCode, message = SecretText.Mask(message), at = RunRow.Text(_clock.GetUtcNow()) }, ct);

    private Task<bool> ChangeOpenAsync(string set, object parameters, CancellationToken ct, string and = "") => _database.InTransactionAsync(
        async t => await t.Connection!.ExecuteAsync(
            $"UPDATE request SET {set} WHERE run = @name AND id = @id AND exit_code IS NULL {and}", parameters, t) > 0,
        ct);

    private TimeSpan Since(string time) => _clock.GetUtcNow() - RunRow.Time(time);
}

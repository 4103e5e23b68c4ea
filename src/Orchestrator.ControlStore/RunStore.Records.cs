using System.Data.Common;
using Dapper;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Runs;

namespace Orchestrator.ControlStore;

/// <summary>Journal and documents.</summary>
public sealed partial class RunStore
{
    public Task<JournalEntry> AppendAsync(string name, FencingToken token, string kind, string subject, string detail, CancellationToken ct) => _database.InTransactionAsync(
        async t =>
        {
            var fence = await t.Connection!.ExecuteScalarAsync<long>("SELECT fence FROM run WHERE name = @name", new { name }, t);
            return fence == token.Value ? await InsertJournalAsync(name, kind, subject, detail, t) : throw RunErrors.Overtaken(name);
        },
        ct);

    public async Task<IReadOnlyList<JournalEntry>> JournalAsync(string name, CancellationToken ct) =>
        [.. (await _database.QueryAsync<JournalRow>("SELECT * FROM journal WHERE run = @name ORDER BY sequence", new { name }, ct)).Select(r => r.ToEntry())];

    public async Task<string?> ReadDocumentAsync(string name, string document, CancellationToken ct) =>
        (await _database.QueryAsync<string>("SELECT json FROM document WHERE run = @name AND name = @document", new { name, document }, ct)).SingleOrDefault();

    public Task WriteDocumentAsync(string name, string document, string json, CancellationToken ct) => _database.InTransactionAsync(
        t => t.Connection!.ExecuteAsync(
            """
            INSERT INTO document (run, name, json, updated_at) VALUES (@name, @document, @json, @at)
            ON CONFLICT (run, name) DO UPDATE SET json = excluded.json, updated_at = excluded.updated_at
            """,
            new { name, document, json, at = RunRow.Text(_clock.GetUtcNow()) }, t),
        ct);

    /// <summary>Forgets a run that is over; one that is not, or is not there, stays as it is.</summary>
    public Task RemoveAsync(string name, CancellationToken ct) =>
        _database.InTransactionAsync(t => ForgetAsync(name, t, RunState.Complete, RunState.RolledBack, RunState.Aborted), ct);

    /// <summary>A run that ended before it created anything gives its name back: "migrate again" must work after blockers are resolved.</summary>
    private static Task<int> ForgetAbortedAsync(string name, DbTransaction transaction) => ForgetAsync(name, transaction, RunState.Aborted);

    private static Task<int> ForgetAsync(string name, DbTransaction transaction, params RunState[] states)
    {
        var over = $"name = @name AND state IN ({string.Join(", ", states.Select(s => $"'{s}'"))})";
        var ofIt = $"run IN (SELECT name FROM run WHERE {over})";
        return transaction.Connection!.ExecuteAsync(
            $"""
            DELETE FROM request WHERE {ofIt};
            DELETE FROM document WHERE {ofIt};
            DELETE FROM journal WHERE {ofIt};
            DELETE FROM secret WHERE {ofIt};
            DELETE FROM run WHERE {over};
            """,
            new { name }, transaction);
    }

    private async Task<JournalEntry> InsertJournalAsync(
        string name, string kind, string subject, string detail, DbTransaction transaction)
    {
        var row = await transaction.Connection!.QuerySingleAsync<JournalRow>(
            """
            INSERT INTO journal (run, sequence, at, kind, subject, detail)
            SELECT @name, coalesce(max(sequence), 0) + 1, @at, @kind, @subject, @detail FROM journal WHERE run = @name
            RETURNING *
            """,
            new { name, at = RunRow.Text(_clock.GetUtcNow()), kind, subject, detail }, transaction);
        return row.ToEntry();
    }

    private async Task<OrchestratorException> HeldAsync(string name, CancellationToken ct)
    {
        var row = (await _database.QueryAsync<RunRow>("SELECT * FROM run WHERE name = @name", new { name }, ct)).Single();
        var since = row.HeldSince is { } at ? $"{RunRow.Time(at):yyyy-MM-dd HH:mm:ss} UTC" : "now";
        return new OrchestratorException(
            ErrorKind.Configuration, "E-LEASE-001",
            $"Another process ({row.Holder ?? "just starting"}) drives run {name} since {since}.",
            $"Stop it there, or ask it: orchestrator cutover --run {name}.");
    }

    private static void CheckName(string name)
    {
        if (!RunName.IsValid(name))
            throw new OrchestratorException(
                ErrorKind.Configuration, "E-CFG-001", $"--run is '{name}': a run's name is {RunName.Rule}.",
                "Choose another name.");
    }

    private static OrchestratorException Taken(string name, string place) => new(
        ErrorKind.Configuration, "E-RUN-001", $"There is already a run named {name} in {place}.",
        $"Go on with it: orchestrator resume --run {name}; or name this one with --run NAME.");
}

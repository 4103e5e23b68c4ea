using Dapper;
using Microsoft.Data.Sqlite;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;

namespace Orchestrator.ControlStore;

/// <summary>Journal and documents.</summary>
public sealed partial class SqliteRunStore
{
    public Task<JournalEntry> AppendAsync(string name, string kind, string subject, string detail, CancellationToken ct) =>
        InTransactionAsync(t => InsertJournalAsync(name, kind, subject, detail, t), ct);

    public async Task<IReadOnlyList<JournalEntry>> JournalAsync(string name, CancellationToken ct) =>
        [.. (await QueryAsync<JournalRow>("SELECT * FROM journal WHERE run = @name ORDER BY sequence", new { name }, ct)).Select(r => r.ToEntry())];

    public async Task<string?> ReadDocumentAsync(string name, string document, CancellationToken ct) =>
        (await QueryAsync<string>("SELECT json FROM document WHERE run = @name AND name = @document", new { name, document }, ct)).SingleOrDefault();

    public Task WriteDocumentAsync(string name, string document, string json, CancellationToken ct) => InTransactionAsync(
        t => _connection.ExecuteAsync(
            """
            INSERT INTO document (run, name, json, updated_at) VALUES (@name, @document, @json, @at)
            ON CONFLICT (run, name) DO UPDATE SET json = excluded.json, updated_at = excluded.updated_at
            """,
            new { name, document, json, at = RunRow.Text(_clock.GetUtcNow()) }, t),
        ct);

    /// <summary>A run that ended before it created anything gives its name back: "migrate again" must work after blockers are resolved.</summary>
    private Task ForgetAbortedAsync(string name, SqliteTransaction transaction)
    {
        const string Aborted = "run IN (SELECT name FROM run WHERE name = @name AND state = 'Aborted')";
        return _connection.ExecuteAsync(
            $"""
            DELETE FROM request WHERE {Aborted};
            DELETE FROM document WHERE {Aborted};
            DELETE FROM journal WHERE {Aborted};
            DELETE FROM secret WHERE {Aborted};
            DELETE FROM run WHERE name = @name AND state = 'Aborted';
            """,
            new { name }, transaction);
    }

    private async Task<JournalEntry> InsertJournalAsync(
        string name, string kind, string subject, string detail, SqliteTransaction transaction)
    {
        var row = await _connection.QuerySingleAsync<JournalRow>(
            """
            INSERT INTO journal (run, sequence, at, kind, subject, detail)
            SELECT @name, coalesce(max(sequence), 0) + 1, @at, @kind, @subject, @detail FROM journal WHERE run = @name
            RETURNING *
            """,
            new { name, at = RunRow.Text(_clock.GetUtcNow()), kind, subject, detail }, transaction);
        return row.ToEntry();
    }

    private async Task<List<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            return [.. await _connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: ct))];
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<T> InTransactionAsync<T>(Func<SqliteTransaction, Task<T>> work, CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            // Immediate: taking the write lock at the start waits for it; taking it later could only fail.
            await using var transaction = _connection.BeginTransaction(deferred: false);
            var result = await work(transaction);
            await transaction.CommitAsync(ct);
            return result;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<OrchestratorException> HeldAsync(string name, CancellationToken ct)
    {
        var row = (await QueryAsync<RunRow>("SELECT * FROM run WHERE name = @name", new { name }, ct)).Single();
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

    private static OrchestratorException Taken(string name) => new(
        ErrorKind.Configuration, "E-RUN-001", $"There is already a run named {name} in this state directory.",
        $"Go on with it: orchestrator resume --run {name}; or name this one with --run NAME.");

    private static OrchestratorException Overtaken(string name) => new(
        ErrorKind.Fenced, "E-LEASE-002", $"Another process has taken over run {name}; this one stops and writes nothing more.");
}

using Npgsql;
using Orchestrator.Core.Diagnostics;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Writing;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.Engines.PostgreSql.Target.Schema;

namespace Orchestrator.Engines.PostgreSql.Target;

/// <summary>
/// Builds the structure: each section runs in one transaction together with the record that it is done. Indexes are
/// built by us, because they decide how long a load takes.
/// </summary>
public sealed class PgSchemaMover : ISchemaMover, IAsyncDisposable
{
    private readonly PgSession _target;
    private readonly string _run;
    private readonly ISchemaScripts _scripts;
    private readonly SemaphoreSlim _indexSessions;

    /// <param name="scripts">What is created; disposed with this.</param>
    /// <param name="target">Where it is created.</param>
    /// <param name="run">The run's name, as in the ledger.</param>
    /// <param name="copySessions">Sessions that copy at once; as many indexes are built at once, but two at least.</param>
    internal PgSchemaMover(ISchemaScripts scripts, PgSession target, string run, int copySessions)
    {
        _scripts = scripts;
        _target = target;
        _run = run;
        _indexSessions = new SemaphoreSlim(Math.Max(copySessions, 2));
    }

    public async ValueTask DisposeAsync()
    {
        _indexSessions.Dispose();
        await _scripts.DisposeAsync();
    }

    public void DeleteDump() => _scripts.Delete();

    public async Task CreatePreDataAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        await using var connection = await _target.BorrowAsync(ct);
        if (await IsDoneAsync(connection, SchemaSql.PreDataStep, ct)) return;
        if (await AdoptsAsync(connection, tables, ct))
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.RunAsync(
                SchemaSql.DisableFiringTriggers(_run, tables) + SchemaSql.StepDone(_run, SchemaSql.PreDataStep) + SchemaSql.StepDone(_run, SchemaSql.AdoptedStep), ct);
            await transaction.CommitAsync(ct);
            return;
        }

        var schemas = (await connection.ListAsync("SELECT nspname FROM pg_namespace", r => r.GetString(0), ct)).ToHashSet();
        var statements = await _scripts.PreDataAsync(tables, schemas, ct);
        CrashPoint.Hit("schema:before-pre-data");
        await _scripts.RunAsync([SchemaSql.BeforePreData, .. statements, SchemaSql.AfterPreData(_run)], ct);
        CrashPoint.Hit("schema:after-pre-data");
    }

    public async Task CreateIndexesAsync(TableSchema table, CancellationToken ct)
    {
        await using var connection = await _target.BorrowAsync(ct);
        if (await IsDoneAsync(connection, SchemaSql.AdoptedStep, ct)) return;
        var mine = await _scripts.IndexesAsync([table], ct);
        await Task.WhenAll(mine.Select(i => CreateIndexAsync(i, ct)));
        foreach (var index in mine.Where(i => i.Attach is not null))
        {
            var attached = await connection.ScalarAsync<bool>(
                "SELECT EXISTS (SELECT FROM pg_constraint WHERE conindid = to_regclass($1))", ct, NameOf(index));
            if (!attached) await connection.RunAsync(index.Attach!, ct);
        }
    }

    public async Task CreatePostDataAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        await using var connection = await _target.BorrowAsync(ct);
        if (await IsDoneAsync(connection, SchemaSql.PostDataStep, ct)) return;
        IReadOnlyList<string> statements = [];
        if (!await IsDoneAsync(connection, SchemaSql.AdoptedStep, ct))
            statements = await _scripts.PostDataAsync(tables, await BuiltAsync(connection, tables, ct), ct);

        CrashPoint.Hit("schema:before-post-data");
        await _scripts.RunAsync(
            [.. statements, "\nRESET ALL;\n", SchemaSql.DisableFiringTriggers(_run, tables), "\n", SchemaSql.StepDone(_run, SchemaSql.PostDataStep)], ct);
        CrashPoint.Hit("schema:after-post-data");
    }

    public Task AnalyzeAsync(TableSchema table, CancellationToken ct) => _target.RunAsync($"ANALYZE {PgName.Quote(table.Table)}", ct);

    public async Task EnableTriggersAsync(CancellationToken ct)
    {
        await using var connection = await _target.BorrowAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await EnableTriggersAsync(connection, ct);
        await transaction.CommitAsync(ct);
    }

    private async Task EnableTriggersAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var triggers = await connection.ListAsync(
            "DELETE FROM orchestrator.disabled_trigger WHERE run = $1 RETURNING schema_name, table_name, trigger_name, mode",
            r => (Table: new TableRef(r.GetString(0), r.GetString(1)), Name: r.GetString(2), Mode: r.GetString(3)), ct, _run);
        foreach (var t in triggers)
        {
            var mode = t.Mode == "A" ? "ALWAYS" : "REPLICA";
            await connection.RunAsync($"ALTER TABLE IF EXISTS {PgName.Quote(t.Table)} ENABLE {mode} TRIGGER {PgName.Quote(t.Name)}", ct);
        }
    }

    public async Task DisableTriggersAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        await using var connection = await _target.BorrowAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.RunAsync(SchemaSql.DisableFiringTriggers(_run, tables), ct);
        await transaction.CommitAsync(ct);
    }

    public async Task DropCreatedAsync(CancellationToken ct)
    {
        await using var connection = await _target.BorrowReplicaRoleAsync(ct);
        if (await connection.ScalarAsync<bool>("SELECT to_regclass('orchestrator.created_object') IS NULL", ct)) return;
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await IsDoneAsync(connection, SchemaSql.AdoptedStep, ct)) await EmptyAdoptedAsync(connection, ct);
        await EnableTriggersAsync(connection, ct);
        var created = await connection.ListAsync(
            "SELECT kind, identity FROM orchestrator.created_object WHERE run = $1 ORDER BY ordinal DESC",
            r => (Kind: r.GetString(0), Identity: r.GetString(1)), ct, _run);
        foreach (var (kind, identity) in created)
            await connection.RunAsync($"DROP {(kind == "composite type" ? "type" : kind)} IF EXISTS {identity} CASCADE", ct);
        await connection.RunAsync("DELETE FROM orchestrator.created_object WHERE run = $1", ct, _run);
        await connection.RunAsync("DELETE FROM orchestrator.schema_step WHERE run = $1", ct, _run);
        await transaction.CommitAsync(ct);
        _scripts.Delete();
    }

    private async Task EmptyAdoptedAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var tables = await connection.ListAsync(
            "SELECT schema_name, table_name FROM orchestrator.table_load WHERE run = $1", r => new TableRef(r.GetString(0), r.GetString(1)), ct, _run);
        foreach (var table in tables) await connection.RunAsync($"DELETE FROM ONLY {PgName.Quote(table)}", ct);
    }

    private async Task CreateIndexAsync(PgIndex index, CancellationToken ct)
    {
        await _indexSessions.WaitAsync(ct);
        try
        {
            await using var connection = await _target.BorrowAsync(ct);
            if (await connection.ScalarAsync<bool>("SELECT to_regclass($1) IS NOT NULL", ct, NameOf(index))) return;
            // Several sessions beat one with many workers (FACTS 3); one worker each keeps a processor busy when the last is left.
            await connection.RunAsync("SET maintenance_work_mem = '512MB'; SET max_parallel_maintenance_workers = 1", ct);
            CrashPoint.Hit("schema:before-index");
            await connection.RunAsync(index.Create, ct);
            CrashPoint.Hit("schema:after-index");
        }
        finally
        {
            _indexSessions.Release();
        }
    }

    private async Task<bool> IsDoneAsync(NpgsqlConnection connection, string step, CancellationToken ct) =>
        await connection.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM orchestrator.schema_step WHERE run = $1 AND step = $2)", ct, _run, step);

    private static string NameOf(PgIndex index) => PgName.Quote(index.Table with { Name = index.Name });

    private async Task<IReadOnlyList<PgIndex>> BuiltAsync(NpgsqlConnection connection, IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        var built = new List<PgIndex>();
        foreach (var index in await _scripts.IndexesAsync(tables, ct))
        {
            if (await connection.ScalarAsync<bool>("SELECT to_regclass($1) IS NOT NULL", ct, NameOf(index))) built.Add(index);
        }

        return built;
    }

    /// <summary>True if the tables are there, empty and fit; false if none is there; refuses everything in between before anything is written.</summary>
    private static async Task<bool> AdoptsAsync(NpgsqlConnection connection, IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        var there = new List<TableSchema>();
        foreach (var table in tables)
        {
            if (await connection.ScalarAsync<bool>("SELECT to_regclass($1) IS NOT NULL", ct, PgName.Quote(table.Table))) there.Add(table);
        }

        if (there.Count == 0) return false;
        if (there.Count < tables.Count)
        {
            var missing = tables.First(t => !there.Contains(t)).Table;
            throw Refused("E-TGT-006", there[0].Table, $"Target table {there[0].Table} exists but {missing} does not. Nothing was written.",
                "Create all tables on the target, or none of them.");
        }

        foreach (var table in there) await CheckAdoptedAsync(connection, table, ct);
        return true;
    }

    private static async Task CheckAdoptedAsync(NpgsqlConnection connection, TableSchema table, CancellationToken ct)
    {
        var name = PgName.Quote(table.Table);
        if (await connection.ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM ONLY {name})", ct))
        {
            throw Refused("E-TGT-007", table.Table, $"Target table {table.Table} already has rows. Nothing was written.",
                "Empty it, choose another target, or exclude the table.");
        }

        var types = await connection.ListAsync(
            "SELECT attname, format_type(atttypid, atttypmod), attgenerated::text <> '' FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped",
            r => (r.GetString(0), PgTypeText.Plain(r.GetString(1)), r.GetBoolean(2)), ct, name);
        var expected = table.Columns.Select(c => (c.Name, PgTypeText.Plain(c.Type), c.Kind == ColumnKind.Generated)).ToHashSet();
        if (expected.SetEquals(types)) return;
        var difference = expected.Except(types).Concat(types.Except(expected)).First();
        throw Refused("E-TGT-005", table.Table,
            $"Target table {table.Table} differs from the source in column {difference.Item1} {difference.Item2}. Nothing was written.",
            "Give it the source's columns and types, or drop it and let it be created.");
    }

    private static OrchestratorException Refused(string code, TableRef table, string message, string fix) =>
        new(ErrorKind.Configuration, code, message, fix) { Table = table.ToString() };
}

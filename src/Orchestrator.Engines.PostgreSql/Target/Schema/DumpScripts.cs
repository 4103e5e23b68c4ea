using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target.Schema;

/// <summary>The structure of a PostgreSQL source, by pg_dump and pg_restore.</summary>
/// <param name="source">Where the schema is read; disposed with this.</param>
/// <param name="target">Where it is created.</param>
/// <param name="archivePath">File the schema dump is kept in until the run ends.</param>
internal sealed class DumpScripts(PgSession source, PgSession target, string archivePath) : ISchemaScripts
{
    private const int NamespaceClass = 2615;

    private readonly SchemaArchive _archive = new(source, target, archivePath);

    public async Task<IReadOnlyList<string>> PreDataAsync(IReadOnlyList<TableSchema> tables, IReadOnlySet<string> schemas, CancellationToken ct)
    {
        // Never a dump of a try that failed: what it failed on may have been mended on the source since.
        await _archive.CreateAsync(tables, ct);
        return [await _archive.ScriptAsync("pre-data", e => IsSchemaIn(e, schemas), ct)];
    }

    public async Task<IReadOnlyList<PgIndex>> IndexesAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) =>
        await PgIndexPlan.ReadAsync(source, tables, ct);

    public async Task<IReadOnlyList<string>> PostDataAsync(IReadOnlyList<TableSchema> tables, IReadOnlyList<PgIndex> built, CancellationToken ct)
    {
        await _archive.EnsureAsync(tables, ct);
        HashSet<uint> skipped = [.. built.Select(i => i.IndexOid), .. built.Select(i => i.ConstraintOid).Where(o => o != 0)];
        skipped.UnionWith(await DanglingForeignKeysAsync(tables, ct));
        var script = await _archive.ScriptAsync("post-data", e => skipped.Contains(e.ObjectOid), ct);
        return [script, "\nRESET ALL;\n", SchemaSql.Refresh(await FilledViewsAsync(ct))];
    }

    public Task RunAsync(IReadOnlyList<string> statements, CancellationToken ct) => _archive.RunAsync(string.Concat(statements), ct);

    public void Delete() => _archive.Delete();

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private static bool IsSchemaIn(DumpEntry entry, IReadOnlySet<string> existing) =>
        entry.ClassOid == NamespaceClass && existing.Any(s => entry.Rest.StartsWith($"SCHEMA - {s} ", StringComparison.Ordinal));

    private async Task<List<uint>> DanglingForeignKeysAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        await using var connection = await source.BorrowAsync(ct);
        return await connection.ListAsync(
            """
            SELECT c.oid FROM pg_constraint c JOIN pg_class r ON r.oid = c.confrelid
            WHERE c.contype = 'f' AND r.relkind = 'r' AND c.confrelid <> ALL ($1)
            """,
            r => r.GetFieldValue<uint>(0), ct, tables.Select(t => t.SourceId).ToArray());
    }

    /// <summary>Materialized views we created whose originals have data; by oid, so that a view comes after those it reads.</summary>
    private async Task<List<TableRef>> FilledViewsAsync(CancellationToken ct)
    {
        await using var from = await source.BorrowAsync(ct);
        await using var to = await target.BorrowAsync(ct);
        var filled = await from.ListAsync(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'm' AND c.relispopulated ORDER BY c.oid",
            r => new TableRef(r.GetString(0), r.GetString(1)), ct);
        var created = (await to.ListAsync(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'm'",
            r => new TableRef(r.GetString(0), r.GetString(1)), ct)).ToHashSet();
        return filled.FindAll(created.Contains);
    }
}

using System.Text.RegularExpressions;
using Npgsql;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Model.Structure;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.Engines.PostgreSql.Target.Schema;

namespace Orchestrator.Engines.PostgreSql.Target.Structure;

/// <summary>The structure of a source that is no PostgreSQL, written out from what its reader says.</summary>
/// <param name="reader">Reads the source; not disposed here.</param>
/// <param name="target">Where it is created; not disposed here.</param>
/// <param name="path">File the structure is kept in, so that all steps build the same one.</param>
internal sealed partial class StructureScripts(IStructureReader reader, PgSession target, string path) : ISchemaScripts
{
    private const int QuotedCharacters = 200;

    private readonly StructureFile _file = new(path);

    public async Task<IReadOnlyList<string>> PreDataAsync(IReadOnlyList<TableSchema> tables, IReadOnlySet<string> schemas, CancellationToken ct) =>
        [.. PreDataSql.Of(await ReadAsync(tables, ct), schemas)];

    public async Task<IReadOnlyList<PgIndex>> IndexesAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        var wanted = tables.Select(t => t.Table).ToHashSet();
        return [.. (await KeptAsync(tables, ct)).Tables.Where(t => wanted.Contains(t.Table)).SelectMany(IndexSql.Of)];
    }

    public async Task<IReadOnlyList<string>> PostDataAsync(IReadOnlyList<TableSchema> tables, IReadOnlyList<PgIndex> built, CancellationToken ct) =>
        [.. PostDataSql.Of(await KeptAsync(tables, ct), built)];

    public async Task RunAsync(IReadOnlyList<string> statements, CancellationToken ct)
    {
        await using var connection = await target.BorrowAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        foreach (var statement in statements)
        {
            try
            {
                await connection.RunAsync(statement, ct);
            }
            catch (PostgresException e) when (PgErrors.KindOf(e) is ErrorKind.Data or ErrorKind.Bug)
            {
                throw Refused(e, statement);
            }
        }

        await transaction.CommitAsync(ct);
    }

    public void Delete() => _file.Delete();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<TargetStructure> ReadAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct)
    {
        var structure = await reader.ReadAsync(tables, ct);
        await _file.WriteAsync(structure, ct);
        return structure;
    }

    /// <summary>What was read for the pre-data, also by a process before this one; if the file was lost, of the source as it is now.</summary>
    private async Task<TargetStructure> KeptAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct) =>
        await _file.ReadAsync(ct) ?? await reader.ReadAsync(tables, ct);

    /// <summary>The server's detail names the key of a row at fault.</summary>
    private static OrchestratorException Refused(PostgresException e, string statement)
    {
        var detail = string.IsNullOrEmpty(e.Detail) ? "" : $" {SecretText.Mask(e.Detail).TrimEnd('.')}.";
        var words = Blanks().Replace(statement, " ").Trim();
        if (words.Length > QuotedCharacters) words = words[..QuotedCharacters] + "...";
        return new OrchestratorException(
            ErrorKind.Data, "E-SCHEMA-002", $"The target refused a definition: {SecretText.Mask(e.MessageText).TrimEnd('.')}.{detail} The statement ({e.SqlState}): {words}",
            "The step was rolled back as a whole. Mend what it names on the source, then resume.", e)
        {
            Table = e.TableName is null ? null : $"{e.SchemaName}.{e.TableName}",
            Column = e.ColumnName,
        };
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}

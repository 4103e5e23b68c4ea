using System.Globalization;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Model.Structure;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Engines.MySql.Sql;

namespace Orchestrator.Engines.MySql.Catalog;

/// <summary>The source's tables in the target's words.</summary>
/// <param name="session">The server.</param>
/// <param name="options">How types and names become the target's.</param>
/// <param name="isRelayed">Somebody else follows the log and passes on rows: what he may leave out has to be looked for.</param>
internal sealed class MySqlCatalog(MySqlSession session, MappingOptions options, bool isRelayed = false) : ISourceCatalog
{
    private readonly TableMapper _mapper = new(options);

    public async Task<SourceInventory> ReadAsync(TableSelection selection, CancellationToken ct)
    {
        using var connection = await session.OpenAsync(ct);
        await RequireDatabasesAsync(connection, ct);
        var all = await new CatalogReader(connection, session.Databases).TablesAsync(ct);
        var missed = selection.Include.Concat(selection.Exclude).FirstOrDefault(p => !all.Any(t => TableSelection.Matches(p, NamesOf(t))));
        if (missed is not null)
        {
            throw new OrchestratorException(
                ErrorKind.Configuration, "E-CFG-010", $"The pattern '{missed}' matches no table of the source.",
                "Patterns are database.table or table, with * and ?; names are compared as the catalog spells them.");
        }

        var tables = Map(all.Where(t => selection.Picks(NamesOf(t))));
        return new SourceInventory
        {
            DatabaseIdentity = await IdentityAsync(connection, ct),
            ServerVersion = connection.Version.ToString(),
            ColumnsVersion = isRelayed ? await StorageVersion.ReadAsync(connection, session.Databases, ct) : "",
            Tables = tables,
            Sequences = [.. tables.SelectMany(t => t.Columns.Where(c => c.Kind == ColumnKind.IdentityByDefault).Select(c => SequenceOf(t.Table, c.Name)))],
        };
    }

    public async Task<IReadOnlyList<SequenceValue>> ReadSequencesAsync(IReadOnlyList<TableRef> sequences, CancellationToken ct)
    {
        using var connection = await session.OpenAsync(ct);
        var tables = await new CatalogReader(connection, session.Databases).TablesAsync(ct);
        var counters = tables.Where(t => t.AutoIncrement is not null).SelectMany(t => t.Columns.Where(c => c.IsAutoIncrement)
            .Select(c => (Sequence: SequenceOf(_mapper.NameOf(t.Name), _mapper.Map(t, 0).Columns.First(m => m.Origin!.Name == c.Name).Name), Next: t.AutoIncrement!.Value)))
            .ToDictionary(c => c.Sequence, c => c.Next);
        // Not called: the next value is the counter itself. A table that never had a row starts at 1.
        return [.. sequences.Select(s => new SequenceValue(s, (long)Math.Min(counters.GetValueOrDefault(s, 1UL), long.MaxValue), IsCalled: false))];
    }

    /// <summary>Name of the sequence behind an identity column.</summary>
    public static TableRef SequenceOf(TableRef table, string column) => table with { Name = TargetNames.Fit($"{table.Name}_{column}_seq") };

    /// <summary>The tables mapped, largest first.</summary>
    public IReadOnlyList<TableSchema> Map(IEnumerable<SourceTable> tables)
    {
        var chosen = tables.ToList();
        var numbers = TableNumbers.Of(chosen.Select(t => t.Name));
        return [.. Cascades.Add(chosen, [.. chosen.Select(t => _mapper.Map(t, numbers[t.Name]))]).OrderByDescending(t => t.Bytes).ThenBy(t => t.Table.ToString(), StringComparer.Ordinal)];
    }

    private static string[] NamesOf(SourceTable table) => [table.Name.ToString()];

    /// <summary>Tells servers apart: MySQL has an identifier of its own, MariaDB's number and directory must do.</summary>
    private async Task<string> IdentityAsync(MySqlConnection connection, CancellationToken ct)
    {
        var server = await connection.ScalarAsync(
            connection.IsMariaDb ? "SELECT CONCAT(@@server_id, ' ', @@hostname, ' ', @@datadir, ' ', @@port)" : "SELECT @@server_uuid", ct);
        return string.Create(CultureInfo.InvariantCulture, $"mysql {server} {string.Join(',', session.Databases)}");
    }

    private async Task RequireDatabasesAsync(MySqlConnection connection, CancellationToken ct)
    {
        var there = (await connection.RowsAsync("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA", ct)).Select(r => r[0]!).ToHashSet(StringComparer.Ordinal);
        if (session.Databases.FirstOrDefault(d => !there.Contains(d)) is { } missing)
        {
            throw new OrchestratorException(
                ErrorKind.Configuration, "E-CONN-013", $"There is no database {missing} on source {session.Address.Host}:{session.Address.Port}, or its account may not see it.",
                "Check the name at the end of the URL, and the account's rights.");
        }
    }
}

using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Model.Structure;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Engines.Sqlite.Sql;
using SQLitePCL;

namespace Orchestrator.Engines.Sqlite.Catalog;

/// <summary>The files' tables in the target's words.</summary>
internal sealed class SqliteCatalog(IReadOnlyList<SqliteFile> files, MappingOptions options, TimeProvider time) : ISourceCatalog
{
    public TableMapper Mapper { get; } = new(options, files.Count);

    public IReadOnlyList<SqliteFile> Files => files;

    /// <summary>Every file's contents.</summary>
    public Task<IReadOnlyList<FileContents>> ContentsAsync(CancellationToken ct) =>
        Task.Run<IReadOnlyList<FileContents>>(() => [.. files.Select(f => ContentsCache.Read(f, time, ct))], ct);

    /// <summary>The tables of a selection as they are and as they will be, largest first.</summary>
    /// <exception cref="OrchestratorException">Configuration <c>E-CFG-010</c>, <c>E-CFG-011</c>: a pattern or column names nothing.</exception>
    public async Task<IReadOnlyList<(SourceTable Source, TableSchema Target)>> PairsAsync(TableSelection selection, CancellationToken ct)
    {
        var all = (await ContentsAsync(ct)).SelectMany(c => c.Tables).ToList();
        var missed = selection.Include.Concat(selection.Exclude).FirstOrDefault(p => !all.Any(t => TableSelection.Matches(p, NamesOf(t))));
        if (missed is not null)
        {
            throw new OrchestratorException(
                ErrorKind.Configuration, "E-CFG-010", $"The pattern '{missed}' matches no table of the source.",
                "Patterns are file.table or table, with * and ?; the file without its extension, names as it spells them.");
        }

        Mapper.Wishes.RequireKnown(all);
        var chosen = all.FindAll(t => selection.Picks(NamesOf(t)));
        var numbers = TableNumbers.Of(chosen.Select(t => t.Name));
        return [.. chosen.Select(t => (Source: t, Target: Mapper.Map(t, numbers[t.Name]))).OrderByDescending(t => t.Target.Bytes).ThenBy(t => t.Target.Table.ToString(), StringComparer.Ordinal)];
    }

    public async Task<SourceInventory> ReadAsync(TableSelection selection, CancellationToken ct)
    {
        IReadOnlyList<TableSchema> tables = [.. (await PairsAsync(selection, ct)).Select(t => t.Target)];
        return new SourceInventory
        {
            DatabaseIdentity = "sqlite " + string.Join(',', files.Select(f => f.Path)),
            ServerVersion = "SQLite " + raw.sqlite3_libversion().utf8_to_string(),
            Tables = tables,
            Sequences = [.. tables.SelectMany(t => t.Columns.Where(c => c.Kind == ColumnKind.IdentityByDefault).Select(c => SequenceOf(t.Table, c.Name)))],
        };
    }

    public async Task<IReadOnlyList<SequenceValue>> ReadSequencesAsync(IReadOnlyList<TableRef> sequences, CancellationToken ct)
    {
        var counters = (await ContentsAsync(ct)).SelectMany(c => c.Tables).Where(t => t.RowidColumn is not null)
            .GroupBy(t => SequenceOf(Mapper.NameOf(t.File, t.Name.Name), Mapper.Map(t, 0).Columns.First(c => c.Origin!.Name == t.RowidColumn).Name))
            .ToDictionary(g => g.Key, g => g.Max(t => t.LastNumber));
        return [.. sequences.Select(s => counters.GetValueOrDefault(s) is { } last and > 0 ? new SequenceValue(s, last, IsCalled: true) : new SequenceValue(s, 1, IsCalled: false))];
    }

    /// <summary>Name of the sequence behind an identity column.</summary>
    public static TableRef SequenceOf(TableRef table, string column) => table with { Name = TargetNames.Fit($"{table.Name}_{column}_seq") };

    private static string[] NamesOf(SourceTable table) => [table.Name.ToString()];
}

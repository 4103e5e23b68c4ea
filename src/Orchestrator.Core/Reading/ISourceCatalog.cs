using System.IO.Enumeration;
using Orchestrator.Core.Model;

namespace Orchestrator.Core.Reading;

/// <summary>Which tables a run moves. Patterns are <c>schema.table</c> or <c>table</c> with <c>*</c> and <c>?</c>.</summary>
/// <param name="Include">Empty: every user table.</param>
/// <param name="Exclude">Taken out of what was included.</param>
public sealed record TableSelection(IReadOnlyList<string> Include, IReadOnlyList<string> Exclude)
{
    public static TableSelection All { get; } = new([], []);

    /// <summary>The pattern matches one of the names a table is found by: its own and those of the partitioned tables above it.</summary>
    public static bool Matches(string pattern, IEnumerable<string> names) =>
        names.Any(name => FileSystemName.MatchesSimpleExpression(
            pattern.Contains('.', StringComparison.Ordinal) ? pattern : "*." + pattern, name, ignoreCase: false));

    /// <summary>A table with these names is moved.</summary>
    public bool Picks(IReadOnlyCollection<string> names) =>
        (Include.Count == 0 || Include.Any(p => Matches(p, names))) && !Exclude.Any(p => Matches(p, names));
}

/// <summary>What a source holds and what is moved of it.</summary>
public sealed record SourceInventory
{
    /// <summary>Tells databases apart even if reached by two addresses: the server's own identifier and the database.</summary>
    public required string DatabaseIdentity { get; init; }

    /// <summary>Version for people, e.g. <c>PostgreSQL 15.18</c>.</summary>
    public required string ServerVersion { get; init; }

    /// <summary>Tables with storage that are moved (leaf partitions one by one), ordered by size, largest first.</summary>
    public required IReadOnlyList<TableSchema> Tables { get; init; }

    /// <summary>
    /// Forms that tables of this plan had earlier in the run, oldest first: until the stream is past the change it still
    /// describes them so.
    /// </summary>
    public IReadOnlyList<TableSchema> EarlierForms { get; init; } = [];

    /// <summary>Sequences whose values are set on the target at cutover.</summary>
    public required IReadOnlyList<TableRef> Sequences { get; init; }

    /// <summary>
    /// Changes with every alteration of a column or of an enum's labels, also one that leaves the <see cref="Fingerprint"/>
    /// as it was: such may have rewritten rows, of which the change stream tells nothing (CASES C12).
    /// </summary>
    public string ColumnsVersion { get; init; } = "";

    /// <summary>Changes when anything of the selection's structure changes: a new table, a dropped column, another key.</summary>
    public string Fingerprint => string.Join(
        '\n',
        Tables.OrderBy(t => t.SourceId)
            .Select(t => $"{t.SourceId} {t.Table} {t.Key.Kind} {string.Join(',', t.Key.Columns)} {t.Fingerprint}")
            .Concat(Sequences.Select(s => s.ToString()).Order(StringComparer.Ordinal)));
}

/// <summary>Reads the source's structure. Read-only, takes no locks that writers feel.</summary>
public interface ISourceCatalog
{
    /// <exception cref="Errors.OrchestratorException">
    /// Configuration <c>E-CFG-010</c>: a pattern matches no table (named).
    /// </exception>
    Task<SourceInventory> ReadAsync(TableSelection selection, CancellationToken ct);

    /// <summary>Values of the given sequences now; never advances one.</summary>
    Task<IReadOnlyList<SequenceValue>> ReadSequencesAsync(IReadOnlyList<TableRef> sequences, CancellationToken ct);
}

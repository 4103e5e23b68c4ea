using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Engines.Sqlite.Catalog;
using Orchestrator.Engines.Sqlite.Source;
using Orchestrator.Engines.Sqlite.Sql;
using Orchestrator.Engines.Sqlite.Types;

namespace Orchestrator.Engines.Sqlite.Rejects;

/// <summary>
/// Finds the rows that are not moved: those with a value that cannot be converted or breaks a check, and then, as long as there
/// are any, those that refer to one of them, whose foreign key would not hold.
/// </summary>
/// <param name="open">Opens a file, by label, in the view that is meant.</param>
/// <param name="tables">Tables of the run.</param>
/// <param name="mapper">Says what was asked for.</param>
/// <param name="limit">Rows that may be rejected.</param>
internal sealed class RejectScan(Func<string, SqliteDatabase> open, IReadOnlyList<(SourceTable Source, TableSchema Target)> tables, TableMapper mapper, long limit)
{
    private readonly RejectSet _found = new();

    /// <summary>More than are allowed end the scan, with one more than those, instead of being an error.</summary>
    public bool IsCutOff { get; init; }

    private bool IsOver => _found.Count > limit;

    /// <exception cref="OrchestratorException">Data: the first reject if none is allowed, else <c>E-REJECT-001</c>: there are more than are allowed.</exception>
    public RejectSet Run(CancellationToken ct)
    {
        foreach (var (source, target) in tables.OrderBy(t => t.Source.Name.ToString(), StringComparer.Ordinal)) Values(source, target, ct);
        for (var fresh = _found.Tables.ToDictionary(t => t, t => _found.Of(t).ToList()); fresh.Count > 0 && !IsOver;) fresh = Children(fresh, ct);
        return _found;
    }

    private void Values(SourceTable source, TableSchema target, CancellationToken ct)
    {
        // The type of any other column was chosen by the values it has.
        var plans = source.Columns.Zip(target.Columns).Where(c => mapper.IsAskedFor(source, c.First)).Select(c => new ColumnPlan(c.Second)).ToArray();
        if (plans.Length == 0) return;
        var value = new ValueText(canonical: false);
        using var database = open(source.Name.Schema);
        using var row = SqliteSnapshotSession.RowsOf(database, target, plans, "");
        for (var n = 1; !IsOver && row.Next(); n++)
        {
            if ((n & 1023) == 0) ct.ThrowIfCancellationRequested();
            if (FirstProblem(value, plans, row) is { } error) Take(new Reject(source.Name, row.Number, error.Column!, error.Message), error);
        }
    }

    private static OrchestratorException? FirstProblem(ValueText value, ColumnPlan[] plans, RowCursor row)
    {
        for (var i = 0; i < plans.Length; i++)
        {
            try
            {
                value.Write(plans[i], row, i);
            }
            catch (OrchestratorException e) when (e.Kind == ErrorKind.Data)
            {
                return e;
            }
        }

        return null;
    }

    /// <returns>Rows that were not rejected before.</returns>
    private Dictionary<TableRef, List<Reject>> Children(Dictionary<TableRef, List<Reject>> parents, CancellationToken ct)
    {
        var fresh = new Dictionary<TableRef, List<Reject>>();
        foreach (var (source, target) in tables)
        {
            foreach (var key in source.ForeignKeys.Where(k => parents.ContainsKey(source.Name with { Name = k.To })))
            {
                var to = tables.First(t => t.Source.Name == source.Name with { Name = key.To });
                using var database = open(source.Name.Schema);
                foreach (var child in new RejectedParents(database, source, target, to.Source, to.Target, key).Children(parents[to.Source.Name], ct))
                {
                    if (!Take(child, null)) continue;
                    if (!fresh.TryGetValue(source.Name, out var rows)) fresh.Add(source.Name, rows = []);
                    rows.Add(child);
                }
            }
        }

        return fresh;
    }

    private bool Take(Reject reject, OrchestratorException? error)
    {
        if (!_found.Add(reject)) return false;
        if (!IsOver || IsCutOff) return true;
        if (limit == 0 && error is not null) throw error.About(reject.Table.ToString());
        throw new OrchestratorException(
            ErrorKind.Data, "E-REJECT-001", $"More than {limit} rows would be rejected; the last that was found, of {reject.Table}: {reject.Reason}",
            "Mend the rows in the file, or allow more with --reject-limit.")
        {
            Table = reject.Table.ToString(), Column = reject.Column,
        };
    }
}

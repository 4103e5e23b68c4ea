using System.Globalization;
using Orchestrator.Core.Cutover;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Cutover;

/// <summary>
/// Sets every sequence exactly as the source has it, in one statement: the source is the truth, so a value may also go
/// down (a CYCLE sequence that wrapped, a descending one). <c>setval</c> is not undone by a rollback and need not be.
/// </summary>
public sealed class PgSequenceWriter(PgSession session) : ISequenceWriter
{
    /// <inheritdoc/>
    public async Task WriteAsync(IReadOnlyList<SequenceValue> values, CancellationToken ct)
    {
        if (values.Count == 0) return;
        await using var connection = await session.BorrowAsync(ct);
        var set = await connection.ScalarAsync<long>(
            "SELECT count(setval(n::regclass, v, c)) FROM unnest($1::text[], $2::bigint[], $3::boolean[]) AS s(n, v, c)",
            ct,
            values.Select(v => PgName.Quote(v.Name)).ToArray(),
            values.Select(v => v.LastValue).ToArray(),
            values.Select(v => v.IsCalled).ToArray());
        if (set == values.Count) return;
        throw new OrchestratorException(
            ErrorKind.Bug, "E-SEQ-001",
            $"Only {set.ToString(CultureInfo.InvariantCulture)} of {values.Count.ToString(CultureInfo.InvariantCulture)} sequences were set.");
    }
}

using Orchestrator.Core.Assessment;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Assessment.Checks;

/// <summary>Sequences: moved at cutover, with their values (CASES V3).</summary>
internal static class SequenceChecks
{
    private const string Sql = """
        SELECT s.schemaname || '.' || s.sequencename, s.data_type::text, s.increment_by, s.cycle, s.min_value, s.max_value, coalesce(s.last_value, s.start_value),
               CASE WHEN s.increment_by > 0 THEN (coalesce(s.last_value, s.start_value)::numeric - s.min_value) ELSE (s.max_value - coalesce(s.last_value, s.start_value)::numeric) END
               / greatest(s.max_value::numeric - s.min_value, 1) AS used
        FROM pg_sequences s JOIN unnest($1::text[], $2::text[]) u(nsp, name) ON u.nsp = s.schemaname AND u.name = s.sequencename
        ORDER BY 1
        """;

    public static IReadOnlyList<IPgCheck> All { get; } =
    [
        new PgCheck("F-SEQ-001", Severity.Note, "cutover", "Sequences whose values are set at cutover", (c, f, _) =>
        {
            f.AddTogether("sequences", [.. c.Inventory.Sequences.Select(s => s.ToString())], "set to the source's value at cutover", "");
            return Task.CompletedTask;
        }) { NeedsSource = false },
        new PgCheck("F-SEQ-002", Severity.Note, "cutover", "Sequences that cycle, descend or are small", async (c, f, ct) =>
        {
            var rows = await ReadAsync(c, ct);
            f.AddTogether("sequences", [.. rows.Where(r => r.True(3) || r.Long(2) < 0 || r[1] == "smallint").Select(r => $"{r[0]} ({Kind(r)})")],
                "moved with their direction, limits and cycle", "");
        }),
        new PgCheck("F-SEQ-003", Severity.Warning, "cutover", "No sequence is nearly used up", async (c, f, ct) =>
        {
            foreach (var row in await ReadAsync(c, ct))
                if (!row.True(3) && decimal.Parse(row[7], System.Globalization.NumberStyles.Float) > 0.9m)
                    f.Add(row[0], $"stands at {row[6]} of {(row.Long(2) > 0 ? row[5] : row[4])}: more than 90 % of its values are used up.", "Widen the column and the sequence: ALTER SEQUENCE ... AS bigint;");
        }),
        new PgCheck("F-SEQ-004", Severity.Blocker, "cutover", "Sequences are there on a target that is used as it is", (c, f, _) =>
        {
            var tables = c.TargetInventory.Tables.Select(t => t.Table).ToHashSet();
            if (!c.Inventory.Tables.Any(t => tables.Contains(t.Table))) return Task.CompletedTask;
            foreach (var sequence in c.Inventory.Sequences.Except(c.TargetInventory.Sequences))
                f.Add(sequence.ToString(), "is missing on the target, whose tables are used as they are: its value could not be set.", $"CREATE SEQUENCE {PgName.Quote(sequence)}; -- on the target, with the source's options");
            return Task.CompletedTask;
        }) { NeedsSource = false },
    ];

    private static string Kind(PgRow row) =>
        string.Join(", ", new[] { row.True(3) ? "cycle" : "", row.Long(2) < 0 ? "descending" : "", row[1] == "smallint" ? "smallint" : "" }.Where(t => t.Length > 0));

    private static Task<IReadOnlyList<PgRow>> ReadAsync(PgCheckContext context, CancellationToken ct) => context.Source.RowsAsync(
        Sql, ct, context.Inventory.Sequences.Select(s => s.Schema).ToArray(), context.Inventory.Sequences.Select(s => s.Name).ToArray());
}

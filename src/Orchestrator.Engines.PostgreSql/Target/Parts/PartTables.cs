namespace Orchestrator.Engines.PostgreSql.Target.Parts;

/// <summary>The tables of the ledger by which several processes apply one run's changes (docs/decisions/015-shared-apply.md).</summary>
internal static class PartTables
{
    /// <summary>Told of every step and of every part that is done.</summary>
    public const string Channel = "orchestrator_apply";

    /// <summary>
    /// <c>apply_step</c>: what all parts do next, or did last; <c>is_open</c> until the checkpoint has moved to its end.
    /// <c>apply_worker</c>: who lives, for changes or for a load; its token is new whenever a process joins. <c>apply_part</c>: which step a part did last, who
    /// holds it, what it has applied so far.
    /// </summary>
    public const string CreateSql = """

        CREATE TABLE IF NOT EXISTS orchestrator.apply_step (
            run text PRIMARY KEY REFERENCES orchestrator.run ON DELETE CASCADE, number bigint NOT NULL, is_open boolean NOT NULL,
            fence bigint NOT NULL, shape text NOT NULL, fixed_tables text[] NOT NULL, fixed_parts int[] NOT NULL,
            from_position text NOT NULL, to_position text NOT NULL, in_one_part boolean NOT NULL,
            marker text, transactions bigint NOT NULL, commit_time timestamptz);
        CREATE TABLE IF NOT EXISTS orchestrator.apply_worker (
            run text NOT NULL REFERENCES orchestrator.run ON DELETE CASCADE, token bigint GENERATED ALWAYS AS IDENTITY,
            kind text NOT NULL, name text NOT NULL, session int NOT NULL, session_start timestamptz NOT NULL, alive_until timestamptz NOT NULL,
            PRIMARY KEY (run, token));
        CREATE TABLE IF NOT EXISTS orchestrator.apply_part (
            run text NOT NULL REFERENCES orchestrator.run ON DELETE CASCADE, part int NOT NULL, token bigint,
            step bigint NOT NULL, rows bigint NOT NULL, drift bigint NOT NULL, PRIMARY KEY (run, part));

        """;

    /// <summary>A ledger of an earlier version has none of them.</summary>
    public const string DropSql = """
        DROP TABLE IF EXISTS orchestrator.apply_step, orchestrator.apply_worker, orchestrator.apply_part;

        """;
}

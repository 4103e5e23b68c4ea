namespace Orchestrator.Engines.PostgreSql.Target.Load;

/// <summary>The tables of the ledger by which several processes copy one run's rows (docs/decisions/016-shared-load.md).</summary>
internal static class LoadTables
{
    /// <summary>
    /// <c>load_share</c>: the view that is offered. <c>load_chunk</c>: who copies what; without <c>page_from</c> it is the whole table,
    /// without <c>page_to</c> all pages from there.
    /// </summary>
    public const string CreateSql = """

        CREATE TABLE IF NOT EXISTS orchestrator.load_share (
            run text PRIMARY KEY REFERENCES orchestrator.run ON DELETE CASCADE, view text NOT NULL, fence bigint NOT NULL);
        CREATE TABLE IF NOT EXISTS orchestrator.load_chunk (
            run text NOT NULL REFERENCES orchestrator.load_share ON DELETE CASCADE, number int NOT NULL, schema_name text NOT NULL,
            table_name text NOT NULL, chunk int NOT NULL, chunks int NOT NULL, page_from bigint, page_to bigint, token bigint,
            is_done boolean NOT NULL DEFAULT false, PRIMARY KEY (run, number));

        """;

    /// <summary>A ledger of an earlier version has none of them.</summary>
    public const string DropSql = """
        DROP TABLE IF EXISTS orchestrator.load_chunk, orchestrator.load_share;

        """;
}

using Npgsql;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Cutover;

/// <summary>Tries to get past a fence, table by table, in a read-write transaction that is always rolled back.</summary>
internal static class FenceProbe
{
    /// <exception cref="OrchestratorException">Data <c>E-FENCE-002</c>: a table took the write, or refused for another reason than the fence.</exception>
    public static async Task RunAsync(
        NpgsqlConnection connection, IReadOnlyList<TableSchema> tables, FenceText text, string where, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.RunAsync("SET TRANSACTION READ WRITE; SET LOCAL row_security = on; SET LOCAL lock_timeout = '2s'", ct);
        await connection.RunAsync(Sql(tables, text), ct);
        var open = await connection.ScalarAsync<string>("SELECT current_setting('orchestrator.probe')", ct);
        await transaction.RollbackAsync(ct);
        if (string.IsNullOrEmpty(open)) return;
        throw new OrchestratorException(
            ErrorKind.Data, "E-FENCE-002", $"The write fence does not hold in {where}: {open}.",
            "Look for somebody who drops or disables triggers; the cutover can be tried again.");
    }

    /// <summary>
    /// An empty DELETE fires statement triggers and can do nothing. With a DO INSTEAD rule it would not reach the table;
    /// then the catalog's word that the trigger is there and fires always must do.
    /// </summary>
    private static string Sql(IReadOnlyList<TableSchema> tables, FenceText text) => $$"""
        DO $fence$
        DECLARE
          r record;
          seen text;
          role text;
          through text := '';
        BEGIN
          FOREACH role IN ARRAY ARRAY['origin', 'replica'] LOOP
            BEGIN
              IF pg_catalog.current_setting('session_replication_role') <> role THEN
                PERFORM pg_catalog.set_config('session_replication_role', role, true);
              END IF;
            EXCEPTION WHEN insufficient_privilege THEN
              CONTINUE; -- nor may an application with such rights
            END;
            FOR r IN SELECT o::regclass AS rel,
                       EXISTS (SELECT FROM pg_catalog.pg_rewrite w WHERE w.ev_class = o AND w.ev_type = '4' AND w.is_instead) AS ruled,
                       EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = o AND t.tgname = {{PgName.Literal(text.Trigger)}} AND t.tgenabled = 'A') AS fenced
                     FROM pg_catalog.unnest({{FenceSql.WithParents(tables)}}) o LOOP
              seen := CASE WHEN r.fenced THEN NULL ELSE 'no trigger' END;
              IF NOT r.ruled THEN
                BEGIN
                  EXECUTE pg_catalog.format('DELETE FROM ONLY %s WHERE false', r.rel);
                  seen := 'a write got through';
                EXCEPTION WHEN OTHERS THEN
                  GET STACKED DIAGNOSTICS seen = CONSTRAINT_NAME;
                  seen := CASE WHEN SQLSTATE = '{{FenceText.Refused}}' AND seen = {{PgName.Literal(text.Function)}} THEN NULL
                               ELSE 'refused by SQLSTATE ' || SQLSTATE || ', not by the fence' END;
                END;
              END IF;
              IF seen IS NOT NULL THEN
                through := through || CASE WHEN through = '' THEN '' ELSE '; ' END || r.rel || ' (' || seen || ', ' || role || ')';
              END IF;
            END LOOP;
          END LOOP;
          PERFORM pg_catalog.set_config('orchestrator.probe', through, true);
        END $fence$
        """;
}

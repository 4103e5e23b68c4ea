using Orchestrator.Cli.Commands;

namespace Orchestrator.Cli;

/// <summary>The first thing a user sees: two commands to copy, then what else there is.</summary>
internal static class HelpText
{
    public static string Root(IReadOnlyList<Verb> verbs) =>
        $"""
        Examples:
          orchestrator assess  --source-db postgresql://app:secret@db1/shop --target-db postgresql://app:secret@db2/shop
          orchestrator migrate --source-db env:SHOP_URL --target-db env:NEW_URL --run shop --cutover manual

        Moves a live PostgreSQL database to another PostgreSQL: copies it, follows its changes, compares every row,
        switches over in about a second. The source stays as it is and takes writes until the switch.

        Commands:
        {string.Join('\n', verbs.Select(v => $"  {v.Name,-9} {v.Description}"))}

        Every option is also an environment variable (SOURCE_DB_URL, TARGET_DB_URL, ORCHESTRATOR_<OPTION>) and a key of
        the file given with --config. A flag wins over the environment, the environment over the file.
        With --server URL and --token, list, status, report, validate, cutover, rollback and resume are about the runs of a service.
        Exit codes: 0 done, 1 failed, 2 bad usage or configuration or no server reached, 3 rows differ, 4 blocked by
        the assessment, 5 cutover or rollback refused or undone, 130 interrupted (resume goes on).

        orchestrator COMMAND --help shows its options.
        """;
}

namespace Orchestrator.Engines.Sqlite.Sql;

/// <summary>Opens every file once.</summary>
public static class SqliteConnectCheck
{
    /// <exception cref="Core.Errors.OrchestratorException"><c>E-SQLITE-*</c>: what is wrong with the first that cannot be read.</exception>
    public static Task RunAsync(string urls, CancellationToken ct) => Task.Run(
        () =>
        {
            foreach (var file in SqliteUrl.Parse(urls))
            {
                ct.ThrowIfCancellationRequested();
                using var database = SqliteDatabase.Open(file);
                database.BeginView();
            }
        },
        ct);
}

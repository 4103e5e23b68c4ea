using System.Globalization;
using System.Reflection;
using Dapper;
using Microsoft.Data.Sqlite;
using Orchestrator.Core.Errors;

namespace Orchestrator.ControlStore;

/// <summary>Brings a store to the version of this program by the numbered scripts, each in one transaction.</summary>
internal static class StoreSchema
{
    /// <summary>"Orch" in ASCII: tells our file from any other SQLite file.</summary>
    private const int ApplicationId = 0x4F726368;

    /// <summary>Number of the newest script of this program.</summary>
    public static int Newest => Scripts().Max(s => s.Number);

    /// <exception cref="OrchestratorException">
    /// Configuration <c>E-RUN-003</c>: written by a newer version. Configuration <c>E-RUN-005</c>: not a control store.
    /// </exception>
    public static async Task UpgradeAsync(SqliteConnection connection, string path, CancellationToken ct)
    {
        await using var transaction = connection.BeginTransaction(deferred: false);
        var version = await ReadVersionAsync(connection, transaction, path);
        if (version > Newest)
            throw new OrchestratorException(
                ErrorKind.Configuration, "E-RUN-003",
                $"The control store {path} was written by a newer version of orchestrator (store version {version}, this program knows {Newest}).",
                "Use the newer program, or another directory with --state DIR.");
        foreach (var (number, name) in Scripts().Where(s => s.Number > version))
        {
            await connection.ExecuteAsync(new CommandDefinition(await TextAsync(name, ct), transaction: transaction, cancellationToken: ct));
            await connection.ExecuteAsync($"PRAGMA user_version = {number}; PRAGMA application_id = {ApplicationId}", transaction: transaction);
        }

        await transaction.CommitAsync(ct);
    }

    private static async Task<int> ReadVersionAsync(SqliteConnection connection, SqliteTransaction transaction, string path)
    {
        var version = await connection.ExecuteScalarAsync<int>("PRAGMA user_version", transaction: transaction);
        var application = await connection.ExecuteScalarAsync<int>("PRAGMA application_id", transaction: transaction);
        var objects = await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM sqlite_master", transaction: transaction);
        return application == ApplicationId || (version == 0 && objects == 0)
            ? version
            : throw Foreign(path, null);
    }

    public static OrchestratorException Foreign(string path, Exception? cause) => new(
        ErrorKind.Configuration, "E-RUN-005", $"{path} is not a control store of orchestrator.",
        "Name another directory with --state DIR.", cause);

    private static IEnumerable<(int Number, string Name)> Scripts() =>
        Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(n => n.EndsWith(".sql", StringComparison.Ordinal))
            .Select(n => (int.Parse(n.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture), n))
            .OrderBy(s => s.Item1);

    private static async Task<string> TextAsync(string name, CancellationToken ct)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        return await reader.ReadToEndAsync(ct);
    }
}

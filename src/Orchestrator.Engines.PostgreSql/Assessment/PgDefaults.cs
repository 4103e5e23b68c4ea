using Npgsql;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Assessment;

/// <summary>
/// Settings a session of our role gets that, unlike all our others, sets nothing itself: what server, database and role
/// give an application by default.
/// </summary>
internal static class PgDefaults
{
    public const string TimeZone = "TimeZone";
    public const string Money = "lc_monetary";
    public const string ReadOnly = "default_transaction_read_only";

    /// <summary>Settings that end a session or statement that takes long.</summary>
    public static IReadOnlyList<string> TimeOuts { get; } = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"];

    /// <summary>A role may give its sessions less time than one statement of ours needs on a busy machine.</summary>
    private const int Tries = 10;

    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(PgSession session, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryReadAsync(session, ct);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled && attempt < Tries)
            {
                // At the next try the server has what it read before in its caches.
            }
        }
    }

    private static async Task<IReadOnlyDictionary<string, string>> TryReadAsync(PgSession session, CancellationToken ct)
    {
        var builder = new NpgsqlDataSourceBuilder(session.ConnectionString) { ConnectionStringBuilder = { Options = null } };
        builder.ConfigureTypeLoading(loading => loading.EnableTypeLoading(false));
        await using var unpinned = builder.Build();
        await using var connection = await unpinned.OpenConnectionAsync(ct);
        string[] names = [TimeZone, Money, ReadOnly, .. TimeOuts];
        var rows = await connection.ListAsync(
            string.Join(" UNION ALL ", names.Select(n => $"SELECT '{n}', current_setting('{n}')")), r => (Name: r.GetString(0), Value: r.GetString(1)), ct);
        return rows.ToDictionary(r => r.Name, r => r.Value, StringComparer.Ordinal);
    }
}

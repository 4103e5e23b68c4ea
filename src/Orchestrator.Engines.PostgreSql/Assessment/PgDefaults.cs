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

    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(PgSession session, CancellationToken ct)
    {
        var builder = new NpgsqlConnectionStringBuilder(session.ConnectionString) { Options = null };
        await using var connection = new NpgsqlConnection(builder.ConnectionString);
        await connection.OpenAsync(ct);
        var rows = await connection.ListAsync(
            "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY($1)",
            r => (Name: r.GetString(0), Value: r.GetString(1)), ct, (object)(string[])[TimeZone, Money, ReadOnly, .. TimeOuts]);
        return rows.ToDictionary(r => r.Name, r => r.Value, StringComparer.Ordinal);
    }
}

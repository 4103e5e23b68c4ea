using Npgsql;
using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Source;

/// <summary>What a program that follows the log for us has to be told of the source, or asked about it.</summary>
internal static class PgUserTypes
{
    /// <summary>An array counts as what its elements are. Numbers below belong to PostgreSQL itself (FirstNormalObjectId).</summary>
    private const string Sql = """
        WITH RECURSIVE below AS (
            SELECT oid, typbasetype, typtypmod FROM pg_type WHERE typtype = 'd'
            UNION ALL
            SELECT b.oid, t.typbasetype, CASE WHEN b.typtypmod = -1 THEN t.typtypmod ELSE b.typtypmod END
            FROM below b JOIN pg_type t ON t.oid = b.typbasetype WHERE t.typtype = 'd')
        SELECT t.oid, coalesce(e.typtype, t.typtype)::text,
               coalesce((SELECT format_type(b.typbasetype, b.typtypmod) || CASE WHEN e.oid IS NULL THEN '' ELSE '[]' END
                         FROM below b JOIN pg_type base ON base.oid = b.typbasetype
                         WHERE b.oid = coalesce(e.oid, t.oid) AND base.typtype <> 'd'), '')
        FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
        WHERE t.oid >= 16384 AND t.typtype <> 'p'
        """;

    private const string Limit = "60s";

    public static async Task<IReadOnlyDictionary<uint, UserType>> ReadAsync(PgSession session, CancellationToken ct)
    {
        await using var connection = await session.BorrowAsync(ct);
        var types = await connection.ListAsync(Sql, r => (Number: r.GetFieldValue<uint>(0), Type: new UserType(KindOf(r.GetString(1)), r.GetString(2))), ct);
        return types.ToDictionary(t => t.Number, t => t.Type);
    }

    public static async Task<bool?> AnyRowAsync(PgSession session, TableRef table, string condition, CancellationToken ct)
    {
        await using var connection = await session.BorrowAsync(ct);
        await connection.RunAsync($"SET default_transaction_read_only = on; SET statement_timeout = '{Limit}'; SET lock_timeout = '5s'", ct);
        try
        {
            return await connection.ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM ONLY {PgName.Quote(table)} WHERE {condition})", ct);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable && !ct.IsCancellationRequested)
        {
            return null;
        }
    }

    private static UserTypeKind KindOf(string type) => type switch
    {
        "e" => UserTypeKind.Enum,
        "d" => UserTypeKind.Domain,
        "r" => UserTypeKind.Range,
        _ => UserTypeKind.Other,
    };
}

using Npgsql;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Validation;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Validation;

/// <summary>Digests inside one PostgreSQL database.</summary>
/// <param name="session">Opens connections to it.</param>
/// <param name="side"><c>source</c> or <c>target</c>, for messages.</param>
public sealed class PgDigestReader(PgSession session, string side) : IDigestReader
{
    /// <summary>hash_record_extended came with 14.</summary>
    private const int RecordHashSince = 140000;

    /// <summary>trim_scale came with 13.</summary>
    private const int CanonicalSince = 130000;

    public async Task<IReadOnlyList<DigestMethod>> MethodsAsync(CancellationToken ct)
    {
        try
        {
            await using var connection = await session.BorrowAsync(ct);
            var version = int.Parse((await connection.ScalarAsync<string>("SHOW server_version_num", ct))!);
            var hashes = new List<PgHash> { PgHash.Md5 };
            if (version >= RecordHashSince) hashes.Insert(0, PgHash.Record);
            if (version >= CanonicalSince) hashes.AddRange(PgHash.Canonical);
            var methods = new List<DigestMethod>();
            foreach (var hash in hashes)
                methods.Add(new DigestMethod(hash.Name, (await connection.ScalarAsync<string>(ProbeSql(hash), ct))!));
            return methods;
        }
        catch (Exception e) when (e is NpgsqlException)
        {
            throw PgErrors.Describe(e, $"Asking the {side} how it can digest rows");
        }
    }

    public async Task<IDigestSession> OpenAsync(DigestMethod method, ISnapshot? snapshot, int lanes, CancellationToken ct)
    {
        var open = new List<NpgsqlConnection>();
        try
        {
            var view = snapshot?.Name;
            for (var i = 0; i < lanes; i++)
            {
                var connection = await session.BorrowAsync(ct);
                open.Add(connection);
                await connection.RunAsync("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", ct);
                if (view is not null) await connection.RunAsync($"SET TRANSACTION SNAPSHOT {PgName.Literal(view)}", ct);
                await connection.RunAsync("SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL work_mem = '64MB'", ct);
                // Any query fixes the view; exporting it also lets the other lanes in.
                if (view is null && lanes > 1) view = await connection.ScalarAsync<string>("SELECT pg_export_snapshot()", ct);
                else await connection.ScalarAsync<int>("SELECT 1", ct);
            }

            return new PgDigestSession(open, PgHash.ByName(method.Name), side);
        }
        catch (Exception e)
        {
            foreach (var connection in open) await connection.DisposeAsync();
            if (e is NpgsqlException) throw PgErrors.Describe(e, $"Opening a view of the {side} to validate");
            throw;
        }
    }

    /// <summary>
    /// Servers of different byte order or with other hash functions give another number here. The row is the one of
    /// <see cref="CanonicalForm.ProbeRow"/>.
    /// </summary>
    private static string ProbeSql(PgHash hash)
    {
        PgDigestColumn Column(uint type, string name) => new(name, name, name, type, false, false);
        var row = hash.Bytes([
            hash.Value(Column(20, "bigint"), "81985529216486895::bigint"),
            hash.Value(Column(25, "text"), "'probe of the digest, longer than a block'::text"),
            hash.Value(Column(1700, "numeric"), "-1.50::numeric"),
            hash.Value(Column(701, "double precision"), "1.5::float8"),
            hash.Value(Column(25, "text"), "NULL::text"),
        ]);
        var key = hash.KeyHash([(Column(20, "bigint"), "81985529216486895::bigint")]);
        return $"SELECT {hash.A(row)} || ' ' || {hash.B(row)} || ' ' || {key}";
    }
}

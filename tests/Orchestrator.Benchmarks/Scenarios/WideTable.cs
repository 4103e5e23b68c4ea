using Orchestrator.TestKit;

namespace Orchestrator.Benchmarks;

/// <summary>The generated table of 4 million rows and 8 columns (about 558 MB) with a primary key and one index.</summary>
internal static class WideTable
{
    public const string Database = "wide";
    public const string Columns =
        "id bigint NOT NULL, created_at timestamptz NOT NULL, account int NOT NULL, active boolean NOT NULL, "
        + "amount numeric(12,2) NOT NULL, name text NOT NULL, email text NOT NULL, note text";

    /// <summary>Rows in it; a smaller number for a trial of the harness comes from <c>BENCH_ROWS</c>.</summary>
    public static int Rows { get; } = int.TryParse(Environment.GetEnvironmentVariable("BENCH_ROWS"), out var rows) ? rows : 4_000_000;

    /// <summary>Rows <paramref name="first"/> to <paramref name="last"/> as a query.</summary>
    public static string RowsSql(long first, long last)
        => $"SELECT i, timestamptz '2024-01-01' + i * interval '7 seconds', (i * 7919 % 100000)::int, i % 3 > 0, (i % 1000000) / 100.0, "
            + $"'customer ' || i, 'user' || i || '@mail.customers.example.com', md5(i::text) FROM generate_series({first}::bigint, {last}) i";

    /// <summary>Makes it on the source when it is not there yet.</summary>
    public static async Task<PgDatabase> EnsureAsync(BenchServers servers)
    {
        var database = new PgDatabase(servers.Source, Database);
        if (await servers.Source.QueryScalarAsync("postgres", $"SELECT 1 FROM pg_database WHERE datname = '{Database}'") is not null)
            return database;
        Console.WriteLine($"  generating {Rows:N0} rows");
        await servers.Source.CreateDatabaseAsync(Database);
        await database.ExecuteAsync($"CREATE TABLE wide({Columns})");
        await database.ExecuteAsync($"INSERT INTO wide {RowsSql(1, Rows)}");
        await database.ExecuteAsync("ALTER TABLE wide ADD PRIMARY KEY (id)");
        await database.ExecuteAsync("CREATE INDEX wide_account ON wide(account)");
        await database.ExecuteAsync("VACUUM (ANALYZE) wide");
        Console.WriteLine($"  heap {await database.QueryScalarAsync("SELECT pg_size_pretty(pg_relation_size('wide'))")}");
        return database;
    }
}

using System.Globalization;
using Npgsql;
using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.PostgreSql.Cutover;
using Orchestrator.Engines.PostgreSql.Source;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Cutover;

/// <summary>A database with every kind of table a fence meets, an owner role, and the fence under test.</summary>
internal sealed class FenceScene : IAsyncDisposable
{
    private const string Schema = """
        CREATE TABLE plain (id int PRIMARY KEY, v text);
        CREATE TABLE "Odd ""Name" (id int PRIMARY KEY, v text);
        CREATE TABLE child (id int PRIMARY KEY, plain_id int REFERENCES plain ON DELETE CASCADE);
        CREATE TABLE parted (id int, v text, PRIMARY KEY (id)) PARTITION BY RANGE (id);
        CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100);
        CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (100) TO (200) PARTITION BY LIST (id);
        CREATE TABLE parted_2a PARTITION OF parted_2 DEFAULT;
        CREATE TABLE base (id int PRIMARY KEY, v text);
        CREATE TABLE derived (PRIMARY KEY (id)) INHERITS (base);
        CREATE TABLE ruled (id int PRIMARY KEY);
        CREATE RULE no_delete AS ON DELETE TO ruled DO INSTEAD NOTHING;
        CREATE TABLE owned (id int PRIMARY KEY, v text);
        CREATE TABLE refs (plain_id int);
        CREATE VIEW plain_view AS SELECT * FROM plain;
        CREATE FUNCTION add_plain(i int) RETURNS void LANGUAGE sql AS 'INSERT INTO public.plain VALUES (i, ''f'')';
        CREATE FUNCTION add_quietly(i int) RETURNS text LANGUAGE plpgsql AS $$
          BEGIN INSERT INTO public.plain VALUES (i, 'q'); RETURN 'in'; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END $$;
        """;

    private const string Rows = """
        INSERT INTO plain VALUES (1, 'a'), (2, 'b');
        INSERT INTO child VALUES (1, 1);
        INSERT INTO parted VALUES (1, 'p'), (150, 'q');
        INSERT INTO derived VALUES (1, 'd');
        INSERT INTO owned VALUES (1, 'o');
        INSERT INTO ruled VALUES (1);
        """;

    private readonly DatabasePair _pair;
    private readonly PgSession _session;
    private readonly string _role;

    private FenceScene(DatabasePair pair, PgSession session, IReadOnlyList<TableSchema> tables, string role)
    {
        (_pair, _session, Tables, _role) = (pair, session, tables, role);
        Fence = NewFence();
    }

    public Guid RunId { get; } = Guid.NewGuid();

    public PgDatabase Database => _pair.Source;

    public DatabasePair Pair => _pair;

    public PgSession Session => _session;

    public IReadOnlyList<TableSchema> Tables { get; }

    public PgSourceFence Fence { get; }

    public PgSourceFence NewFence() => new(_session, RunId, TimeProvider.System);

    /// <summary>Connection string of a role without rights of its own that owns the table <c>owned</c>.</summary>
    public string OwnerConnection => Database.Cluster.ConnectionString(Database.Name, _role, "secret");

    public static async Task<FenceScene> CreateAsync(string name, string extra = "", TableSelection? selection = null)
    {
        var pair = await PgPair.CreateDatabasesAsync(name);
        var role = $"owner_{pair.Source.Name}";
        await pair.Source.ExecuteAsync(Schema + Rows + extra);
        await pair.Source.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'secret'; ALTER TABLE owned OWNER TO {role}; GRANT ALL ON SCHEMA public TO {role}");
        var session = new PgSession(pair.Source.ConnectionString, "test");
        var inventory = await new PgSourceCatalog(session).ReadAsync(selection ?? TableSelection.All, CancellationToken.None);
        return new FenceScene(pair, session, inventory.Tables, role);
    }

    public Task CloseAsync(double leaseSeconds = 60, double waitSeconds = 5) =>
        Fence.CloseAsync(Tables, TimeSpan.FromSeconds(leaseSeconds), TimeSpan.FromSeconds(waitSeconds), CancellationToken.None);

    /// <summary>Opens an application session that outlives this call.</summary>
    public async Task<NpgsqlConnection> OpenAsync(string? connectionString = null)
    {
        var connection = new NpgsqlConnection(connectionString ?? Database.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Every row of every migrated table as one text: what no refused write may have changed.</summary>
    public async Task<string> ContentsAsync()
    {
        var all = string.Join(" UNION ALL ", Tables.Select((t, i) => $"SELECT {i.ToString(CultureInfo.InvariantCulture)} AS n, x::text AS r FROM ONLY {PgName.Quote(t.Table)} x"));
        return (await Database.QueryScalarAsync($"SELECT string_agg(n || r, E'\\n' ORDER BY n, r) FROM ({all}) a"))!;
    }

    /// <summary>Puts the first rows back.</summary>
    public Task ResetRowsAsync() => Database.ExecuteAsync("TRUNCATE plain, child, parted, base, derived, ruled, owned, refs, \"Odd \"\"Name\"; " + Rows);

    /// <summary>What fences left on the server: triggers, functions, schema.</summary>
    public Task<string?> LeftoversAsync() => Database.QueryScalarAsync("""
        SELECT (SELECT count(*) FROM pg_trigger WHERE tgname LIKE '!orchestrator%') || ' '
            || (SELECT count(*) FROM pg_proc WHERE proname LIKE 'fence\_%') || ' '
            || (SELECT count(*) FROM pg_namespace WHERE nspname = 'orchestrator')
        """);

    public async ValueTask DisposeAsync()
    {
        await Fence.DisposeAsync();
        await _session.DisposeAsync();
        await _pair.DisposeAsync();
        await (await PgPair.SharedAsync()).Source.ExecuteAsync("postgres", $"DROP ROLE IF EXISTS {_role}");
    }
}

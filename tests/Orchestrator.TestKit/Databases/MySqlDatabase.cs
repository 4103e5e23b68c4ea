using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Orchestrator.TestKit;

/// <summary>A database of a MySQL or MariaDB server, with the server's methods bound to it.</summary>
public sealed record MySqlDatabase(MySqlServer Server, string Name)
{
    /// <summary>A URL as users write it, with every right.</summary>
    public string Url => Server.Url(Name);

    /// <summary>Runs one or more statements.</summary>
    public Task ExecuteAsync(string sql) => Server.RunAsync(Name, sql);

    /// <summary>All rows of a query as text; null for NULL (and for the text NULL: quote what may be either).</summary>
    public async Task<IReadOnlyList<string?[]>> QueryRowsAsync(string sql)
    {
        var output = await Server.RunAsync(Name, sql);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t').Select(Unescape).ToArray())];
    }

    /// <summary>The first value of a query as text.</summary>
    public async Task<string?> QueryScalarAsync(string sql) => (await QueryRowsAsync(sql))[0][0];

    private static string? Unescape(string field)
    {
        if (field == "NULL") return null;
        if (!field.Contains('\\', StringComparison.Ordinal)) return field;
        var text = new StringBuilder();
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] != '\\' || i + 1 == field.Length) text.Append(field[i]);
            else text.Append(field[++i] switch { 'n' => '\n', 't' => '\t', '0' => '\0', var c => c });
        }

        return text.ToString();
    }
}

/// <summary>
/// A MySQL or MariaDB database to move and a PostgreSQL database to move it to; dropped on dispose. A cutover closes the whole server,
/// so a pair has one for itself while it lives; servers are used again by the next.
/// </summary>
public sealed record MySqlPair(MySqlDatabase Source, PgDatabase Target) : IAsyncDisposable
{
    private static readonly ConcurrentBag<MySqlServer> Free = [];
    private static int s_count;
    private bool _isLent;

    /// <summary>The source as users write it.</summary>
    public string SourceUrl => Source.Url;

    /// <summary>The target as users write it.</summary>
    public string TargetUrl => Target.Url;

    /// <summary>Creates an empty database on a server with the kit's settings and one on its PostgreSQL target.</summary>
    /// <param name="name">A readable beginning of the name; made unique by a number.</param>
    public static async Task<MySqlPair> CreateAsync(string name)
    {
        var pair = await CreateOnAsync(Free.TryTake(out var server) ? server : await MySqlServer.StartAsync(), name);
        pair._isLent = true;
        return pair;
    }

    /// <summary>As <see cref="CreateAsync"/>, on a server of the test's own.</summary>
    public static async Task<MySqlPair> CreateOnAsync(MySqlServer server, string name)
    {
        var target = (await PgPair.SharedAsync()).Target;
        var unique = string.Create(CultureInfo.InvariantCulture, $"{name[..Math.Min(name.Length, 40)]}_m{Interlocked.Increment(ref s_count)}");
        await server.RunAsync("", $"CREATE DATABASE `{unique}` CHARACTER SET utf8mb4");
        await target.CreateDatabaseAsync(unique);
        return new MySqlPair(new MySqlDatabase(server, unique), new PgDatabase(target, unique));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Source.Server.RunAsync("", $"SET GLOBAL read_only = 0; DROP DATABASE IF EXISTS `{Source.Name}`");
        await Target.Cluster.ExecuteAsync("postgres", $"DROP DATABASE IF EXISTS \"{Target.Name}\" WITH (FORCE)");
        if (_isLent) Free.Add(Source.Server);
    }
}

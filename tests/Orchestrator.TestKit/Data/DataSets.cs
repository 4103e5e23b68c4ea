using System.IO.Compression;
using System.Text.RegularExpressions;

namespace Orchestrator.TestKit;

/// <summary>Loads the public sample databases of <c>tests/data</c> (each has its licence and a README beside it).</summary>
public static partial class DataSets
{
    /// <summary>Names that <see cref="LoadAsync"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = ["sakila-postgres", "chinook", "northwind-postgres"];

    /// <summary>Loads a sample into an existing empty database of a cluster.</summary>
    public static async Task LoadAsync(PgCluster cluster, string database, string name)
    {
        switch (name)
        {
            case "sakila-postgres":
                await LoadScriptAsync(cluster, database, name, "schema.sql");
                await using (var packed = File.OpenRead(FilePath(name, "data-copy.sql.gz")))
                await using (var plain = new GZipStream(packed, CompressionMode.Decompress))
                    await cluster.PsqlAsync(database, plain);
                break;
            case "chinook":
                // The upstream script makes and enters a database of its own; the test chooses the database.
                var script = await File.ReadAllTextAsync(FilePath(name, "Chinook_PostgreSql.sql"));
                await cluster.PsqlAsync(database, OwnDatabase().Replace(script, ""));
                break;
            case "northwind-postgres":
                await LoadScriptAsync(cluster, database, name, "northwind.sql");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(name), name, "known: " + string.Join(", ", Names));
        }
        await cluster.ExecuteAsync(database, "ANALYZE");
    }

    private static async Task LoadScriptAsync(PgCluster cluster, string database, string name, string file)
    {
        await using var script = File.OpenRead(FilePath(name, file));
        await cluster.PsqlAsync(database, script);
    }

    /// <summary>A file of a sample.</summary>
    public static string FilePath(string name, string file) => Path.Combine(RepositoryRoot.Path, "tests", "data", name, file);

    [GeneratedRegex(@"^(DROP DATABASE|CREATE DATABASE|\\c ).*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex OwnDatabase();
}

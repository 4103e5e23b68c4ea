using System.IO.Compression;
using System.Text;
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

    /// <summary>Loads a MySQL sample into an existing empty database of a MySQL or MariaDB server.</summary>
    /// <param name="database">The database.</param>
    /// <param name="name"><c>sakila-mysql</c>, <c>chinook</c> or <c>debezium-types</c>.</param>
    public static async Task LoadAsync(MySqlDatabase database, string name)
    {
        switch (name)
        {
            case "sakila-mysql":
                // The bytes of pictures stand in the script as they are.
                var schema = Encoding.Latin1.GetString(await ScriptAsync(File.OpenRead(FilePath(name, "sakila-schema.sql")), Encoding.Latin1));
                // MySQL with GTIDs takes no statement that changes tables with and without transactions, as a trigger here makes them.
                if (!database.Server.Product.IsMariaDb) schema = schema.Replace("ENGINE=MyISAM", "ENGINE=InnoDB", StringComparison.OrdinalIgnoreCase);
                await LoadAsync(database, Encoding.Latin1.GetBytes(schema), "--default-character-set=latin1");
                var packed = new GZipStream(File.OpenRead(FilePath(name, "sakila-data.sql.gz")), CompressionMode.Decompress);
                await LoadAsync(database, await ScriptAsync(packed, Encoding.Latin1), "--default-character-set=latin1");
                break;
            case "chinook":
                await LoadAsync(database, await ScriptAsync(File.OpenRead(FilePath(name, "Chinook_MySql.sql")), Encoding.UTF8));
                break;
            case "debezium-types":
                foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(FilePath(name, "x"))!, "mysql_*.sql").Order(StringComparer.Ordinal))
                    await LoadAsync(database, Encoding.UTF8.GetBytes("SET sql_mode='';\n" + await File.ReadAllTextAsync(file)));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(name), name, "known: sakila-mysql, chinook, debezium-types");
        }
    }

    private static async Task LoadAsync(MySqlDatabase database, byte[] script, params string[] arguments)
    {
        using var stream = new MemoryStream(script);
        await database.Server.RunAsync(database.Name, stream, arguments);
    }

    /// <summary>A script without the statements that make and enter a database of its own.</summary>
    private static async Task<byte[]> ScriptAsync(Stream stream, Encoding encoding)
    {
        using var reader = new StreamReader(stream, encoding);
        return encoding.GetBytes(OwnDatabase().Replace(await reader.ReadToEndAsync(), "").Replace(" sakila.", " ", StringComparison.Ordinal));
    }

    private static async Task LoadScriptAsync(PgCluster cluster, string database, string name, string file)
    {
        await using var script = File.OpenRead(FilePath(name, file));
        await cluster.PsqlAsync(database, script);
    }

    /// <summary>A file of a sample.</summary>
    public static string FilePath(string name, string file) => Path.Combine(RepositoryRoot.Path, "tests", "data", name, file);

    [GeneratedRegex(@"^(DROP (DATABASE|SCHEMA)|CREATE (DATABASE|SCHEMA)|USE |\\c ).*$", RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex OwnDatabase();
}

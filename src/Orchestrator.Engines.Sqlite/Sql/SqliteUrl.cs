using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engines.Sqlite.Sql;

/// <summary>
/// <c>sqlite:///path/file.db?schema=name&amp;prefix=text</c>, several of them with blanks or line ends between. A blank in a
/// path is <c>%20</c>, a percent sign <c>%25</c>.
/// </summary>
public static class SqliteUrl
{
    private const string Scheme = "sqlite://";
    private const string Schema = "schema";
    private const string Prefix = "prefix";

    /// <summary>Whether the text is meant for SQLite files.</summary>
    public static bool IsMine(string urls) => urls.TrimStart().StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads the URLs without opening the files.</summary>
    /// <exception cref="OrchestratorException">
    /// Configuration <c>E-CFG-002</c> unreadable, <c>E-CFG-003</c> unknown parameter, <c>E-CFG-004</c> bad value, <c>E-CFG-005</c> part missing.
    /// </exception>
    public static void Check(string urls) => Parse(urls);

    /// <summary>For people: the paths.</summary>
    public static string Display(string urls) => string.Join(", ", Parse(urls).Select(f => f.Path));

    internal static IReadOnlyList<SqliteFile> Parse(string urls)
    {
        var files = urls.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(One).ToList();
        if (files.GroupBy(f => f.Path, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw Refuse("E-CFG-004", $"The file {twice.Key} is named twice.", "Name each file once.");
        var shared = files.GroupBy(f => f.Label, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key).ToHashSet(StringComparer.Ordinal);
        return [.. files.Select(f => shared.Contains(f.Label) ? f with { Label = f.Path } : f)];
    }

    private static SqliteFile One(string url)
    {
        if (!IsMine(url)) throw Refuse("E-CFG-002", "Several databases can be moved at once only if all of them are SQLite files.", "Write each as sqlite:///path/file.db, a blank in it as %20.");
        var parsed = DatabaseUrl.Parse(url);
        if (parsed.Host.Length > 0 || parsed.User is not null || parsed.Database.Length == 0)
            throw Refuse("E-CFG-005", "The URL names no file by its whole path.", "Write it with three slashes: sqlite:///path/file.db.");
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in parsed.Parameters)
        {
            if (key is not (Schema or Prefix)) throw Refuse("E-CFG-003", $"The URL parameter '{key}' is not known.", $"Known are {Schema}, {Prefix}.");
            if (value.Length == 0 || !values.TryAdd(key, value)) throw Refuse("E-CFG-004", $"The URL parameter '{key}' is empty or stands there twice.", "Keep one.");
        }

        var path = System.IO.Path.GetFullPath("/" + parsed.Database);
        return new SqliteFile(path, System.IO.Path.GetFileNameWithoutExtension(path), values.GetValueOrDefault(Schema), values.GetValueOrDefault(Prefix, ""));
    }

    private static OrchestratorException Refuse(string code, string message, string fix) => new(ErrorKind.Configuration, code, message, fix);
}

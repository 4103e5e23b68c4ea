namespace Orchestrator.TestKit;

/// <summary>Finds PostgreSQL's programs of the version under test.</summary>
public static class PgBinaries
{
    /// <summary>The major version whose servers the tests start.</summary>
    public const int Major = 15;

    /// <summary>Full path of a program such as <c>initdb</c> or <c>psql</c>.</summary>
    public static string Path(string program)
    {
        var path = $"/usr/lib/postgresql/{Major}/bin/{program}";
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing: run ./run.sh setup");
    }
}

using System.Globalization;

namespace Orchestrator.TestKit;

/// <summary>Finds PostgreSQL's programs of the version under test: 15, or the one <c>ORCHESTRATOR_TEST_PG</c> names.</summary>
public static class PgBinaries
{
    private const int Default = 15;

    /// <summary>The major version whose servers the tests start.</summary>
    public static int Major { get; } = Environment.GetEnvironmentVariable("ORCHESTRATOR_TEST_PG") is { Length: > 0 } named ? int.Parse(named, CultureInfo.InvariantCulture) : Default;

    /// <summary>Full path of a program such as <c>initdb</c> or <c>psql</c>.</summary>
    public static string Path(string program)
    {
        var root = Major == Default ? "" : "/opt/orchestrator-postgresql";
        var path = string.Create(CultureInfo.InvariantCulture, $"{root}/usr/lib/postgresql/{Major}/bin/{program}");
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing: run ./run.sh setup");
    }
}

using System.Reflection;
using System.Xml.Linq;

namespace Orchestrator.Architecture.Tests;

/// <summary>Who may know whom: <c>Cli -> Workflow -> Pipeline -> Core</c>, and everything else only Core.</summary>
public sealed class ReferenceTests
{
    /// <summary>What a project may refer to directly. One that is not listed is a leaf: it sees Core and nothing else of ours.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Orchestrator.Core"] = [],
        ["Orchestrator.Pipeline"] = ["Orchestrator.Core"],
        ["Orchestrator.Workflow"] = ["Orchestrator.Pipeline"],
        ["Orchestrator.Cli"] = ["Orchestrator.Workflow", "Orchestrator.Engines.PostgreSql", "Orchestrator.Engines.MySql", "Orchestrator.Engines.Sqlite", "Orchestrator.ChangeSources.Debezium", "Orchestrator.ControlStore", "Orchestrator.Service"],
        ["Orchestrator.Service"] = ["Orchestrator.Workflow", "Orchestrator.ControlStore"],
        ["Orchestrator.SqliteNative"] = [],
        ["Orchestrator.ControlStore"] = ["Orchestrator.Core", "Orchestrator.SqliteNative"],
        ["Orchestrator.Engines.Sqlite"] = ["Orchestrator.Core", "Orchestrator.SqliteNative"],
    };

    private static readonly string[] OfLeaf = ["Orchestrator.Core"];

    /// <summary>The projects that may touch a driver: one, but for SQLite and PostgreSQL, which keep our runs too.</summary>
    private static readonly (string Driver, string[] Owners)[] Drivers =
    [
        ("Npgsql", ["Orchestrator.Engines.PostgreSql", "Orchestrator.ControlStore"]),
        ("Microsoft.Data.Sqlite", ["Orchestrator.ControlStore"]),
        ("SQLitePCLRaw", ["Orchestrator.SqliteNative", "Orchestrator.ControlStore", "Orchestrator.Engines.Sqlite"]),
        ("Confluent.Kafka", ["Orchestrator.ChangeSources.Debezium"]),
        ("RestSharp", ["Orchestrator.ChangeSources.Debezium"]),
        ("Dapper", ["Orchestrator.ControlStore"]),
        ("System.CommandLine", ["Orchestrator.Cli"]),
        ("Spectre.Console", ["Orchestrator.Cli"]),
    ];

    public static TheoryData<string> Projects => [.. Repository.Projects.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_refers_only_to_the_layer_below(string project)
    {
        var references = Attributes(project, "ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r)).ToList();
        Assert.Empty(references.Except(Allowed.GetValueOrDefault(project, OfLeaf)));
    }

    [Fact]
    public void Core_has_no_packages_and_only_the_runtime()
    {
        Assert.Empty(Attributes("Orchestrator.Core", "PackageReference"));
        Assert.All(Compiled("Orchestrator.Core"), r => Assert.StartsWith("System.", r, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Driver_is_used_by_its_own_project_only(string project)
    {
        // The compiled file names what the code really uses, also what came in through another project.
        var foreign = Compiled(project).Concat(Attributes(project, "PackageReference"))
            .Where(r => Drivers.Any(d => r.StartsWith(d.Driver, StringComparison.Ordinal) && !d.Owners.Contains(project)));
        Assert.Empty(foreign);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_is_in_the_solution_and_on_the_map(string project)
    {
        Assert.Contains($"{project}.csproj", File.ReadAllText(Repository.Path("Orchestrator.sln")), StringComparison.Ordinal);
        Assert.Contains($"`{project}`", File.ReadAllText(Repository.Path("src", "README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void Package_versions_stand_in_one_place()
    {
        var versioned = new[] { "src", "tests", "examples" }.SelectMany(f => Repository.Files(f, "*.csproj"))
            .Where(f => XDocument.Load(f).Descendants("PackageReference").Any(p => p.Attribute("Version") is not null));
        Assert.Empty(versioned.Select(Repository.Relative));
    }

    private static List<string> Attributes(string project, string element) =>
        [.. XDocument.Load(Repository.Projects[project]).Descendants(element).Select(e => e.Attribute("Include")!.Value)];

    private static List<string> Compiled(string project)
    {
        var name = project == "Orchestrator.Cli" ? "orchestrator" : project;
        return [.. Assembly.Load(name).GetReferencedAssemblies().Select(r => r.Name!)];
    }
}

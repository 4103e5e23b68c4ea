using System.Text.RegularExpressions;
using Orchestrator.Cli.Options;

namespace Orchestrator.Cli.Tests;

/// <summary>The pages say what the program does: an option or a code that is missing there fails here.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string Root = FindRoot();

    [Fact]
    public void Every_option_is_in_the_page_with_its_environment_and_default()
    {
        var rows = File.ReadAllLines(Path.Combine(Root, "docs", "cli.md"));
        foreach (var option in OptionCatalog.All.Distinct())
        {
            var row = Assert.Single(rows, r => r.StartsWith($"| `{option.Flag}`", StringComparison.Ordinal));
            Assert.Contains($"`{option.Environment}`", row, StringComparison.Ordinal);
            Assert.Contains(option.Default ?? "", row, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_verb_is_in_the_page()
    {
        var page = File.ReadAllText(Path.Combine(Root, "docs", "cli.md"));
        Assert.All(App.Verbs, v => Assert.Contains($"| `{v.Name}` |", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_error_code_of_the_sources_is_in_the_page()
    {
        var page = File.ReadAllText(Path.Combine(Root, "docs", "errors.md"));
        var codes = Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(f => Code().Matches(File.ReadAllText(f)))
            .Select(m => m.Groups["code"].Value).Distinct().Order().ToList();

        Assert.True(codes.Count > 40);
        Assert.All(codes, c => Assert.Contains($"| `{c}` |", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_url_parameter_is_in_the_page()
    {
        var page = File.ReadAllText(Path.Combine(Root, "docs", "cli.md"));
        Assert.All(Engines.PostgreSql.Sql.PgUrl.ParameterNames, p => Assert.Contains($"`{p}`", page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Example_configuration_is_accepted_and_means_what_it_says()
    {
        using var cli = new CliRun();
        cli.Environment["SOURCE_DB_URL"] = "postgresql://a:pw@db1/shop";
        cli.Environment["TARGET_DB_URL"] = "postgresql://a:pw@db2/shop";

        // Flags win: the directory in the file is not this test's.
        Assert.Equal(0, await cli.RunAsync("migrate", "--config", Path.Combine(Root, "config", "orchestrator.example.yaml"), "--state", cli.State));

        var given = cli.Engine.Given!;
        Assert.Equal("postgresql://a:pw@db1/shop", given.SourceUrl);
        Assert.Equal(["public.*", "shop.*"], given.Tables.Include);
        Assert.Equal(["public.tmp_*"], given.Tables.Exclude);
        Assert.Equal("/usr/local/bin/point-application-at target", given.OnSwitch);
    }

    [Fact]
    public void Example_configuration_shows_only_options_there_are()
    {
        var keys = File.ReadLines(Path.Combine(Root, "config", "orchestrator.example.yaml"))
            .Where(l => l.Length > 0 && char.IsAsciiLetter(l[0])).Select(l => l.Split(':')[0]);
        Assert.All(keys, k => Assert.Contains(OptionCatalog.OfMigrate, o => o.Name == k));
    }

    /// <summary>A code at the start of a text: of an exception, or before a warning's sentence.</summary>
    [GeneratedRegex("\"(?<code>[EW]-[A-Z]+-[0-9]{3})[\" ]", RegexOptions.CultureInvariant)]
    private static partial Regex Code();

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Orchestrator.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}

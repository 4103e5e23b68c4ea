using System.Text.RegularExpressions;
using Orchestrator.Workflow;

namespace Orchestrator.Architecture.Tests;

/// <summary>What readers are told is what is there.</summary>
public sealed partial class PagesTests
{
    public static TheoryData<string> Pages =>
        [.. Repository.Files(".", "*.md").Select(Repository.Relative).Where(p => !p.StartsWith("tests/data/", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Link_of_a_page_leads_somewhere(string page)
    {
        var folder = Path.GetDirectoryName(Repository.Path(page))!;
        var broken = Link().Matches(File.ReadAllText(Repository.Path(page))).Select(m => m.Groups["to"].Value)
            .Where(to => !to.Contains("://", StringComparison.Ordinal) && !to.StartsWith('#'))
            .Where(to => !Path.Exists(Path.Combine(folder, to.Split('#')[0])));
        Assert.Empty(broken);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void File_a_page_names_is_there(string page)
    {
        var named = NamedFile().Matches(File.ReadAllText(Repository.Path(page))).Select(m => m.Groups["file"].Value);
        Assert.DoesNotContain(named, file => !Path.Exists(Repository.Path(file)));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Source_file_a_page_names_is_there(string page)
    {
        var known = Repository.Sources.Select(f => Path.GetFileName(f.Name)).ToHashSet(StringComparer.Ordinal);
        var named = NamedSource().Matches(File.ReadAllText(Repository.Path(page))).Select(m => Path.GetFileName(m.Groups["file"].Value));
        Assert.DoesNotContain(named, file => !known.Contains(file));
    }

    [Fact]
    public void State_machine_page_shows_the_table_of_the_code()
    {
        var page = File.ReadAllText(Repository.Path("docs", "state-machine.md"));
        var diagram = Mermaid().Match(page);
        Assert.True(diagram.Success, "docs/state-machine.md has no mermaid block");
        Assert.Equal(MigrationStateMachine.ToMermaid().Trim(), diagram.Groups["text"].Value.Trim());
    }

    [Fact]
    public void Every_page_below_docs_is_listed_in_the_readme()
    {
        var readme = File.ReadAllText(Repository.Path("README.md"));
        var pages = Directory.EnumerateFiles(Repository.Path("docs"), "*.md").Select(Repository.Relative);
        Assert.DoesNotContain(pages, p => !readme.Contains($"({p})", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\]\((?<to>[^)\s]+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex(@"`(?<file>(src|docs|tests|config|examples|eng|evidence)/[\w./-]+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex NamedFile();

    [GeneratedRegex(@"`(?<file>[\w./]+\.cs)`", RegexOptions.ExplicitCapture)]
    private static partial Regex NamedSource();

    [GeneratedRegex("```mermaid\n(?<text>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Mermaid();
}

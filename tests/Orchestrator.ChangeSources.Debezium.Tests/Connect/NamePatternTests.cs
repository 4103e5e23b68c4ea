using System.Text.RegularExpressions;
using Orchestrator.ChangeSources.Debezium.Connect;
using Orchestrator.Core.Model;

namespace Orchestrator.ChangeSources.Debezium.Tests.Connect;

/// <summary>
/// Exact names as regular expressions. The list is read here as Debezium reads it: cut at commas that have no backslash
/// before them, trimmed, matched as a whole and without regard to case; the escapes used mean the same in Java and .NET.
/// </summary>
public sealed partial class NamePatternTests
{
    public static TheoryData<string> Names =>
    [
        "orders", "Weird Näme", "a,b", "a.b", "dollar$", "star*", "plus+", "q?", "(group)", "[set]", "{1,2}", "pipe|x", "back\\slash", "caret^", "ends with blank ",
        " begins", "tab\there", "new\nline", "\\,", "x\\", "日本", "#comment", "a-b",
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Name_matches_itself_and_not_its_neighbours(string name)
    {
        var list = NamePattern.ListOf([new TableRef("other", "first"), new TableRef("shop", name), new TableRef("other", "last")]);
        var patterns = Read(list);
        Assert.Equal(3, patterns.Count);
        Assert.Equal([patterns[1]], patterns.Where(p => p.IsMatch($"shop.{name}")));
        Assert.DoesNotContain(patterns, p => p.IsMatch($"shopx{name}") || p.IsMatch($"shop.{name}x") || p.IsMatch($"xshop.{name}"));
    }

    [Fact]
    public void Plain_names_stay_readable() =>
        Assert.Equal(@"shop\.orders,shop\.order_lines", NamePattern.ListOf([new TableRef("shop", "orders"), new TableRef("shop", "order_lines")]));

    private static List<Regex> Read(string list) =>
        [.. Commas().Split(list).Select(p => new Regex($"^(?:{p.Trim()})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant))];

    [GeneratedRegex(@"(?<!\\),")]
    private static partial Regex Commas();
}

using System.Text.RegularExpressions;

namespace Orchestrator.Architecture.Tests;

/// <summary>Rules of the house that no analyzer checks.</summary>
public sealed partial class HouseStyleTests
{
    [Fact]
    public void Class_is_sealed_static_or_abstract()
    {
        var open = All(ClassHeader()).Where(m => !Closed().IsMatch(m.Match.Groups["modifiers"].Value));
        Assert.Empty(open.Select(m => $"{m.File.Name}:{m.File.LineOf(m.Match.Index)} {m.Match.Groups["name"].Value}"));
    }

    [Fact]
    public void Type_says_what_it_is_for() =>
        Assert.Empty(All(TypeName()).Where(m => Vague().IsMatch(m.Match.Groups["name"].Value)).Select(m => $"{m.File.Name} {m.Match.Groups["name"].Value}"));

    [Fact]
    public void Folder_says_what_it_is_for()
    {
        var folders = Repository.Sources.SelectMany(f => f.Name.Split('/').SkipLast(1)).Distinct();
        Assert.DoesNotContain(folders, f => VagueFolder().IsMatch(f));
    }

    [Fact]
    public void File_has_no_region() =>
        Assert.Empty(Repository.Sources.Where(f => f.Code.Contains("#region", StringComparison.Ordinal)).Select(f => f.Name));

    [Fact]
    public void Clock_is_injected_in_tests_too() =>
        Assert.Empty(All(WallClock()).Select(m => $"{m.File.Name}:{m.File.LineOf(m.Match.Index)} {m.Match.Value}"));

    [Fact]
    public void Catch_does_something_or_says_why_not() =>
        Assert.Empty(All(EmptyCatch()).Where(m => !m.File.Text.AsSpan(m.Match.Index, m.Match.Length).Contains("//", StringComparison.Ordinal)).Select(m => $"{m.File.Name}:{m.File.LineOf(m.Match.Index)}"));

    [Fact]
    public void Test_is_not_skipped() =>
        Assert.Empty(All(Skip()).Select(m => $"{m.File.Name}:{m.File.LineOf(m.Match.Index)}"));

    [Fact]
    public void Public_type_of_Core_has_a_summary()
    {
        var bare = All(PublicType()).Where(m => m.File.Name.StartsWith("src/Orchestrator.Core/", StringComparison.Ordinal))
            .Where(m => !IsDocumented(m.File, m.Match.Index));
        Assert.Empty(bare.Select(m => $"{m.File.Name}:{m.File.LineOf(m.Match.Index)} {m.Match.Groups["name"].Value}"));
    }

    private static IEnumerable<(SourceFile File, Match Match)> All(Regex pattern) =>
        Repository.Sources.SelectMany(f => pattern.Matches(f.Code).Select(m => (f, m)));

    /// <summary>The lines above, attributes left out, are a documentation comment.</summary>
    private static bool IsDocumented(SourceFile file, int index)
    {
        var lines = file.Text.Split('\n');
        var above = file.LineOf(index) - 2;
        while (above >= 0 && lines[above].TrimStart().StartsWith('[')) above--;
        return above >= 0 && lines[above].TrimStart().StartsWith("///", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^[ ]*(?<modifiers>(?:(?:public|internal|private|protected|file|sealed|static|abstract|partial) )*)(?:class|record)(?! struct) (?<name>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex ClassHeader();

    [GeneratedRegex(@"\b(sealed|static|abstract)\b", RegexOptions.ExplicitCapture)]
    private static partial Regex Closed();

    [GeneratedRegex(@"\b(class|struct|interface|enum|record|record struct) (?<name>[A-Z]\w*)", RegexOptions.ExplicitCapture)]
    private static partial Regex TypeName();

    [GeneratedRegex("(Helper|Manager|Utility|Utilities|Utils?|Support|Common|Base)s?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Vague();

    [GeneratedRegex(@"(^|\.)(Helper|Manager|Utility|Utilitie|Util|Support|Common|Base)s?$", RegexOptions.ExplicitCapture)]
    private static partial Regex VagueFolder();

    [GeneratedRegex(@"\b(DateTime|DateTimeOffset)\.(UtcNow|Now|Today)\b|\bThread\.Sleep\b", RegexOptions.ExplicitCapture)]
    private static partial Regex WallClock();

    [GeneratedRegex(@"\bcatch\b[^;{}]*(\{ \}[^;{}]*)*\n\s*\{\s*\}|\bcatch\b(\s*\([^)]*\))?\s*\{\s*\}", RegexOptions.ExplicitCapture)]
    private static partial Regex EmptyCatch();

    [GeneratedRegex(@"\b(Fact|Theory)\([^)]*Skip\b", RegexOptions.ExplicitCapture)]
    private static partial Regex Skip();

    [GeneratedRegex(@"^[ ]*public (?:(?:sealed|static|abstract|readonly|partial|ref) )*(?:class|struct|interface|enum|record struct|record|delegate [\w<>\[\]?]+) (?<name>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex PublicType();
}

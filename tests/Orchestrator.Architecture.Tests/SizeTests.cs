using System.Text.RegularExpressions;

namespace Orchestrator.Architecture.Tests;

/// <summary>Files and methods that fit a screen.</summary>
public sealed partial class SizeTests
{
    private const int FileAtMost = 400;
    private const int MethodAtMost = 60;

    [Fact]
    public void File_is_never_over_400_lines() =>
        Assert.Empty(Repository.Sources.Where(f => f.Lines > FileAtMost).Select(f => $"{f.Name} {f.Lines}"));

    [Fact]
    public void Half_of_the_files_have_80_lines_at_most_and_nine_of_ten_250()
    {
        var lines = Repository.Sources.Select(f => f.Lines).Order().ToList();
        Assert.InRange(lines[lines.Count / 2], 1, 80);
        Assert.InRange(lines[lines.Count * 9 / 10], 1, 250);
    }

    [Fact]
    public void Method_is_never_over_60_lines()
    {
        var methods = Repository.Sources.SelectMany(f => Methods(f).Select(m => (f.Name, m.Line, m.Lines))).ToList();

        Assert.True(methods.Count > 1000, $"only {methods.Count} methods found: the reading of the files is broken");
        Assert.Empty(methods.Where(m => m.Lines > MethodAtMost).Select(m => $"{m.Name}:{m.Line} {m.Lines}"));
    }

    /// <summary>Blocks whose head looks like a method's: a name with parameters before the brace, no statement and no type.</summary>
    private static IEnumerable<(int Line, int Lines)> Methods(SourceFile file)
    {
        var open = new Stack<int>();
        for (var i = 0; i < file.Code.Length; i++)
        {
            if (file.Code[i] == '{')
            {
                open.Push(i);
            }
            else if (file.Code[i] == '}')
            {
                Assert.True(open.Count > 0, $"{file.Name}:{file.LineOf(i)} closes a brace that was not opened");
                var start = open.Pop();
                if (IsMethod(file.Code, start)) yield return (file.LineOf(start), file.LineOf(i) - file.LineOf(start) + 1);
            }
        }

        Assert.True(open.Count == 0, $"{file.Name} leaves a brace open");
    }

    private static bool IsMethod(string code, int brace)
    {
        var from = brace == 0 ? -1 : code.LastIndexOfAny([';', '{', '}'], brace - 1);
        var head = code[(from + 1)..brace].Trim();
        return head.Contains('(', StringComparison.Ordinal) && !NotMethod().IsMatch(head) && MethodHead().IsMatch(head);
    }

    [GeneratedRegex(@"^(else )?(if|for|foreach|while|switch|using|lock|catch|fixed|await foreach|await using|return|throw|var)\b|\b(class|record|struct|interface|new|switch)\b|=>|\s=\s", RegexOptions.ExplicitCapture)]
    private static partial Regex NotMethod();

    [GeneratedRegex(@"^[\w<>\[\],?.()\s]+\s\w+(<[\w, ]+>)?\(.*\)(\s*(where|:).*)?$", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex MethodHead();
}

using System.Text;

namespace Orchestrator.Architecture.Tests;

/// <summary>One C# file: as written, and with every text and comment blanked so that words and braces are code.</summary>
/// <param name="Name">Path from the repository's root.</param>
/// <param name="Text">As written.</param>
/// <param name="Code">Of the same length and lines, texts and comments replaced by blanks.</param>
internal sealed record SourceFile(string Name, string Text, string Code)
{
    public int Lines { get; } = Text.Count(c => c == '\n') + (Text.EndsWith('\n') ? 0 : 1);

    public static SourceFile Read(string path)
    {
        var text = File.ReadAllText(path);
        return new SourceFile(Repository.Relative(path), text, Blank(text));
    }

    public int LineOf(int index) => 1 + Text.AsSpan(0, index).Count('\n');

    private static string Blank(string text)
    {
        var code = new StringBuilder(text);
        for (var i = 0; i < text.Length;)
        {
            var end = EndOfBlank(text, i);
            for (var k = i; k < end; k++)
                if (code[k] != '\n') code[k] = ' ';
            i = Math.Max(end, i + 1);
        }

        return code.ToString();
    }

    /// <summary>Where the comment or text that starts here ends; the start itself if none does.</summary>
    private static int EndOfBlank(string text, int i)
    {
        var rest = text.AsSpan(i);
        if (rest.StartsWith("//")) return After(text, "\n", i) - 1;
        if (rest.StartsWith("/*")) return After(text, "*/", i + 2);
        if (rest.StartsWith("\"\"\"")) return After(text, new string('"', rest.IndexOfAnyExcept('"')), i + rest.IndexOfAnyExcept('"'));
        var before = i > 0 ? text[i - 1] : ' ';
        var verbatim = before == '@';
        return text[i] switch
        {
            '"' when before == '$' => AfterInterpolated(text, i + 1),
            '"' when verbatim => After(text.Replace("\"\"", "  ", StringComparison.Ordinal), "\"", i + 1),
            '"' => AfterEscaped(text, '"', i + 1),
            '\'' => AfterEscaped(text, '\'', i + 1),
            _ => i,
        };
    }

    private static int After(string text, string end, int from)
    {
        var at = text.IndexOf(end, Math.Min(from, text.Length), StringComparison.Ordinal);
        return at < 0 ? text.Length : at + end.Length;
    }

    private static int AfterInterpolated(string text, int i)
    {
        while (i < text.Length && text[i] != '"')
        {
            if (text[i] == '\\' || text.AsSpan(i).StartsWith("{{")) i += 2;
            else i = text[i] == '{' ? AfterHole(text, i + 1) : i + 1;
        }

        return Math.Min(i + 1, text.Length);
    }

    private static int AfterHole(string text, int i)
    {
        for (var depth = 1; i < text.Length && depth > 0;)
        {
            var end = EndOfBlank(text, i);
            if (end == i) depth += text[i] switch { '{' => 1, '}' => -1, _ => 0 };
            i = Math.Max(end, i + 1);
        }

        return i;
    }

    private static int AfterEscaped(string text, char end, int i)
    {
        while (i < text.Length && text[i] != end && text[i] != '\n') i += text[i] == '\\' ? 2 : 1;
        return Math.Min(i + 1, text.Length);
    }
}

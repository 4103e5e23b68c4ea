using System.Globalization;
using System.Text;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Output;

/// <summary>One line for logs and pipes: <c>time LEVEL key=value ... msg="..."</c>. No escapes, never more than one line.</summary>
internal static class PlainLine
{
    public static string Of(
        DateTimeOffset at, NoticeLevel level, IEnumerable<KeyValuePair<string, string>> fields, string message)
    {
        var line = new StringBuilder();
        line.Append(at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)).Append(' ').Append(Word(level));
        foreach (var (key, value) in fields) line.Append(' ').Append(key).Append('=').Append(Value(value));
        line.Append(" msg=").Append(Quoted(SecretText.Mask(message)));
        return line.ToString();
    }

    private static string Word(NoticeLevel level) => level switch
    {
        NoticeLevel.Warning => "WARN ",
        NoticeLevel.Error => "ERROR",
        _ => "INFO ",
    };

    private static string Value(string text)
    {
        var masked = SecretText.Mask(text);
        return masked.Length > 0 && masked.All(c => !char.IsWhiteSpace(c) && !char.IsControl(c) && c is not ('"' or '=' or '\\')) ? masked : Quoted(masked);
    }

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            if (c is '"' or '\\') quoted.Append('\\').Append(c);
            else if (c == '\n') quoted.Append("\\n");
            else if (char.IsControl(c)) quoted.Append($"\\u{(int)c:x4}");
            else quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }
}

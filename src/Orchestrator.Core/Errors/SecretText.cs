using System.Text.RegularExpressions;

namespace Orchestrator.Core.Errors;

/// <summary>
/// Takes secrets out of text for people: the password of every URL and of every <c>password=</c> in a connection
/// string. Hides rather too much than too little. Everything we print or store as a message goes through it.
/// </summary>
public static partial class SecretText
{
    /// <summary>What stands where a secret was.</summary>
    public const string Hidden = "***";

    /// <param name="text">Any text; null gives the empty string.</param>
    /// <param name="known">Secrets hidden wherever they stand, whatever is around them; shorter than 3 characters are ignored.</param>
    public static string Mask(string? text, params IEnumerable<string> known)
    {
        if (string.IsNullOrEmpty(text)) return "";
        foreach (var secret in known)
            if (secret.Length >= 3) text = text.Replace(secret, Hidden, StringComparison.Ordinal);
        text = UrlPassword().Replace(text, $"${{before}}:{Hidden}@");
        return KeyedPassword().Replace(text, $"${{key}}={Hidden}");
    }

    // Up to the last @: somebody may have forgotten to percent-encode an @ or a / in the password.
    [GeneratedRegex(@"(?<before>://[^\s:/@]*):\S*@", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex UrlPassword();

    // Up to ; or &: an unquoted password in a connection string may hold blanks.
    [GeneratedRegex(
        """\b(?<key>(pg|ssl)?[ _]?(password|passwd|pwd))\s*=\s*("([^"]|"")*"|'([^']|'')*'|[^;&\r\n]*)""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex KeyedPassword();
}

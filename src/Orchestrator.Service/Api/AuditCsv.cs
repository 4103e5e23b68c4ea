using System.Globalization;
using System.Text;

namespace Orchestrator.Service.Api;

/// <summary>The audit log as RFC 4180 has it, harmless in a spreadsheet.</summary>
internal static class AuditCsv
{
    public static async Task WriteAsync(Stream stream, IAsyncEnumerable<AuditView> lines)
    {
        await using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\r\n" };
        await writer.WriteLineAsync("id,at,actor,action,subject,origin,result");
        await foreach (var l in lines)
        {
            string[] fields = [Number(l.Id), Field(l.At), Field(l.Actor), Field(l.Action), Field(l.Subject), Field(l.Origin), Number(l.Result)];
            await writer.WriteLineAsync(string.Join(',', fields));
        }
    }

    /// <summary>
    /// Spreadsheets take a field that begins with one of these signs for a formula: an apostrophe before it makes it text
    /// (https://owasp.org/www-community/attacks/CSV_Injection).
    /// </summary>
    public static string Field(string text)
    {
        var harmless = text.Length > 0 && "=+-@\t\r\n".Contains(text[0], StringComparison.Ordinal) ? "'" + text : text;
        return $"\"{harmless.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Core.Model;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Target.Parts;

/// <summary>
/// A text that is the same for two processes exactly if they read the same tables in the same forms: one that goes by an earlier
/// plan must not apply what was announced by a later one.
/// </summary>
internal static class PlanShape
{
    public static string Of(IReadOnlyList<TableSchema> tables)
    {
        var text = new StringBuilder();
        foreach (var table in tables)
            text.Append(CultureInfo.InvariantCulture, $"{PgName.Quote(table.Table)} {table.SourceId} {table.Key.Kind} {string.Join(',', table.Key.Columns)} {table.Fingerprint}\n");
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}

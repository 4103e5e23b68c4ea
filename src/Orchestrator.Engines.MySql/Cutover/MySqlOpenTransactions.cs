using System.Globalization;
using Orchestrator.Core.Cutover;
using Orchestrator.Core.Model;
using Orchestrator.Engines.MySql.Sql;

namespace Orchestrator.Engines.MySql.Cutover;

/// <summary>Transactions that have changed rows and are open. The server does not say of which tables; the session's database stands for them.</summary>
internal sealed class MySqlOpenTransactions(MySqlSession session) : IOpenTransactions
{
    public async Task<IReadOnlyList<OpenTransaction>> ReadAsync(IReadOnlyList<TableSchema> tables, TimeSpan olderThan, CancellationToken ct)
    {
        var rows = await session.RowsAsync(
            $"""
            SELECT t.trx_mysql_thread_id, COALESCE(p.USER, ''), COALESCE(p.DB, ''), TIMESTAMPDIFF(MICROSECOND, t.trx_started, SYSDATE(6)) / 1e6
            FROM information_schema.INNODB_TRX t LEFT JOIN information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id
            WHERE t.trx_rows_modified > 0 AND COALESCE(p.DB, '') IN ({MySqlName.List(["", .. session.Databases])}) ORDER BY 4 DESC
            """,
            ct);
        return
        [
            .. rows.Select(r => new OpenTransaction(
                    int.Parse(r[0]!, CultureInfo.InvariantCulture), null, r[1]!, "", IsMaintenance: false, r[2] is { Length: > 0 } db ? $"database {db}" : "an unknown database",
                    TimeSpan.FromSeconds(Math.Max(0, double.Parse(r[3]!, CultureInfo.InvariantCulture)))))
                .Where(t => t.Age >= olderThan),
        ];
    }
}

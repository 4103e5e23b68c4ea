using Orchestrator.Core.Reading;
using Orchestrator.Core.Validation;
using Orchestrator.Engines.MySql.Catalog;
using Orchestrator.Engines.MySql.Source;
using Orchestrator.Engines.MySql.Sql;

namespace Orchestrator.Engines.MySql.Validation;

/// <summary>Digests inside one MySQL or MariaDB server.</summary>
internal sealed class MySqlDigestReader(MySqlSession session, MySqlCatalog catalog) : IDigestReader
{
    public async Task<IReadOnlyList<DigestMethod>> MethodsAsync(CancellationToken ct) =>
        [new DigestMethod(CanonicalForm.Method, (await session.ScalarAsync(DigestSql.Probe, ct))!)];

    public async Task<IDigestSession> OpenAsync(DigestMethod method, ISnapshot? snapshot, int lanes, CancellationToken ct)
    {
        var tables = (await catalog.ReadAsync(TableSelection.All, ct)).Tables;
        if (snapshot is MySqlSnapshot view) return new MySqlDigestSession(await view.TakeForGoodAsync(ct), view.TakeKeeper(), tables);
        var connection = await session.OpenPatientAsync(ct);
        await connection.RunAsync("START TRANSACTION WITH CONSISTENT SNAPSHOT", ct);
        return new MySqlDigestSession(connection, null, tables);
    }
}

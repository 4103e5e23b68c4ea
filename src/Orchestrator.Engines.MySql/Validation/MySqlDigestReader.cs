using Orchestrator.Core.Errors;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Validation;
using Orchestrator.Engines.MySql.Catalog;
using Orchestrator.Engines.MySql.Source;
using Orchestrator.Engines.MySql.Sql;

namespace Orchestrator.Engines.MySql.Validation;

/// <summary>Digests inside one MySQL or MariaDB server.</summary>
internal sealed class MySqlDigestReader(MySqlSession session, MySqlCatalog catalog) : IDigestReader
{
    // What the server says of a function that it does not have, and may have been made by a user: in no database, or in ours.
    private const int NoDatabase = 1046;
    private const int NoFunction = 1305;

    public async Task<IReadOnlyList<DigestMethod>> MethodsAsync(CancellationToken ct)
    {
        using var connection = await session.OpenAsync(ct);
        var methods = new List<DigestMethod>();
        foreach (var method in CanonicalMethod.All)
        {
            try
            {
                if (await connection.ScalarAsync(DigestSql.Probe(method, connection.IsMariaDb), ct) is { } probe) methods.Add(new DigestMethod(method.Name, probe));
            }
            catch (OrchestratorException e) when (MySqlErrors.NumberOf(e) is NoDatabase or NoFunction)
            {
                // MD5 of a MySQL from 9.6 on: the next one is there.
            }
        }

        return methods;
    }

    public async Task<IDigestSession> OpenAsync(DigestMethod method, ISnapshot? snapshot, int lanes, CancellationToken ct)
    {
        var hash = CanonicalMethod.ByName(method.Name);
        var tables = (await catalog.ReadAsync(TableSelection.All, ct)).Tables;
        if (snapshot is MySqlSnapshot view) return new MySqlDigestSession(await view.TakeForGoodAsync(ct), view.TakeKeeper(), tables, hash);
        var connection = await session.OpenPatientAsync(ct);
        await connection.RunAsync("START TRANSACTION WITH CONSISTENT SNAPSHOT", ct);
        return new MySqlDigestSession(connection, null, tables, hash);
    }
}

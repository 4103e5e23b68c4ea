using Orchestrator.Engines.MySql.Native;

namespace Orchestrator.Engines.MySql.Sql;

/// <summary>Opens sessions on one server.</summary>
/// <param name="url">Where to; a secret.</param>
internal sealed class MySqlSession(MySqlUrl url)
{
    public NativeAddress Address => url.Address;

    public IReadOnlyList<string> Databases => url.Databases;

    public Task<MySqlConnection> OpenAsync(CancellationToken ct) => MySqlConnection.OpenAsync(url.Address, ct);

    public async Task<List<string?[]>> RowsAsync(string sql, CancellationToken ct)
    {
        using var connection = await OpenAsync(ct);
        return await connection.RowsAsync(sql, ct);
    }

    public async Task<string?> ScalarAsync(string sql, CancellationToken ct)
    {
        using var connection = await OpenAsync(ct);
        return await connection.ScalarAsync(sql, ct);
    }
}

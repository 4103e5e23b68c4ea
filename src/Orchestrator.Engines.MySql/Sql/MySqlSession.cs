using Orchestrator.Engines.MySql.Native;

namespace Orchestrator.Engines.MySql.Sql;

/// <summary>Opens sessions on one server.</summary>
/// <param name="url">Where to; a secret.</param>
internal sealed class MySqlSession(MySqlUrl url)
{
    /// <summary>A catalog of many thousand tables takes its time.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(90);

    public NativeAddress Address => url.Address;

    public IReadOnlyList<string> Databases => url.Databases;

    /// <summary>Opens a session for questions whose answers come soon: it counts as lost when the server is silent for longer (CASES C18).</summary>
    public Task<MySqlConnection> OpenAsync(CancellationToken ct) => MySqlConnection.OpenAsync(url.Address, ct, Silence);

    /// <summary>Opens a session for work over whole tables and for waits, which may be silent for as long as it takes.</summary>
    public Task<MySqlConnection> OpenPatientAsync(CancellationToken ct) => MySqlConnection.OpenAsync(url.Address, ct);

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

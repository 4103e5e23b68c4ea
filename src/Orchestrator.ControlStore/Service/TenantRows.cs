using Dapper;

namespace Orchestrator.ControlStore.Service;

/// <summary>
/// The rows of one tenant, and no others: every statement about them is made here, with the tenant in it, so nobody can
/// forget it (CASES S6).
/// </summary>
internal sealed class TenantRows(IStoreDatabase database, string tenant)
{
    public Task<List<T>> ListAsync<T>(string table, string where, object? values, CancellationToken ct) =>
        database.QueryAsync<T>($"SELECT * FROM {table} WHERE tenant = @tenant AND ({where})", With(values), ct);

    /// <summary>Rows after a cursor, in the order of their ids.</summary>
    public Task<List<T>> PageAsync<T>(string table, object after, int limit, CancellationToken ct) =>
        database.QueryAsync<T>($"SELECT * FROM {table} WHERE tenant = @tenant AND id > @after ORDER BY id LIMIT @limit", With(new { after, limit }), ct);

    /// <returns>False: a row of the tenant has that name already.</returns>
    public Task<bool> InsertAsync(string table, string columns, object row, CancellationToken ct) => database.InTransactionAsync(
        async t => await t.Connection!.ExecuteAsync(
            $"INSERT INTO {table} (tenant, {columns}) VALUES (@tenant, @{columns.Replace(", ", ", @", StringComparison.Ordinal)}) ON CONFLICT DO NOTHING", With(row), t) == 1,
        ct);

    /// <returns>False: no such row, or not in that state.</returns>
    public Task<bool> UpdateAsync(string table, string set, string where, object values, CancellationToken ct) => database.InTransactionAsync(
        async t => await t.Connection!.ExecuteAsync($"UPDATE {table} SET {set} WHERE tenant = @tenant AND ({where})", With(values), t) == 1, ct);

    /// <summary>Several in one transaction: the others are made only if the first hit its row.</summary>
    /// <returns>False: the first hit none, and nothing was changed.</returns>
    public Task<bool> UpdateAsync((string Table, string Set, string Where)[] updates, object values, CancellationToken ct) => database.InTransactionAsync(
        async t =>
        {
            for (var i = 0; i < updates.Length; i++)
            {
                var hit = await t.Connection!.ExecuteAsync($"UPDATE {updates[i].Table} SET {updates[i].Set} WHERE tenant = @tenant AND ({updates[i].Where})", With(values), t);
                if (i == 0 && hit != 1) return false;
            }

            return true;
        },
        ct);

    /// <returns>False: no such row.</returns>
    public Task<bool> DeleteAsync(string table, string where, object values, CancellationToken ct) => database.InTransactionAsync(
        async t => await t.Connection!.ExecuteAsync($"DELETE FROM {table} WHERE tenant = @tenant AND ({where})", With(values), t) == 1, ct);

    private DynamicParameters With(object? values)
    {
        var parameters = new DynamicParameters(values);
        parameters.Add("tenant", tenant);
        return parameters;
    }
}

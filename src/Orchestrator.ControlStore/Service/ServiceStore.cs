using Dapper;

namespace Orchestrator.ControlStore.Service;

/// <summary>What the service knows over all tenants: who may log in, what is to be driven, and what was done.</summary>
public sealed class ServiceStore
{
    private readonly IStoreDatabase _database;
    private readonly TimeProvider _clock;

    internal ServiceStore(IStoreDatabase database, TimeProvider clock) => (_database, _clock) = (database, clock);

    private string Now => RunRow.Text(_clock.GetUtcNow());

    /// <summary>One tenant's part.</summary>
    /// <param name="tenant">Its id, as the caller's token says.</param>
    public TenantStore Of(string tenant) => new(_database, tenant, _clock);

    /// <summary>Somebody has signed up.</summary>
    public async Task<bool> HasTenantAsync(CancellationToken ct) => await CountAsync(ct) > 0;

    /// <summary>More than one has signed up.</summary>
    public async Task<bool> HasSeveralTenantsAsync(CancellationToken ct) => await CountAsync(ct) > 1;

    public async Task<TenantRow?> TenantAsync(string id, CancellationToken ct) =>
        (await _database.QueryAsync<TenantRow>("SELECT * FROM tenant WHERE id = @id", new { id }, ct)).SingleOrDefault();

    public async Task<AccountRow?> AccountAsync(string id, CancellationToken ct) =>
        (await _database.QueryAsync<AccountRow>("SELECT * FROM account WHERE id = @id", new { id }, ct)).SingleOrDefault();

    public async Task<AccountRow?> AccountOfAsync(string email, CancellationToken ct) =>
        (await _database.QueryAsync<AccountRow>("SELECT * FROM account WHERE email = @email", new { email }, ct)).SingleOrDefault();

    /// <summary>Creates a tenant with its first administrator.</summary>
    /// <returns>False: the e-mail address has an account; nothing was created.</returns>
    public Task<bool> SignUpAsync(string tenant, string tenantName, AccountRow admin, CancellationToken ct) => _database.InTransactionAsync(
        async t =>
        {
            if (await t.Connection!.ExecuteScalarAsync<long>("SELECT count(*) FROM account WHERE email = @Email", new { admin.Email }, t) > 0) return false;
            await t.Connection!.ExecuteAsync("INSERT INTO tenant (id, name, created_at) VALUES (@tenant, @tenantName, @at)", new { tenant, tenantName, at = Now }, t);
            return await InsertAccountAsync(admin with { Tenant = tenant }, t);
        },
        ct);

    /// <summary>
    /// Makes an invited person a member of the tenant that invited it. Who is one already gets a new password: role and rights stay,
    /// earlier tokens are worthless, and what was asked for in the account's name lapses.
    /// </summary>
    /// <param name="token">Digest of what the person was given.</param>
    /// <param name="person">Name and password; address, tenant and role are the invitation's.</param>
    /// <param name="ct">Stops it.</param>
    /// <returns>The account; null: there is no such invitation (any more), or the address has an account of another tenant, or one that is closed.</returns>
    public Task<AccountRow?> JoinAsync(string token, AccountRow person, CancellationToken ct) => _database.InTransactionAsync<AccountRow?>(
        async t =>
        {
            var invitation = await t.Connection!.QuerySingleOrDefaultAsync<InvitationRow>("SELECT * FROM invitation WHERE token = @token AND expires_at > @at", new { token, at = Now }, t);
            if (invitation is null) return null;
            var account = person with { Tenant = invitation.Tenant, Email = invitation.Email, Role = invitation.Role };
            if (!await InsertAccountAsync(account, t))
            {
                if (await ResetAsync(account, t) is not { } reset) return null;
                account = reset;
            }

            await t.Connection!.ExecuteAsync("DELETE FROM invitation WHERE id = @Id", new { invitation.Id }, t);
            return account;
        },
        ct);

    /// <param name="token">Digest of what the caller sent.</param>
    /// <param name="ct">Stops it.</param>
    /// <returns>Null: there is no such key (any more), or it has expired.</returns>
    public async Task<KeyRow?> KeyAsync(string token, CancellationToken ct) =>
        (await _database.QueryAsync<KeyRow>("SELECT * FROM api_key WHERE token = @token AND (expires_at IS NULL OR expires_at > @at)", new { token, at = Now }, ct)).SingleOrDefault();

    /// <summary>Keeps that a key was used, at most once a minute.</summary>
    public Task KeyUsedAsync(KeyRow key, CancellationToken ct) => key.LastUsedAt is { } last && _clock.GetUtcNow() - RunRow.Time(last) < TimeSpan.FromMinutes(1)
        ? Task.CompletedTask
        : _database.InTransactionAsync(t => t.Connection!.ExecuteAsync("UPDATE api_key SET last_used_at = @at WHERE id = @Id", new { key.Id, at = Now }, t), ct);

    /// <summary>Gives an account another password and stamp.</summary>
    /// <param name="account">As it was read; one that changed since stays as it is.</param>
    /// <param name="password">Hash of the new one.</param>
    /// <param name="stamp">The new one.</param>
    /// <param name="ct">Stops it.</param>
    public Task<bool> ChangePasswordAsync(AccountRow account, string password, string stamp, CancellationToken ct) => _database.InTransactionAsync(
        async t => await t.Connection!.ExecuteAsync(
            "UPDATE account SET password = @password, stamp = @stamp WHERE id = @Id AND stamp = @before AND active = 1", new { account.Id, before = account.Stamp, password, stamp }, t) == 1,
        ct);

    /// <summary>Makes all tokens of an account worthless.</summary>
    public Task StampAsync(string account, string stamp, CancellationToken ct) =>
        _database.InTransactionAsync(t => t.Connection!.ExecuteAsync("UPDATE account SET stamp = @stamp WHERE id = @account", new { account, stamp }, t), ct);

    /// <summary>Migrations of all tenants whose runs are to be driven.</summary>
    public async Task<IReadOnlyList<MigrationRow>> WantedAsync(CancellationToken ct) =>
        await _database.QueryAsync<MigrationRow>($"SELECT * FROM migration WHERE wanted = '{MigrationRow.Running}'", null, ct);

    /// <summary>Backups of all tenants that are running, or were when their service was killed.</summary>
    /// <param name="place">Mark of the directory they are written to.</param>
    /// <param name="ct">Stops it.</param>
    public async Task<IReadOnlyList<BackupRow>> RunningBackupsAsync(string place, CancellationToken ct) =>
        await _database.QueryAsync<BackupRow>($"SELECT * FROM backup WHERE state = '{BackupRow.Running}' AND place = @place", new { place }, ct);

    public Task RecordAsync(AuditRow row, CancellationToken ct) => _database.InTransactionAsync(
        t => t.Connection!.ExecuteAsync(
            "INSERT INTO audit (tenant, at, actor, action, subject, origin, result) VALUES (@Tenant, @at, @Actor, @Action, @Subject, @Origin, @Result)",
            new { row.Tenant, at = Now, row.Actor, row.Action, row.Subject, row.Origin, row.Result }, t),
        ct);

    /// <summary>The store answers.</summary>
    public Task PingAsync(CancellationToken ct) => CountAsync(ct);

    private async Task<long> CountAsync(CancellationToken ct) => (await _database.QueryAsync<long>("SELECT count(*) FROM tenant", null, ct)).Single();

    private async Task<bool> InsertAccountAsync(AccountRow account, System.Data.Common.DbTransaction transaction) => await transaction.Connection!.ExecuteAsync(
        """
        INSERT INTO account (id, tenant, email, name, password, role, active, stamp, created_at)
        VALUES (@Id, @Tenant, @Email, @Name, @Password, @Role, 1, @Stamp, @at) ON CONFLICT DO NOTHING
        """,
        new { account.Id, account.Tenant, account.Email, account.Name, account.Password, account.Role, account.Stamp, at = Now }, transaction) == 1;

    private static async Task<AccountRow?> ResetAsync(AccountRow person, System.Data.Common.DbTransaction transaction)
    {
        var account = await transaction.Connection!.QuerySingleOrDefaultAsync<AccountRow>(
            "UPDATE account SET name = @Name, password = @Password, stamp = @Stamp WHERE email = @Email AND tenant = @Tenant AND active = 1 RETURNING *",
            new { person.Name, person.Password, person.Stamp, person.Email, person.Tenant }, transaction);
        if (account is not null)
            await transaction.Connection!.ExecuteAsync($"UPDATE approval SET decision = '{ApprovalRow.Lapsed}' WHERE asked_by = @Id AND decision = '{ApprovalRow.Pending}'", new { account.Id }, transaction);
        return account;
    }
}

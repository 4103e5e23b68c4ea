namespace Orchestrator.ControlStore.Service;

/// <summary>Everything one tenant has. Another tenant's ids do not exist here.</summary>
public sealed partial class TenantStore
{
    /// <summary>A request that was begun so long ago and has no answer will have none: what is asked for by requests is only begun by them.</summary>
    private static readonly TimeSpan AnswerDue = TimeSpan.FromMinutes(1);

    private readonly TenantRows _rows;
    private readonly TimeProvider _clock;

    internal TenantStore(IStoreDatabase database, string tenant, TimeProvider clock) =>
        (_rows, _clock, Tenant) = (new TenantRows(database, tenant), clock, tenant);

    /// <summary>Id of the tenant.</summary>
    public string Tenant { get; }

    private string Now => RunRow.Text(_clock.GetUtcNow());

    /// <param name="after">Id after which to go on; empty: from the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="ct">Stops it.</param>
    public async Task<IReadOnlyList<AccountRow>> AccountsAsync(string after, int limit, CancellationToken ct) =>
        await _rows.PageAsync<AccountRow>("account", after, limit, ct);

    public async Task<AccountRow?> AccountAsync(string id, CancellationToken ct) =>
        (await _rows.ListAsync<AccountRow>("account", "id = @id", new { id }, ct)).SingleOrDefault();

    /// <summary>What somebody asked for whose account is closed, or has another role, lapses.</summary>
    /// <returns>False: no such account, or the tenant would be left without an active administrator.</returns>
    public Task<bool> ChangeAccountAsync(string id, string role, bool active, string stamp, CancellationToken ct) => _rows.UpdateAsync(
        [
            ("account", "role = @role, active = @active, stamp = @stamp",
                """
                id = @id AND ((@role = 'admin' AND @active = 1)
                    OR EXISTS (SELECT 1 FROM account a WHERE a.tenant = @tenant AND a.id <> @id AND a.role = 'admin' AND a.active = 1))
                """),
            ("approval", $"decision = '{ApprovalRow.Lapsed}'", $"asked_by = @id AND decision = '{ApprovalRow.Pending}'"),
        ],
        new { id, role, active = active ? 1L : 0L, stamp }, ct);

    /// <summary>Earlier invitations of the same address are worthless then.</summary>
    public async Task InviteAsync(InvitationRow invitation, CancellationToken ct)
    {
        await _rows.DeleteAsync("invitation", "email = @Email", new { invitation.Email }, ct);
        await _rows.InsertAsync(
            "invitation", "id, email, role, token, expires_at, created_at",
            new { id = invitation.Id, email = invitation.Email, role = invitation.Role, token = invitation.Token, expires_at = invitation.ExpiresAt, created_at = Now }, ct);
    }

    /// <returns>False: the name is taken.</returns>
    public Task<bool> AddKeyAsync(KeyRow key, CancellationToken ct) => _rows.InsertAsync(
        "api_key", "id, account, name, role, token, created_at, expires_at",
        new { id = key.Id, account = key.Account, name = key.Name, role = key.Role, token = key.Token, created_at = Now, expires_at = key.ExpiresAt }, ct);

    public async Task<IReadOnlyList<KeyRow>> KeysAsync(string after, int limit, CancellationToken ct) =>
        await _rows.PageAsync<KeyRow>("api_key", after, limit, ct);

    /// <returns>False: there is no such key.</returns>
    public Task<bool> RemoveKeyAsync(string id, CancellationToken ct) => _rows.DeleteAsync("api_key", "id = @id", new { id }, ct);

    public async Task<IReadOnlyList<ConnectionRow>> ConnectionsAsync(string after, int limit, CancellationToken ct) =>
        await _rows.PageAsync<ConnectionRow>("connection", after, limit, ct);

    public async Task<ConnectionRow?> ConnectionAsync(string id, CancellationToken ct) =>
        (await _rows.ListAsync<ConnectionRow>("connection", "id = @id", new { id }, ct)).SingleOrDefault();

    /// <returns>False: the name is taken.</returns>
    public Task<bool> AddConnectionAsync(string id, string name, string display, string cipher, CancellationToken ct) => _rows.InsertAsync(
        "connection", "id, name, display, cipher, version, created_at, updated_at",
        new { id, name, display, cipher, version = 1L, created_at = Now, updated_at = Now }, ct);

    /// <returns>False: it is not there in that version any more, or the name is taken.</returns>
    public Task<bool> ChangeConnectionAsync(ConnectionRow now, string name, string display, string cipher, CancellationToken ct) => _rows.UpdateAsync(
        "connection", "name = @name, display = @display, cipher = @cipher, version = version + 1, updated_at = @at",
        "id = @Id AND version = @Version AND NOT EXISTS (SELECT 1 FROM connection c WHERE c.tenant = @tenant AND c.name = @name AND c.id <> @Id)",
        new { now.Id, now.Version, name, display, cipher, at = Now }, ct);

    /// <returns>False: it is not there, or a migration uses it.</returns>
    public Task<bool> RemoveConnectionAsync(string id, CancellationToken ct) => _rows.DeleteAsync(
        "connection", "id = @id AND NOT EXISTS (SELECT 1 FROM migration m WHERE m.source_id = @id OR m.target_id = @id)", new { id }, ct);

    public async Task<IReadOnlyList<MigrationRow>> MigrationsAsync(string after, int limit, CancellationToken ct) =>
        await _rows.PageAsync<MigrationRow>("migration", after, limit, ct);

    public async Task<MigrationRow?> MigrationAsync(string id, CancellationToken ct) =>
        (await _rows.ListAsync<MigrationRow>("migration", "id = @id", new { id }, ct)).SingleOrDefault();

    /// <returns>False: the name is taken, or the run's is.</returns>
    public Task<bool> AddMigrationAsync(MigrationRow migration, CancellationToken ct) => _rows.InsertAsync(
        "migration", "id, name, run, source_id, target_id, settings, wanted, created_by, version, created_at, updated_at",
        new
        {
            id = migration.Id, name = migration.Name, run = migration.Run, source_id = migration.SourceId, target_id = migration.TargetId, settings = migration.Settings,
            wanted = MigrationRow.Idle, created_by = migration.CreatedBy, version = 1L, created_at = Now, updated_at = Now,
        },
        ct);

    /// <summary>Says that the run is to be driven; what was done before is not its last action any more.</summary>
    public Task<bool> StartAsync(string id, CancellationToken ct) => _rows.UpdateAsync(
        "migration", "wanted = @wanted, last_action = NULL, last_result = NULL, last_exit = NULL, version = version + 1, updated_at = @at", "id = @id",
        new { id, wanted = MigrationRow.Running, at = Now }, ct);

    /// <summary>Says that the run is not to be driven any more.</summary>
    public Task<bool> StopAsync(string id, CancellationToken ct) => _rows.UpdateAsync(
        "migration", "wanted = @wanted, version = version + 1, updated_at = @at", "id = @id", new { id, wanted = MigrationRow.Idle, at = Now }, ct);

    /// <summary>Keeps how something that was asked for ended.</summary>
    public Task<bool> EndAsync(string id, string action, string result, int exit, CancellationToken ct) => KeepEndAsync("id = @id", id, action, result, exit, ct);

    /// <summary>
    /// Keeps how driving the run ended. If it ended well because of a cutover or rollback that was asked for, that stays the last
    /// action: who waits for one and who drives are told of the end at the same moment, in no order.
    /// </summary>
    public Task<bool> EndDriveAsync(string id, string result, int exit, CancellationToken ct) => KeepEndAsync(
        exit == 0 ? "id = @id AND (last_action IS NULL OR last_action NOT IN ('cutover', 'rollback') OR last_exit <> 0)" : "id = @id", id, "drive", result, exit, ct);

    public Task<bool> RemoveMigrationAsync(string id, CancellationToken ct) =>
        _rows.DeleteAsync("migration", $"id = @id AND wanted = '{MigrationRow.Idle}'", new { id }, ct);

    public async Task<IReadOnlyList<AuditRow>> AuditAsync(long after, int limit, CancellationToken ct) =>
        await _rows.PageAsync<AuditRow>("audit", after, limit, ct);

    /// <summary>Begins a request that may be sent again.</summary>
    /// <returns>Null: it is new and ours to carry out. Otherwise what was sent and answered under the key before; status 0: not answered yet, -1: nor will it be.</returns>
    public async Task<(string Request, int Status, string Body)?> BeginRequestAsync(string key, string request, CancellationToken ct)
    {
        if (await _rows.InsertAsync("idempotency", "key, request, status, body, at", new { key, request, status = 0, body = "", at = Now }, ct)) return null;
        return (await _rows.ListAsync<IdempotencyRow>("idempotency", "key = @key", new { key }, ct))
            .Select(r => (r.Request, r.Status == 0 && _clock.GetUtcNow() - RunRow.Time(r.At) > AnswerDue ? -1 : r.Status, r.Body)).Single();
    }

    /// <summary>Keeps the answer of a request that was begun; a failed one is forgotten, so that it can be tried again.</summary>
    public Task<bool> EndRequestAsync(string key, int status, string body, CancellationToken ct) => status >= 500
        ? _rows.DeleteAsync("idempotency", "key = @key", new { key }, ct)
        : _rows.UpdateAsync("idempotency", "status = @status, body = @body", "key = @key", new { key, status, body }, ct);

    private Task<bool> KeepEndAsync(string where, string id, string action, string result, int exit, CancellationToken ct) => _rows.UpdateAsync(
        "migration", "last_action = @action, last_result = @result, last_exit = @exit, version = version + 1, updated_at = @at", where,
        new { id, action, result = Core.Errors.SecretText.Mask(result), exit, at = Now }, ct);
}

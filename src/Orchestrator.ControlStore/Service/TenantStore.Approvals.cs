namespace Orchestrator.ControlStore.Service;

/// <summary>Four eyes: who asked for what, and who decided.</summary>
public sealed partial class TenantStore
{
    /// <summary>
    /// Everything that must be so for a decision, looked at in the statement that makes it: of two who decide at once one does, and
    /// what changed meanwhile counts.
    /// </summary>
    private const string Decidable =
        """
        id = @id AND decision = 'pending' AND expires_at > @at AND asked_by <> @by
        AND EXISTS (SELECT 1 FROM account a WHERE a.tenant = @tenant AND a.id = approval.asked_by AND a.active = 1
            AND (a.role = 'admin' OR (a.role = 'user' AND approval.migration IS NOT NULL)))
        AND EXISTS (SELECT 1 FROM account a WHERE a.tenant = @tenant AND a.id = @by AND a.active = 1
            AND (a.role = 'admin' OR (a.role = 'user' AND approval.migration IS NOT NULL)))
        """;

    /// <summary>A run goes to and fro between following changes and comparing by itself: that is no change of what was asked about.</summary>
    private const string AsItWasAsked =
        """
        (migration IS NULL OR EXISTS (SELECT 1 FROM migration_run m WHERE m.tenant = @tenant AND m.id = approval.migration AND m.run_id = approval.run_id
            AND (m.state = approval.run_state OR (m.state IN ('Cdc', 'Validation') AND approval.run_state IN ('Cdc', 'Validation')))))
        """;

    /// <summary>Cutover and rollback need a second person.</summary>
    public async Task<bool> RequiresApprovalAsync(CancellationToken ct) =>
        (await _rows.ListAsync<TenantSettingRow>("tenant_setting", "require_approval = 1", null, ct)).Count > 0;

    /// <summary>Says that cutover and rollback need a second person from now on. The way back is an approval.</summary>
    public async Task RequireApprovalAsync(CancellationToken ct)
    {
        if (!await _rows.InsertAsync("tenant_setting", "require_approval", new { require_approval = 1L }, ct))
            await _rows.UpdateAsync("tenant_setting", "require_approval = 1", "require_approval = 0", new { }, ct);
    }

    public async Task<IReadOnlyList<ApprovalRow>> ApprovalsAsync(string after, int limit, CancellationToken ct) =>
        await _rows.PageAsync<ApprovalRow>("approval", after, limit, ct);

    public async Task<ApprovalRow?> ApprovalAsync(string id, CancellationToken ct) =>
        (await _rows.ListAsync<ApprovalRow>("approval", "id = @id", new { id }, ct)).SingleOrDefault();

    /// <summary>Keeps what somebody asks for; those whose time is over make way.</summary>
    /// <returns>False: the same is asked for already and not decided yet.</returns>
    public async Task<bool> AskForApprovalAsync(ApprovalRow asked, CancellationToken ct)
    {
        await _rows.UpdateAsync("approval", "decision = 'lapsed'", "decision = 'pending' AND expires_at <= @at", new { at = Now }, ct);
        return await _rows.InsertAsync(
            "approval", "id, action, migration, name, run_id, run_state, asked_by, asked_email, asked_at, expires_at, decision",
            new
            {
                id = asked.Id, action = asked.Action, migration = asked.Migration, name = asked.Name, run_id = asked.RunId, run_state = asked.RunState, asked_by = asked.AskedBy,
                asked_email = asked.AskedEmail, asked_at = Now, expires_at = asked.ExpiresAt, decision = ApprovalRow.Pending,
            },
            ct);
    }

    /// <summary>Approves, if everything is still as it was when it was asked for; a setting is changed with it.</summary>
    /// <param name="id">Of the approval.</param>
    /// <param name="by">Id of who approves: another account than the asker's, with the role that asking takes.</param>
    /// <param name="email">That account's address.</param>
    /// <param name="ct">Stops it.</param>
    /// <returns>False: it cannot be approved (any more); nothing was changed.</returns>
    public Task<bool> ApproveAsync(string id, string by, string email, CancellationToken ct) => _rows.UpdateAsync(
        [
            ("approval", $"decision = 'approved', {DecidedNow}", $"{Decidable} AND {AsItWasAsked}"),
            ("tenant_setting", "require_approval = 0", $"EXISTS (SELECT 1 FROM approval a WHERE a.tenant = @tenant AND a.id = @id AND a.action = '{ApprovalRow.SettingOff}')"),
        ],
        new { id, by, email, at = Now }, ct);

    /// <returns>False: it cannot be rejected (any more).</returns>
    public Task<bool> RejectAsync(string id, string by, string email, CancellationToken ct) =>
        _rows.UpdateAsync("approval", $"decision = 'rejected', {DecidedNow}", Decidable, new { id, by, email, at = Now }, ct);

    /// <summary>What was approved could not be begun: it can be approved again.</summary>
    public Task<bool> TakeApprovalBackAsync(string id, string by, CancellationToken ct) => _rows.UpdateAsync(
        "approval", "decision = 'pending', decided_by = NULL, decided_email = NULL, decided_at = NULL",
        """
        id = @id AND decision = 'approved' AND decided_by = @by AND NOT EXISTS (SELECT 1 FROM approval a
            WHERE a.tenant = @tenant AND a.decision = 'pending' AND a.action = approval.action AND a.migration = approval.migration)
        """,
        new { id, by }, ct);

    private const string DecidedNow = "decided_by = @by, decided_email = @email, decided_at = @at";
}

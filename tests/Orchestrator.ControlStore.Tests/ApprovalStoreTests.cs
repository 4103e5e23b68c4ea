using Orchestrator.ControlStore.Service;
using Orchestrator.Core.Runs;

namespace Orchestrator.ControlStore.Tests;

/// <summary>Approvals, usage and invitations in every kind of store.</summary>
public abstract class ApprovalStoreTests : StoreConformance
{
    private const string Later = "2999-01-01T00:00:00.0000000Z";

    [Fact]
    public async Task S9_decision_is_made_once_by_another_person_of_the_tenant_with_the_role()
    {
        await using var runs = await Bench.OpenAsync();
        var ours = await TenantAsync(runs.Service, "ours");
        var theirs = await TenantAsync(runs.Service, "theirs");
        await AddAsync(runs.Service, ours, "user", "user");
        await AddAsync(runs.Service, ours, "viewer", "viewer");
        await MigrationAsync(runs, ours);
        var asked = Asked("a1", await runs.FindAsync("move-run", None));

        Assert.True(await ours.AskForApprovalAsync(asked, None));
        Assert.False(await ours.AskForApprovalAsync(asked with { Id = "a2", AskedBy = "user" }, None));
        Assert.Null(await theirs.ApprovalAsync("a1", None));
        Assert.False(await theirs.ApproveAsync("a1", "theirs-admin", "x", None));
        foreach (var by in (string[])["ours-admin", "viewer", "theirs-admin", "nobody"]) Assert.False(await ours.ApproveAsync("a1", by, "x", None));
        Assert.True(await ours.ApproveAsync("a1", "user", "user@ours", None));
        Assert.False(await ours.ApproveAsync("a1", "user", "user@ours", None));
        Assert.False(await ours.RejectAsync("a1", "user", "user@ours", None));
        Assert.Equal((ApprovalRow.Approved, "user", "user@ours"), (await ours.ApprovalAsync("a1", None))! is var a ? (a.Decision, a.DecidedBy, a.DecidedEmail) : default);
        // What could not be begun can be approved again, unless the same was asked for anew.
        Assert.True(await ours.TakeApprovalBackAsync("a1", "user", None));
        Assert.True(await ours.ApproveAsync("a1", "user", "user@ours", None));
        Assert.True(await ours.AskForApprovalAsync(asked with { Id = "a3" }, None));
        Assert.False(await ours.TakeApprovalBackAsync("a1", "user", None));
    }

    [Fact]
    public async Task S9_approval_counts_for_the_run_and_state_it_was_asked_for_and_for_a_day()
    {
        await using var runs = await Bench.OpenAsync();
        var ours = await TenantAsync(runs.Service, "ours");
        await AddAsync(runs.Service, ours, "user", "user");
        await MigrationAsync(runs, ours);
        var run = (await runs.FindAsync("move-run", None))!;

        Assert.True(await ours.AskForApprovalAsync(Asked("over", run) with { ExpiresAt = "2020-01-01T00:00:00.0000000Z" }, None));
        Assert.False(await ours.ApproveAsync("over", "user", "x", None));
        Assert.True(await ours.AskForApprovalAsync(Asked("state", run), None));
        Assert.Equal(ApprovalRow.Lapsed, (await ours.ApprovalAsync("over", None))!.Decision);
        await using var lease = await runs.AcquireAsync("move-run", None);
        var loading = await runs.TransitionAsync((await runs.FindAsync("move-run", None))!, lease.Token, RunState.FullLoad, null, null, "test", None);
        Assert.False(await ours.ApproveAsync("state", "user", "x", None));
        Assert.True(await ours.RejectAsync("state", "user", "x", None));
        // Following changes and comparing are one state here: a run goes to and fro by itself.
        var following = await runs.TransitionAsync(loading, lease.Token, RunState.Cdc, null, null, "test", None);
        Assert.True(await ours.AskForApprovalAsync(Asked("following", following), None));
        var comparing = await runs.TransitionAsync(following, lease.Token, RunState.Validation, null, null, "test", None);
        Assert.True(await ours.ApproveAsync("following", "user", "x", None));
        await runs.TransitionAsync(comparing, lease.Token, RunState.Cutover, null, null, "test", None);
        Assert.True(await ours.AskForApprovalAsync(Asked("before", comparing), None));
        Assert.False(await ours.ApproveAsync("before", "user", "x", None));
        Assert.True(await ours.RejectAsync("before", "user", "x", None));
        Assert.True(await ours.AskForApprovalAsync(Asked("other", run) with { RunState = nameof(RunState.Cutover), RunId = Guid.NewGuid().ToString() }, None));
        Assert.False(await ours.ApproveAsync("other", "user", "x", None));
    }

    [Fact]
    public async Task S9_setting_is_switched_off_by_an_approval_only_and_lapses_with_the_asker()
    {
        await using var runs = await Bench.OpenAsync();
        var ours = await TenantAsync(runs.Service, "ours");
        await AddAsync(runs.Service, ours, "user", "user");
        await AddAsync(runs.Service, ours, "second", "admin");
        var off = new ApprovalRow { Id = "s1", Action = ApprovalRow.SettingOff, Name = "ours", AskedBy = "second", AskedEmail = "second@ours", ExpiresAt = Later };
        Assert.False(await ours.RequiresApprovalAsync(None));
        await ours.RequireApprovalAsync(None);
        await ours.RequireApprovalAsync(None);

        Assert.True(await ours.AskForApprovalAsync(off, None));
        Assert.False(await ours.ApproveAsync("s1", "user", "x", None));
        Assert.True(await ours.ChangeAccountAsync("second", "user", true, "s", None));
        Assert.True(await ours.ChangeAccountAsync("second", "admin", true, "s", None));
        Assert.False(await ours.ApproveAsync("s1", "ours-admin", "x", None));
        Assert.True(await ours.RequiresApprovalAsync(None));
        Assert.True(await ours.AskForApprovalAsync(off with { Id = "s2" }, None));
        Assert.True(await ours.ApproveAsync("s2", "ours-admin", "x", None));
        Assert.False(await ours.RequiresApprovalAsync(None));
        await ours.RequireApprovalAsync(None);
        Assert.True(await ours.RequiresApprovalAsync(None));
    }

    [Fact]
    public async Task What_was_moved_is_counted_once_whoever_counts()
    {
        await using var runs = await Bench.OpenAsync();
        var (ours, theirs) = (await TenantAsync(runs.Service, "ours"), await TenantAsync(runs.Service, "theirs"));
        var run = Guid.NewGuid();

        foreach (var (rows, bytes) in ((long, long)[])[(10, 100), (10, 100), (25, 0), (5, 50), (30, 120)]) await ours.CountAsync(run, "m1", rows, bytes, 0.5, None);
        await ours.CountAsync(Guid.NewGuid(), "m1", 7, 70, 1, None);

        var usage = await ours.UsageAsync(new DateOnly(2000, 1, 1), None);
        Assert.Equal([(7L, 70L, 1.0), (30, 120, 2.5)], usage.Select(u => (u.RowsMoved, u.BytesMoved, u.Seconds)).Order());
        Assert.Empty(await ours.UsageAsync(new DateOnly(2999, 1, 1), None));
        Assert.Empty(await theirs.UsageAsync(new DateOnly(2000, 1, 1), None));
    }

    [Fact]
    public async Task S7_invitation_of_a_member_changes_its_password_and_nothing_else()
    {
        await using var runs = await Bench.OpenAsync();
        var (ours, theirs) = (await TenantAsync(runs.Service, "ours"), await TenantAsync(runs.Service, "theirs"));
        await AddAsync(runs.Service, ours, "user", "user");
        await InviteAsync(ours, "old", "user@ours", "admin");
        await InviteAsync(ours, "new", "user@ours", "admin");
        await InviteAsync(theirs, "foreign", "user@ours", "admin");
        var person = new AccountRow { Id = "other", Name = "U", Password = "hash2", Stamp = "s2" };

        Assert.Null(await runs.Service.JoinAsync("old", person, None));
        Assert.Null(await runs.Service.JoinAsync("foreign", person, None));
        Assert.Equal(("user", "user", "hash2", "s2"), (await runs.Service.JoinAsync("new", person, None))! is var a ? (a.Id, a.Role, a.Password, a.Stamp) : default);
        Assert.Null(await runs.Service.JoinAsync("new", person, None));
        var account = (await runs.Service.AccountAsync("user", None))!;
        Assert.True(await runs.Service.ChangePasswordAsync(account, "hash3", "s3", None));
        Assert.False(await runs.Service.ChangePasswordAsync(account, "hash4", "s4", None));
    }

    private static ApprovalRow Asked(string id, RunRecord? run) => new()
    {
        Id = id, Action = "cutover", Migration = "m1", Name = "move", RunId = run!.Id.ToString(), RunState = run.State.ToString(), AskedBy = "ours-admin", AskedEmail = "a@ours", ExpiresAt = Later,
    };

    private static async Task MigrationAsync(RunStore runs, TenantStore tenant)
    {
        foreach (var id in (string[])["c1", "c2"]) Assert.True(await tenant.AddConnectionAsync(id, id, id, "sealed", None));
        Assert.True(await tenant.AddMigrationAsync(new MigrationRow { Id = "m1", Name = "move", Run = "move-run", SourceId = "c1", TargetId = "c2", Settings = "{}", CreatedBy = "a@ours" }, None));
        await runs.CreateAsync(StoreBench.Options("move-run"), None);
        var row = Assert.Single(await tenant.RunsAsync(None));
        Assert.Equal(("m1", "move", "move-run", nameof(RunState.Assessment)), (row.Id, row.Name, row.Run, row.State));
    }

    private static async Task<TenantStore> TenantAsync(ServiceStore store, string name)
    {
        Assert.True(await store.SignUpAsync(name, name, new AccountRow { Id = name + "-admin", Email = $"a@{name}", Name = "A", Password = "hash", Role = "admin", Stamp = "s" }, None));
        return store.Of(name);
    }

    private static async Task AddAsync(ServiceStore store, TenantStore tenant, string id, string role)
    {
        await InviteAsync(tenant, id, $"{id}@{tenant.Tenant}", role);
        Assert.NotNull(await store.JoinAsync(id, new AccountRow { Id = id, Name = id, Password = "hash", Stamp = "s" }, None));
    }

    private static Task InviteAsync(TenantStore tenant, string token, string email, string role) =>
        tenant.InviteAsync(new InvitationRow { Id = $"{tenant.Tenant}-{token}", Email = email, Role = role, Token = token, ExpiresAt = Later }, None);
}

public sealed class SqliteApprovalStoreTests : ApprovalStoreTests
{
    protected override Task<StoreBench> CreateBenchAsync() => Task.FromResult<StoreBench>(new SqliteBench());

    /// <summary>SQLite removes a row that is replaced without asking the trigger for removed ones.</summary>
    [Fact]
    public async Task S9_line_of_the_audit_log_cannot_be_replaced()
    {
        await using var runs = await Bench.OpenAsync();
        await runs.Service.RecordAsync(new AuditRow { Actor = "anonymous", Action = "POST /x", Subject = "", Origin = "::1", Result = 401 }, None);
        const string line = "INTO audit (id, at, actor, action, subject, origin, result) VALUES (1, 't', 'x', 'x', 'x', 'x', 200)";

        foreach (var sql in (string[])[$"INSERT OR REPLACE {line}", $"REPLACE {line}", $"INSERT {line} ON CONFLICT (id) DO UPDATE SET actor = excluded.actor"])
            await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => Bench.ScalarAsync(sql));
        Assert.Equal("1 anonymous", await Bench.ScalarAsync("SELECT count(*) || ' ' || max(actor) FROM audit"));
    }
}

[Trait("Needs", "PostgreSql")]
public sealed class PostgreSqlApprovalStoreTests : ApprovalStoreTests
{
    protected override async Task<StoreBench> CreateBenchAsync() => await PostgreSqlBench.CreateAsync();

    [Fact]
    public async Task S9_audit_log_cannot_be_changed_by_a_session_without_triggers_either()
    {
        await using var runs = await Bench.OpenAsync();
        await runs.Service.RecordAsync(new AuditRow { Actor = "anonymous", Action = "POST /x", Subject = "", Origin = "::1", Result = 401 }, None);

        foreach (var sql in (string[])["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
            await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => Bench.ScalarAsync($"SET session_replication_role = replica; {sql}"));
        Assert.Equal("anonymous", await Bench.ScalarAsync("SELECT actor FROM audit"));
    }
}

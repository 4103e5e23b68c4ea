using Orchestrator.ControlStore.Service;

namespace Orchestrator.ControlStore.Tests;

/// <summary>What the service keeps: a tenant's rows are its own in every kind of store (CASES S6).</summary>
public abstract class ServiceStoreTests : StoreConformance
{
    [Fact]
    public async Task S6_rows_of_a_tenant_are_there_for_that_tenant_only()
    {
        await using var runs = await Bench.OpenAsync();
        var (ours, theirs) = (await TenantAsync(runs.Service, "ours"), await TenantAsync(runs.Service, "theirs"));
        Assert.True(await ours.AddConnectionAsync("c1", "db", "db1/shop", "sealed", None));
        Assert.True(await ours.AddConnectionAsync("c2", "db2", "db2/shop", "sealed", None));
        Assert.True(await ours.AddMigrationAsync(Migration("m1", "move"), None));
        var connection = (await ours.ConnectionAsync("c1", None))!;

        Assert.Null(await theirs.ConnectionAsync("c1", None));
        Assert.Null(await theirs.MigrationAsync("m1", None));
        Assert.Empty(await theirs.ConnectionsAsync("", 10, None));
        Assert.Empty(await theirs.MigrationsAsync("", 10, None));
        Assert.False(await theirs.ChangeConnectionAsync(connection, "mine", "x", "x", None));
        Assert.False(await theirs.RemoveConnectionAsync("c1", None));
        Assert.False(await theirs.StartAsync("m1", None));
        Assert.False(await theirs.EndAsync("m1", "drive", "x", 1, None));
        Assert.False(await theirs.RemoveMigrationAsync("m1", None));
        Assert.False(await theirs.ChangeAccountAsync("ours-admin", "viewer", false, "s", None));
        Assert.Equal(connection, await ours.ConnectionAsync("c1", None));
        Assert.Equal(MigrationRow.Idle, (await ours.MigrationAsync("m1", None))!.Wanted);
        // The same names in another tenant are no conflict.
        Assert.True(await theirs.AddConnectionAsync("c3", "db", "db3/shop", "sealed", None));
    }

    [Fact]
    public async Task Change_of_a_connection_that_somebody_else_changed_is_refused()
    {
        await using var runs = await Bench.OpenAsync();
        var tenant = await TenantAsync(runs.Service, "ours");
        await tenant.AddConnectionAsync("c1", "a", "a", "1", None);
        await tenant.AddConnectionAsync("c2", "b", "b", "2", None);
        var read = (await tenant.ConnectionAsync("c1", None))!;

        Assert.False(await tenant.ChangeConnectionAsync(read, "b", "a", "1", None));
        Assert.True(await tenant.ChangeConnectionAsync(read, "c", "c", "3", None));
        Assert.False(await tenant.ChangeConnectionAsync(read, "d", "d", "4", None));
        Assert.Equal(("c", "3", 2L), ((await tenant.ConnectionAsync("c1", None))! is var now ? (now.Name, now.Cipher, now.Version) : default));
    }

    [Theory]
    [InlineData("cutover", 0, 0, "cutover")]
    [InlineData("rollback", 0, 0, "rollback")]
    [InlineData("rollback", 0, 1, "drive")]
    [InlineData("cutover", 5, 0, "drive")]
    [InlineData("validate", 0, 0, "drive")]
    public async Task Drive_that_ended_by_what_was_asked_for_is_not_the_last_action(string asked, int answer, int drive, string last)
    {
        await using var runs = await Bench.OpenAsync();
        var tenant = await TenantAsync(runs.Service, "ours");
        foreach (var id in (string[])["c1", "c2"]) await tenant.AddConnectionAsync(id, id, id, "sealed", None);
        await tenant.AddMigrationAsync(Migration("m1", "move"), None);
        await tenant.StartAsync("m1", None);

        await tenant.EndAsync("m1", asked, "answered", answer, None);
        await tenant.EndDriveAsync("m1", "ended", drive, None);

        Assert.Equal(last, (await tenant.MigrationAsync("m1", None))!.LastAction);
        await tenant.StartAsync("m1", None);
        Assert.Null((await tenant.MigrationAsync("m1", None))!.LastAction);
    }

    [Fact]
    public async Task Connection_that_a_migration_uses_stays()
    {
        await using var runs = await Bench.OpenAsync();
        var tenant = await TenantAsync(runs.Service, "ours");
        foreach (var id in (string[])["c1", "c2"]) await tenant.AddConnectionAsync(id, id, id, "sealed", None);
        await tenant.AddMigrationAsync(Migration("m1", "move"), None);

        Assert.False(await tenant.RemoveConnectionAsync("c1", None));
        Assert.True(await tenant.RemoveMigrationAsync("m1", None));
        Assert.True(await tenant.RemoveConnectionAsync("c1", None));
    }

    [Fact]
    public async Task Lists_come_in_parts_without_a_gap()
    {
        await using var runs = await Bench.OpenAsync();
        var tenant = await TenantAsync(runs.Service, "ours");
        for (var i = 0; i < 7; i++) await tenant.AddConnectionAsync($"c{i}", $"n{6 - i}", "d", "sealed", None);

        var seen = new List<string>();
        for (var page = await tenant.ConnectionsAsync("", 3, None); page.Count > 0; page = await tenant.ConnectionsAsync(seen[^1], 3, None)) seen.AddRange(page.Select(c => c.Id));

        Assert.Equal(["c0", "c1", "c2", "c3", "c4", "c5", "c6"], seen);
    }

    [Fact]
    public async Task Last_administrator_stays_one()
    {
        await using var runs = await Bench.OpenAsync();
        var tenant = await TenantAsync(runs.Service, "ours");

        Assert.False(await tenant.ChangeAccountAsync("ours-admin", "user", true, "s", None));
        Assert.False(await tenant.ChangeAccountAsync("ours-admin", "admin", false, "s", None));
        await tenant.InviteAsync(new InvitationRow { Id = "i", Email = "b@ours", Role = "admin", Token = "digest", ExpiresAt = "2999-01-01T00:00:00.0000000Z" }, None);
        var second = await runs.Service.JoinAsync("digest", new AccountRow { Id = "second", Name = "B", Password = "hash", Stamp = "s" }, None);
        Assert.Equal(("b@ours", "admin", tenant.Tenant), (second!.Email, second.Role, second.Tenant));
        Assert.Null(await runs.Service.JoinAsync("digest", new AccountRow { Id = "third", Name = "C", Password = "hash", Stamp = "s" }, None));
        Assert.True(await tenant.ChangeAccountAsync("ours-admin", "user", true, "s", None));
    }

    [Fact]
    public async Task S9_audit_log_cannot_be_changed()
    {
        await using var runs = await Bench.OpenAsync();
        await runs.Service.RecordAsync(new AuditRow { Tenant = null, Actor = "anonymous", Action = "POST /x", Subject = "", Origin = "::1", Result = 401 }, None);

        foreach (var sql in (string[])["UPDATE audit SET actor = 'x'", "DELETE FROM audit"]) await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => Bench.ScalarAsync(sql));
        Assert.Equal("anonymous", await Bench.ScalarAsync("SELECT actor FROM audit"));
    }

    [Fact]
    public async Task S9_request_under_a_key_is_begun_once()
    {
        await using var runs = await Bench.OpenAsync();
        var (ours, theirs) = (await TenantAsync(runs.Service, "ours"), await TenantAsync(runs.Service, "theirs"));

        Assert.Null(await ours.BeginRequestAsync("k", "POST /a", None));
        Assert.Equal(("POST /a", 0, ""), await ours.BeginRequestAsync("k", "POST /b", None));
        Assert.Null(await theirs.BeginRequestAsync("k", "POST /c", None));
        await ours.EndRequestAsync("k", 202, "{}", None);
        Assert.Equal(("POST /a", 202, "{}"), await ours.BeginRequestAsync("k", "POST /a", None));
        await theirs.EndRequestAsync("k", 500, "{}", None);
        Assert.Null(await theirs.BeginRequestAsync("k", "POST /c", None));
    }

    [Fact]
    public async Task S9_request_whose_service_was_killed_is_known_to_have_no_answer_after_a_minute()
    {
        await using var runs = await Bench.OpenAsync();
        var ours = await TenantAsync(runs.Service, "ours");
        await ours.BeginRequestAsync("k", "POST /a", None);

        await Bench.ScalarAsync($"UPDATE idempotency SET at = '{TimeProvider.System.GetUtcNow().AddSeconds(-20).UtcDateTime:O}'");
        Assert.Equal(0, (await ours.BeginRequestAsync("k", "POST /a", None))!.Value.Status);
        await Bench.ScalarAsync($"UPDATE idempotency SET at = '{TimeProvider.System.GetUtcNow().AddSeconds(-61).UtcDateTime:O}'");
        Assert.Equal(-1, (await ours.BeginRequestAsync("k", "POST /a", None))!.Value.Status);
        // One that was only slow answers in the end.
        await ours.EndRequestAsync("k", 202, "{}", None);
        Assert.Equal(202, (await ours.BeginRequestAsync("k", "POST /a", None))!.Value.Status);
    }

    [Fact]
    public async Task S7_key_is_its_tenants_and_found_by_its_digest_until_it_expires_or_is_removed()
    {
        await using var runs = await Bench.OpenAsync();
        var (ours, theirs) = (await TenantAsync(runs.Service, "ours"), await TenantAsync(runs.Service, "theirs"));
        var key = new KeyRow { Id = "k1", Account = "ours-admin", Name = "deploy", Role = "user", Token = "digest" };
        Assert.True(await ours.AddKeyAsync(key, None));
        Assert.False(await ours.AddKeyAsync(key with { Id = "k2", Token = "other" }, None));
        Assert.True(await ours.AddKeyAsync(key with { Id = "k3", Name = "old", Token = "old", ExpiresAt = "2001-01-01T00:00:00.0000000Z" }, None));

        var found = (await runs.Service.KeyAsync("digest", None))!;
        await runs.Service.KeyUsedAsync(found, None);
        Assert.Equal(("ours", "deploy", null), (found.Tenant, found.Name, found.LastUsedAt));
        Assert.NotNull((await runs.Service.KeyAsync("digest", None))!.LastUsedAt);
        Assert.Null(await runs.Service.KeyAsync("old", None));
        Assert.Empty(await theirs.KeysAsync("", 10, None));
        Assert.False(await theirs.RemoveKeyAsync("k1", None));
        Assert.True(await ours.RemoveKeyAsync("k1", None));
        Assert.Null(await runs.Service.KeyAsync("digest", None));
    }

    private static async Task<TenantStore> TenantAsync(ServiceStore store, string name)
    {
        var admin = new AccountRow { Id = name + "-admin", Email = $"a@{name}", Name = "A", Password = "hash", Role = "admin", Stamp = "s" };
        Assert.True(await store.SignUpAsync(name, name, admin, None));
        Assert.False(await store.SignUpAsync(name + "2", name, admin with { Id = "other" }, None));
        Assert.Null(await store.TenantAsync(name + "2", None));
        return store.Of(name);
    }

    private static MigrationRow Migration(string id, string name) => new()
    {
        Id = id, Name = name, Run = name + "-run", SourceId = "c1", TargetId = "c2", Settings = "{}", CreatedBy = "a@ours",
    };
}

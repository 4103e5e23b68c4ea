using Orchestrator.ControlStore.Service;

namespace Orchestrator.ControlStore.Tests;

/// <summary>What is kept of backups, in every kind of store.</summary>
public abstract class BackupStoreTests : StoreConformance
{
    [Fact]
    public async Task S6_backup_is_there_for_its_tenant_only()
    {
        await using var runs = await Bench.OpenAsync();
        var (ours, theirs) = (await TenantAsync(runs.Service, "ours"), await TenantAsync(runs.Service, "theirs"));
        Assert.True(await ours.AddBackupAsync(Backup("b1"), None));
        Assert.False(await theirs.AddBackupAsync(Backup("b1"), None));
        var kept = (await ours.BackupAsync("b1", None))!;

        Assert.Equal(("ours", BackupRow.Running, 0L, null, null), (kept.Tenant, kept.State, kept.Bytes, kept.Tables, kept.FinishedAt));
        Assert.Null(await theirs.BackupAsync("b1", None));
        Assert.Empty(await theirs.BackupsAsync("", 10, None));
        Assert.False(await theirs.KeepBackupAsync("b1", 1, 1, 1, None));
        Assert.False(await theirs.EndBackupAsync(kept with { State = BackupRow.Done }, None));
        Assert.False(await theirs.RemoveBackupAsync("b1", None));
        Assert.Empty(await theirs.DoneBackupsAsync("c1", "here", None));
        Assert.Equal(kept, await ours.BackupAsync("b1", None));
        Assert.True(await ours.RemoveBackupAsync("b1", None));
        Assert.Null(await ours.BackupAsync("b1", None));
    }

    [Fact]
    public async Task Backup_ends_once()
    {
        await using var runs = await Bench.OpenAsync();
        var ours = await TenantAsync(runs.Service, "ours");
        await ours.AddBackupAsync(Backup("b1"), None);
        var begun = (await ours.BackupAsync("b1", None))!;

        Assert.True(await ours.KeepBackupAsync("b1", 5_000_000_000, 2, 7, None));
        Assert.Equal((5_000_000_000, 2L, 7L), (await ours.BackupAsync("b1", None))! is var now ? (now.Bytes, now.TablesDone!.Value, now.Tables!.Value) : default);
        Assert.True(await ours.EndBackupAsync(begun with { State = BackupRow.Failed, Bytes = 3, ErrorCode = "E-X-001", Error = "no: postgresql://u:secret@h/d" }, None));
        Assert.False(await ours.EndBackupAsync(begun with { State = BackupRow.Done }, None));
        Assert.False(await ours.KeepBackupAsync("b1", 9, null, null, None));
        var ended = (await ours.BackupAsync("b1", None))!;
        Assert.Equal((BackupRow.Failed, 3L, null, "E-X-001", "no: postgresql://u:***@h/d"), (ended.State, ended.Bytes, ended.Tables, ended.ErrorCode, ended.Error));
        Assert.NotNull(ended.FinishedAt);
    }

    [Fact]
    public async Task Backups_that_ran_are_found_over_all_tenants_by_their_directory()
    {
        await using var runs = await Bench.OpenAsync();
        var (ours, theirs) = (await TenantAsync(runs.Service, "ours"), await TenantAsync(runs.Service, "theirs"));
        await ours.AddBackupAsync(Backup("b1"), None);
        await theirs.AddBackupAsync(Backup("b2"), None);
        await ours.AddBackupAsync(Backup("b3") with { Place = "elsewhere" }, None);
        await ours.AddBackupAsync(Backup("b4"), None);
        await ours.EndBackupAsync(Backup("b4") with { State = BackupRow.Cancelled }, None);

        Assert.Equal(["b1 ours", "b2 theirs"], (await runs.Service.RunningBackupsAsync("here", None)).Select(b => $"{b.Id} {b.Tenant}").Order());
    }

    [Fact]
    public async Task Only_those_that_are_done_count_for_a_connection_the_newest_first()
    {
        await using var runs = await Bench.OpenAsync();
        var ours = await TenantAsync(runs.Service, "ours");
        foreach (var (id, state) in ((string, string)[])[("b1", BackupRow.Done), ("b2", BackupRow.Failed), ("b0", BackupRow.Done), ("b3", BackupRow.Cancelled)])
        {
            await ours.AddBackupAsync(Backup(id), None);
            await ours.EndBackupAsync(Backup(id) with { State = state, Sha256 = "00" }, None);
        }

        await ours.AddBackupAsync(Backup("b4"), None);
        await ours.AddBackupAsync(Backup("b5") with { ConnectionId = "c2" }, None);
        await ours.EndBackupAsync(Backup("b5") with { State = BackupRow.Done }, None);

        Assert.Equal(["b0", "b1"], (await ours.DoneBackupsAsync("c1", "here", None)).Select(b => b.Id));
        Assert.Empty(await ours.DoneBackupsAsync("c1", "elsewhere", None));
    }

    private static async Task<TenantStore> TenantAsync(ServiceStore store, string name)
    {
        Assert.True(await store.SignUpAsync(name, name, new AccountRow { Id = name + "-admin", Email = $"a@{name}", Name = "A", Password = "hash", Role = "admin", Stamp = "s" }, None));
        return store.Of(name);
    }

    private static BackupRow Backup(string id) => new() { Id = id, ConnectionId = "c1", Name = "shop", Place = "here", CreatedBy = "a@ours" };
}

public sealed class SqliteBackupStoreTests : BackupStoreTests
{
    protected override Task<StoreBench> CreateBenchAsync() => Task.FromResult<StoreBench>(new SqliteBench());
}

[Trait("Needs", "PostgreSql")]
public sealed class PostgreSqlBackupStoreTests : BackupStoreTests
{
    protected override async Task<StoreBench> CreateBenchAsync() => await PostgreSqlBench.CreateAsync();
}

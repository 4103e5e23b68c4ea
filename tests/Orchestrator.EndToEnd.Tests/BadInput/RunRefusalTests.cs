using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.BadInput;

/// <summary>Tables, options, state directories and runs that cannot be worked with.</summary>
public sealed class RunRefusalTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly Refusal _refusal = new();

    public void Dispose() => _refusal.Dispose();

    [Fact]
    public async Task Table_without_key_and_identity_is_a_blocker_and_can_be_excluded()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("keyless");
        await pair.Source.ExecuteAsync("CREATE TABLE fine (id int PRIMARY KEY); CREATE TABLE keyless (v text); INSERT INTO keyless VALUES ('a')");

        await _refusal.ExpectAsync(pair, 4, "F-KEY-002  public.keyless");

        var resume = await _refusal.RunAsync(pair.SourceUrl, pair.TargetUrl, "resume", "--run", "refused");
        Assert.Equal(5, resume.ExitCode);
        Assert.Contains("E-RUN-009 Run refused: resume is not possible: it is aborted", resume.Error, StringComparison.Ordinal);

        // The blocked run created nothing, so the same command works once the blocker is gone.
        var result = await _refusal.RunAsync(pair.SourceUrl, pair.TargetUrl, "migrate", "--run", "refused", "--cutover", "auto", "--exclude", "keyless");
        Assert.True(result.ExitCode == 0, result.Error + result.Output);
    }

    [Fact]
    public async Task Run_that_only_copied_is_not_called_switched_over()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("copied");
        await pair.Source.ExecuteAsync("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
        var copied = await _refusal.RunAsync(pair.SourceUrl, pair.TargetUrl, "migrate", "--run", "refused", "--strategy", "parallel-batch");
        Assert.True(copied.ExitCode == 0, copied.Error);

        var cutover = await _refusal.RunAsync(pair.SourceUrl, pair.TargetUrl, "cutover", "--run", "refused");

        Assert.Equal(5, cutover.ExitCode);
        Assert.Contains("E-RUN-009 Run refused: cutover is not possible: parallel-batch only copies", cutover.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Target_with_rows_is_a_blocker_and_keeps_them()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("not_empty");
        await pair.ExecuteOnBothAsync("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'mine')");

        await _refusal.ExpectAsync(pair, 4, "F-TGT-007  public.t");
    }

    [Fact]
    public async Task K7_extension_the_target_does_not_have_is_a_blocker_by_its_name()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("extension");
        // Both servers share their files: the source's catalog says what another server would have.
        await pair.Source.ExecuteAsync("""
            CREATE EXTENSION hstore; UPDATE pg_extension SET extname = 'made_elsewhere' WHERE extname = 'hstore';
            CREATE TABLE t (id int PRIMARY KEY, tags hstore); INSERT INTO t VALUES (1, 'a=>1')
            """);

        await _refusal.ExpectAsync(pair, 4, "F-EXT-001  extension made_elsewhere");
    }

    [Fact]
    public async Task Unknown_strategy_and_unknown_pattern_are_named()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("unknown");
        await pair.Source.ExecuteAsync("CREATE TABLE t (id int PRIMARY KEY)");

        await _refusal.ExpectAsync(pair, 2, "must be one of full-load-cdc, cdc-only, parallel-batch", null, null, "--strategy", "teleport");
        await _refusal.ExpectAsync(pair, 2, "E-CFG-010 The pattern 'nosuch.*' matches no table", null, null, "--tables", "t,nosuch.*");

        Assert.Equal(2, (await _refusal.RunAsync(pair.SourceUrl, pair.TargetUrl, "status", "--run", "refused")).ExitCode);
    }

    [Fact]
    public async Task State_directory_that_cannot_be_written_is_refused()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("unwritable");
        var file = Path.Combine(_refusal.Folder, "a-file");
        await File.WriteAllTextAsync(file, "not a directory");
        _refusal.State = Path.Combine(file, "state");

        await _refusal.ExpectAsync(pair, 2, "E-RUN-004");

        _refusal.State = "/proc/1/state";
        await _refusal.ExpectAsync(pair, 2, "E-RUN-004");
    }

    [Fact]
    public async Task State_of_a_newer_version_is_refused_and_left_alone()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("newer");
        await pair.Source.ExecuteAsync("CREATE TABLE keyless (v text)");
        await _refusal.ExpectAsync(pair, 4, "F-KEY-002");
        var path = Path.Combine(_refusal.State, "control.db");
        var store = await File.ReadAllBytesAsync(path);

        // user_version: four bytes at offset 60 of the file, https://www.sqlite.org/fileformat.html#user_version_number
        (store[60], store[61], store[62], store[63]) = (0, 0, 3, 231);
        await File.WriteAllBytesAsync(path, store);

        await _refusal.ExpectAsync(pair, 2, "E-RUN-003");
        Assert.Equal(store, await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task X14_second_process_is_refused_while_the_first_goes_on()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("second");
        await pair.Source.ExecuteAsync("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 100)");
        var before = await Catalogs.OfAsync(pair.Source);
        await using var first = OrchestratorProcess.Start(
            ["migrate", "--run", "refused", "--state", _refusal.State],
            new Dictionary<string, string?> { ["SOURCE_DB_URL"] = pair.SourceUrl, ["TARGET_DB_URL"] = pair.TargetUrl });
        await first.WaitForLineAsync("compared: equal", Patience);

        var resume = await _refusal.RunAsync(pair.SourceUrl, pair.TargetUrl, "resume", "--run", "refused");
        Assert.Equal(2, resume.ExitCode);
        Assert.Contains($"E-LEASE-001 Another process (pid {first.Id} on ", resume.Error, StringComparison.Ordinal);
        var again = await _refusal.RunAsync(pair.SourceUrl, pair.TargetUrl, "migrate", "--run", "refused");
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("E-RUN-001 There is already a run named refused", again.Error, StringComparison.Ordinal);
        Assert.False(first.HasExited);

        await first.InterruptAsync();
        Assert.Equal(130, await first.WaitForExitAsync(Patience));
        var rollback = await _refusal.RunAsync(pair.SourceUrl, pair.TargetUrl, "rollback", "--run", "refused");
        Assert.True(rollback.ExitCode == 0, rollback.Error);
        Assert.Equal(before, await Catalogs.OfAsync(pair.Source));
    }
}

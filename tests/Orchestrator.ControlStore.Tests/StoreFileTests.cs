using System.Text;
using Orchestrator.Core.Errors;
using Orchestrator.SqliteNative;

namespace Orchestrator.ControlStore.Tests;

public sealed class StoreFileTests : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly SqliteBench _folder = new();

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task S2_password_is_in_no_file_of_the_state_directory()
    {
        const string Planted = "Zx9planted7Pw";
        await using var store = await _folder.OpenAsync();
        var options = StoreBench.Options(password: Planted) with { OnSwitch = $"PGPASSWORD={Planted} psql", OnSwitchUndo = $"curl u:{Planted}@h" };
        var run = await store.CreateAsync(options, None);
        await using var lease = await store.AcquireAsync("shop", None);
        await store.TransitionAsync(run, lease.Token, Core.Runs.RunState.Failed, null, $"cannot open Host=h;Password={Planted};Port=1", $"postgresql://u:{Planted}@h/d", None);

        var files = Directory.GetFiles(_folder.Path);

        Assert.Contains(files, f => f.EndsWith("control.db-wal", StringComparison.Ordinal));
        foreach (var file in files)
            Assert.False(await ContainsAsync(file, Planted), $"{file} holds the password");
        Assert.Equal(options.SourceUrl, (await store.OptionsAsync("shop", None)).SourceUrl);
    }

    [Fact]
    public async Task S2_files_are_readable_by_their_owner_only()
    {
        await using var store = await _folder.OpenAsync();
        await store.CreateAsync(StoreBench.Options(), None);
        await using var lease = await store.AcquireAsync("shop", None);

        Assert.Equal("700", ModeOf(_folder.Path));
        var files = Directory.GetFiles(_folder.Path);
        Assert.True(files.Length >= 5, string.Join(' ', files));
        Assert.All(files, f => Assert.Equal("600", ModeOf(f)));
    }

    [Fact]
    public async Task Secrets_of_one_run_do_not_open_for_another()
    {
        await using var store = await _folder.OpenAsync();
        await store.CreateAsync(StoreBench.Options("a", "first-pw"), None);
        await store.CreateAsync(StoreBench.Options("b", "second-pw"), None);
        await _folder.ScalarAsync("UPDATE secret SET (nonce, cipher) = (SELECT nonce, cipher FROM secret o WHERE o.run = 'a' AND o.name = secret.name) WHERE run = 'b'");

        var e = await Assert.ThrowsAsync<OrchestratorException>(() => store.OptionsAsync("b", None));

        Assert.Equal("E-RUN-006", e.Code);
    }

    [Fact]
    public async Task Lost_key_is_named_and_no_new_one_is_made_in_silence()
    {
        await using var store = await _folder.OpenAsync();
        await store.CreateAsync(StoreBench.Options(), None);
        var key = Path.Combine(_folder.Path, "key");
        File.Delete(key);

        var e = await Assert.ThrowsAsync<OrchestratorException>(() => store.OptionsAsync("shop", None));

        Assert.Equal("E-RUN-006", e.Code);
        Assert.False(File.Exists(key));
    }

    [Fact]
    public async Task Store_of_a_newer_version_is_refused_and_left_alone()
    {
        await (await _folder.OpenAsync()).DisposeAsync();
        await _folder.ScalarAsync("PRAGMA user_version = 999");

        var e = await Assert.ThrowsAsync<OrchestratorException>(_folder.OpenAsync);

        Assert.Equal(("E-RUN-003", ErrorKind.Configuration), (e.Code, e.Kind));
        Assert.Contains("999", e.Message, StringComparison.Ordinal);
        Assert.Equal("999", await _folder.ScalarAsync("PRAGMA user_version"));
    }

    [Theory]
    [InlineData("this is a text file, long enough to be no empty database header at all; it goes on and on and on for a while")]
    public async Task File_that_is_no_database_is_refused_and_left_alone(string content)
    {
        Directory.CreateDirectory(_folder.Path);
        await File.WriteAllTextAsync(_folder.Database, content);

        Assert.Equal("E-RUN-005", (await Assert.ThrowsAsync<OrchestratorException>(_folder.OpenAsync)).Code);
        Assert.Equal(content, await File.ReadAllTextAsync(_folder.Database));
    }

    [Fact]
    public async Task Database_of_another_program_is_refused()
    {
        Directory.CreateDirectory(_folder.Path);
        SqliteLibrary.Use();
        await _folder.ScalarAsync("CREATE TABLE theirs (a)");

        Assert.Equal("E-RUN-005", (await Assert.ThrowsAsync<OrchestratorException>(_folder.OpenAsync)).Code);
        Assert.Equal("theirs", await _folder.ScalarAsync("SELECT group_concat(name) FROM sqlite_master"));
    }

    [Theory]
    [InlineData("/proc/orchestrator-state")]
    [InlineData("/dev/null/state")]
    public async Task Directory_that_cannot_be_written_is_named(string path)
    {
        var e = await Assert.ThrowsAsync<OrchestratorException>(
            () => RunStore.OpenAsync(new StoreLocation(path), TimeProvider.System, None));

        Assert.Equal("E-RUN-004", e.Code);
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
        Assert.Contains("--state", e.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Opening_by_many_at_once_creates_one_store()
    {
        await Parallel.ForAsync(0, 8, async (i, ct) =>
        {
            await using var store = await _folder.OpenAsync();
            await store.CreateAsync(StoreBench.Options($"run{i}", $"secret-{i}"), ct);
        });

        await using var all = await _folder.OpenAsync();
        Assert.Equal(8, (await all.ListAsync(None)).Count);
        for (var i = 0; i < 8; i++)
            Assert.Contains($"secret-{i}@", (await all.OptionsAsync($"run{i}", None)).TargetUrl, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Native_library_is_the_one_of_the_system()
    {
        await using var store = await _folder.OpenAsync();

        Assert.Contains("libsqlite3.so.0", await File.ReadAllTextAsync("/proc/self/maps"), StringComparison.Ordinal);
    }

    private static string ModeOf(string path) =>
        OperatingSystem.IsWindows() ? "" : Convert.ToString((int)File.GetUnixFileMode(path), 8);

    private static async Task<bool> ContainsAsync(string file, string text)
    {
        // A locked file cannot be opened here, and a lock file has nothing in it.
        if (file.EndsWith(".lock", StringComparison.Ordinal)) return new FileInfo(file).Length > 0;
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var memory = new MemoryStream();
        await stream.CopyToAsync(memory);
        return memory.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
    }
}

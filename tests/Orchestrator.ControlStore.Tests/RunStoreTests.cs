using Orchestrator.Core.Errors;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;

namespace Orchestrator.ControlStore.Tests;

public abstract class RunStoreTests : StoreConformance
{
    [Fact]
    public async Task Options_come_back_as_they_were_given()
    {
        var given = StoreBench.Options() with
        {
            Strategy = MigrationStrategy.CdcOnly,
            Tables = new TableSelection(["public.*", "o?ders"], ["public.log"]),
            ParallelWorkers = 7,
            BatchSize = 123,
            Validate = false,
            Cutover = CutoverMode.Auto,
            OnSwitch = "echo 'é'",
            PauseBudget = TimeSpan.FromMilliseconds(2500),
            MaxLag = TimeSpan.FromSeconds(9),
            DryRun = true,
            Mapping = new MappingOptions
            {
                Schemas = new Dictionary<string, string> { ["shop"] = "public" },
                ZeroDates = ZeroDates.Infinity,
                Columns = new Dictionary<string, ColumnOverride> { ["shop.t.c"] = new("d", null) },
            },
        };
        await using (var store = await Bench.OpenAsync())
            await store.CreateAsync(given, None);

        await using var again = await Bench.OpenAsync();
        var read = await again.OptionsAsync("shop", None);

        Assert.Equal(given.Tables.Include, read.Tables.Include);
        Assert.Equal(given.Tables.Exclude, read.Tables.Exclude);
        Assert.Equal(given.Mapping.Schemas, read.Mapping.Schemas);
        Assert.Equal(given.Mapping.Columns, read.Mapping.Columns);
        Assert.Equal(given.Mapping with { Schemas = read.Mapping.Schemas, Columns = read.Mapping.Columns }, read.Mapping);
        Assert.Equal(given with { Tables = read.Tables, Mapping = read.Mapping, StateDirectory = Bench.Path }, read);
    }

    [Fact]
    public async Task Create_with_the_name_of_an_aborted_run_starts_anew()
    {
        await using var store = await Bench.OpenAsync();
        var first = await store.CreateAsync(StoreBench.Options(password: "old"), None);
        await using (var lease = await store.AcquireAsync("shop", None))
        {
            await store.WriteDocumentAsync("shop", "report", "{}", None);
            await store.AskAsync("shop", RunRequest.Rollback, None);
            await store.TransitionAsync(first, lease.Token, RunState.Aborted, null, null, "blocked", None);
        }

        var second = await store.CreateAsync(StoreBench.Options(password: "new"), None);

        Assert.NotEqual(first.Id, second.Id);
        Assert.Contains(":new@", (await store.OptionsAsync("shop", None)).SourceUrl, StringComparison.Ordinal);
        Assert.Null(await store.ReadDocumentAsync("shop", "report", None));
        Assert.Null(await store.NextRequestAsync("shop", None));
        Assert.Single(await store.JournalAsync("shop", None));
    }

    [Fact]
    public async Task Create_with_a_taken_name_is_refused()
    {
        await using var store = await Bench.OpenAsync();
        await store.CreateAsync(StoreBench.Options(), None);

        var e = await Assert.ThrowsAsync<OrchestratorException>(() => store.CreateAsync(StoreBench.Options(), None));

        Assert.Equal("E-RUN-001", e.Code);
        Assert.Equal("1", await Bench.ScalarAsync("SELECT count(*) FROM run"));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("")]
    [InlineData("Shop")]
    [InlineData("a/b")]
    [InlineData("x12345678901234567890123456789012345678901")]
    public async Task Create_with_a_name_that_could_leave_the_directory_is_refused(string name)
    {
        await using var store = await Bench.OpenAsync();

        var e = await Assert.ThrowsAsync<OrchestratorException>(() => store.CreateAsync(StoreBench.Options(name), None));

        Assert.Equal("E-CFG-001", e.Code);
    }

    [Fact]
    public async Task Transition_is_kept_and_journaled()
    {
        await using var store = await Bench.OpenAsync();
        var run = await store.CreateAsync(StoreBench.Options(), None);
        await using var lease = await store.AcquireAsync("shop", None);

        await store.TransitionAsync(run, lease.Token, RunState.Failed, RunState.FullLoad, "E-X-001 postgresql://a:geheim@h/d is gone", "stopped", None);

        Assert.Equal("Failed|FullLoad|E-X-001 postgresql://a:***@h/d is gone", await Bench.ScalarAsync("SELECT state || '|' || failed_in || '|' || error FROM run"));
        var journal = await store.JournalAsync("shop", None);
        Assert.Equal([(1L, "Assessment"), (2L, "Failed")], journal.Select(j => (j.Sequence, j.Subject)));
    }

    [Fact]
    public async Task Transition_on_a_run_somebody_else_changed_is_fenced()
    {
        await using var store = await Bench.OpenAsync();
        var old = await store.CreateAsync(StoreBench.Options(), None);
        await using var lease = await store.AcquireAsync("shop", None);
        await store.TransitionAsync(old, lease.Token, RunState.FullLoad, null, null, "go", None);

        var e = await Assert.ThrowsAsync<OrchestratorException>(
            () => store.TransitionAsync(old, lease.Token, RunState.Cdc, null, null, "go", None));

        Assert.Equal(("E-LEASE-002", ErrorKind.Fenced), (e.Code, e.Kind));
        Assert.Equal("FullLoad", await Bench.ScalarAsync("SELECT state FROM run"));
        Assert.Equal("2", await Bench.ScalarAsync("SELECT count(*) FROM journal"));
    }

    [Fact]
    public async Task Transition_with_the_token_of_an_earlier_lease_is_fenced()
    {
        await using var store = await Bench.OpenAsync();
        var run = await store.CreateAsync(StoreBench.Options(), None);
        FencingToken first;
        await using (var lease = await store.AcquireAsync("shop", None)) first = lease.Token;
        await using var second = await store.AcquireAsync("shop", None);

        Assert.True(second.Token.Value > first.Value);
        var e = await Assert.ThrowsAsync<OrchestratorException>(
            () => store.TransitionAsync(run, first, RunState.FullLoad, null, null, "go", None));
        Assert.Equal("E-LEASE-002", e.Code);
        Assert.Equal("E-LEASE-002", (await Assert.ThrowsAsync<OrchestratorException>(() => store.AppendAsync("shop", first, "step-begin", "s", "", None))).Code);
    }

    [Fact]
    public async Task Transition_raced_by_many_handles_succeeds_once()
    {
        await using var store = await Bench.OpenAsync();
        var run = await store.CreateAsync(StoreBench.Options(), None);
        await using var lease = await store.AcquireAsync("shop", None);
        var won = 0;

        await Parallel.ForAsync(0, 8, async (_, ct) =>
        {
            await using var own = await Bench.OpenAsync();
            try
            {
                await own.TransitionAsync(run, lease.Token, RunState.FullLoad, null, null, "race", ct);
                Interlocked.Increment(ref won);
            }
            catch (OrchestratorException e) when (e.Code == "E-LEASE-002")
            {
                Assert.Equal(ErrorKind.Fenced, e.Kind);
            }
        });

        Assert.Equal(1, won);
        Assert.Equal("2", await Bench.ScalarAsync("SELECT version FROM run"));
    }

    [Fact]
    public async Task Journal_appended_by_several_handles_has_no_gap_and_no_double()
    {
        await using var store = await Bench.OpenAsync();
        await store.CreateAsync(StoreBench.Options(), None);
        await using var lease = await store.AcquireAsync("shop", None);

        await Parallel.ForAsync(0, 4, async (i, ct) =>
        {
            await using var own = await Bench.OpenAsync();
            for (var n = 0; n < 25; n++) await own.AppendAsync("shop", lease.Token, "note", $"s{i}", "d", ct);
        });

        Assert.Equal("101|1|101", await Bench.ScalarAsync("SELECT count(*) || '|' || min(sequence) || '|' || max(sequence) FROM journal"));
    }

    [Fact]
    public async Task Document_is_replaced_as_a_whole()
    {
        await using var store = await Bench.OpenAsync();
        await store.CreateAsync(StoreBench.Options(), None);

        Assert.Null(await store.ReadDocumentAsync("shop", "plan", None));
        await store.WriteDocumentAsync("shop", "plan", "{\"a\":1}", None);
        await store.WriteDocumentAsync("shop", "plan", "{}", None);

        Assert.Equal("{}", await store.ReadDocumentAsync("shop", "plan", None));
    }

    [Fact]
    public async Task Unknown_run_is_named()
    {
        await using var store = await Bench.OpenAsync();

        Assert.Null(await store.FindAsync("nobody", None));
        foreach (var call in new Func<Task>[] { () => store.AcquireAsync("nobody", None), () => store.OptionsAsync("nobody", None), () => store.AskAsync("nobody", RunRequest.Cutover, None) })
            Assert.Equal("E-RUN-002", (await Assert.ThrowsAsync<OrchestratorException>(call)).Code);
    }
}

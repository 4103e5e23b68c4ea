using Orchestrator.Core.Runs;

namespace Orchestrator.ControlStore.Tests;

public abstract class RequestTests : StoreConformance
{
    private readonly MovedClock _clock = new();

    [Fact]
    public async Task Request_is_seen_by_another_handle_and_its_answer_comes_back()
    {
        await using var asks = await Bench.OpenAsync();
        await using var drives = await Bench.OpenAsync();
        await asks.CreateAsync(StoreBench.Options(), None);

        var asked = await asks.AskAsync("shop", RunRequest.Cutover, None);
        var seen = await drives.NextRequestAsync("shop", None);
        await drives.AnswerAsync("shop", seen!.Id, 5, "refused: lag 9 s", None);
        await drives.AnswerAsync("shop", seen.Id, 0, "late second answer", None);

        Assert.Equal(asked, seen);
        Assert.Equal(new RunRequestRecord(asked.Id, RunRequest.Cutover, 5, "refused: lag 9 s"), await asks.RequestAsync("shop", asked.Id, None));
        Assert.Null(await drives.NextRequestAsync("shop", None));
    }

    [Fact]
    public async Task Withdrawn_request_is_not_carried_out()
    {
        await using var store = await CreateAsync();
        var asked = await store.AskAsync("shop", RunRequest.Cutover, None);

        Assert.True(await store.WithdrawAsync("shop", asked.Id, "withdrawn", None));

        Assert.Null(await store.NextRequestAsync("shop", None));
        Assert.False(await store.BeginRequestAsync("shop", asked.Id, None));
        Assert.Equal((130, "withdrawn"), ((await store.RequestAsync("shop", asked.Id, None)).ExitCode, (await store.RequestAsync("shop", asked.Id, None)).Message));
    }

    [Fact]
    public async Task Request_that_is_carried_out_is_not_withdrawn()
    {
        await using var store = await CreateAsync();
        var asked = await store.AskAsync("shop", RunRequest.Cutover, None);
        Assert.True(await store.BeginRequestAsync("shop", asked.Id, None));

        _clock.Now += TimeSpan.FromHours(1);

        Assert.False(await store.WithdrawAsync("shop", asked.Id, "withdrawn", None));
        Assert.Equal(asked, await store.NextRequestAsync("shop", None));
    }

    [Fact]
    public async Task Request_of_a_killed_asker_is_withdrawn_and_that_of_a_waiting_one_is_not()
    {
        await using var store = await CreateAsync();
        var killed = await store.AskAsync("shop", RunRequest.Rollback, None);
        var waits = await store.AskAsync("shop", RunRequest.Validate, None);

        for (var s = 0; s < 20; s++)
        {
            _clock.Now += TimeSpan.FromSeconds(1);
            await store.RequestAsync("shop", waits.Id, None);
        }

        Assert.Equal(waits, await store.NextRequestAsync("shop", None));
        Assert.Equal(130, (await store.RequestAsync("shop", killed.Id, None)).ExitCode);
    }

    [Fact]
    public async Task Request_that_a_killed_driver_began_is_not_begun_for_the_next_one()
    {
        await using var store = await CreateAsync();
        var asked = await store.AskAsync("shop", RunRequest.Rollback, None);
        await (await store.AcquireAsync("shop", None)).DisposeAsync();
        await store.BeginRequestAsync("shop", asked.Id, None);
        _clock.Now += TimeSpan.FromHours(1);

        await using var next = await store.AcquireAsync("shop", None);

        Assert.Null(await store.NextRequestAsync("shop", None));
    }

    [Fact]
    public async Task Rollback_is_looked_at_before_what_was_asked_earlier()
    {
        await using var store = await CreateAsync();
        await store.AskAsync("shop", RunRequest.Cutover, None);
        var rollback = await store.AskAsync("shop", RunRequest.Rollback, None);

        Assert.Equal(rollback, await store.NextRequestAsync("shop", None));
    }

    private async Task<RunStore> CreateAsync()
    {
        var store = await Bench.OpenAsync(_clock);
        await store.CreateAsync(StoreBench.Options(), None);
        return store;
    }

    private sealed class MovedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

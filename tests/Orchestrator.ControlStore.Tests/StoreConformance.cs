namespace Orchestrator.ControlStore.Tests;

/// <summary>What every kind of store promises; a class per kind inherits the tests.</summary>
public abstract class StoreConformance : IAsyncLifetime
{
    protected static readonly CancellationToken None = CancellationToken.None;

    protected StoreBench Bench { get; private set; } = null!;

    public async Task InitializeAsync() => Bench = await CreateBenchAsync();

    public async Task DisposeAsync() => await Bench.DisposeAsync();

    protected abstract Task<StoreBench> CreateBenchAsync();
}

public sealed class SqliteRunStoreTests : RunStoreTests
{
    protected override Task<StoreBench> CreateBenchAsync() => Task.FromResult<StoreBench>(new SqliteBench());
}

public sealed class SqliteRequestTests : RequestTests
{
    protected override Task<StoreBench> CreateBenchAsync() => Task.FromResult<StoreBench>(new SqliteBench());
}

public sealed class SqliteLeaseTests : LeaseTests
{
    protected override Task<StoreBench> CreateBenchAsync() => Task.FromResult<StoreBench>(new SqliteBench());
}

[Trait("Needs", "PostgreSql")]
public sealed class PostgreSqlRunStoreTests : RunStoreTests
{
    protected override async Task<StoreBench> CreateBenchAsync() => await PostgreSqlBench.CreateAsync();
}

[Trait("Needs", "PostgreSql")]
public sealed class PostgreSqlRequestTests : RequestTests
{
    protected override async Task<StoreBench> CreateBenchAsync() => await PostgreSqlBench.CreateAsync();
}

[Trait("Needs", "PostgreSql")]
public sealed class PostgreSqlLeaseTests : LeaseTests
{
    protected override async Task<StoreBench> CreateBenchAsync() => await PostgreSqlBench.CreateAsync();
}

public sealed class SqliteServiceStoreTests : ServiceStoreTests
{
    protected override Task<StoreBench> CreateBenchAsync() => Task.FromResult<StoreBench>(new SqliteBench());
}

[Trait("Needs", "PostgreSql")]
public sealed class PostgreSqlServiceStoreTests : ServiceStoreTests
{
    protected override async Task<StoreBench> CreateBenchAsync() => await PostgreSqlBench.CreateAsync();
}

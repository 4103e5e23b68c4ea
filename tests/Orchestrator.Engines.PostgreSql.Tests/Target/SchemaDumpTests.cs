using Orchestrator.Core.Errors;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Target;

[Trait("Needs", "PostgreSql")]
public sealed class SchemaDumpTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-dump-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task K6_what_is_mended_on_the_source_after_a_failed_schema_step_counts_when_it_is_tried_again()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("dump");
        await pair.Source.ExecuteAsync("CREATE TABLE t (id int PRIMARY KEY); CREATE TYPE in_the_way AS ENUM ('a')");
        await pair.Target.ExecuteAsync("CREATE TYPE in_the_way AS ENUM ('b')");
        await using var source = new PgSourceEngine(pair.SourceUrl, Guid.NewGuid(), TimeProvider.System);
        await using var target = new PgTargetEngine(
            pair.TargetUrl, pair.SourceUrl, "run", Guid.NewGuid(), Path.Combine(_directory.FullName, "dump"), 1, TimeProvider.System);
        var plan = await source.Catalog.ReadAsync(TableSelection.All, None);
        await target.Ledger.OpenAsync(plan.DatabaseIdentity, new FencingToken(1), None);
        var error = await Assert.ThrowsAsync<OrchestratorException>(() => target.Schema.CreatePreDataAsync(plan.Tables, None));
        Assert.Equal("E-SCHEMA-001", error.Code);

        await pair.Source.ExecuteAsync("ALTER TYPE in_the_way RENAME TO out_of_the_way");
        await target.Schema.CreatePreDataAsync(plan.Tables, None);

        Assert.Equal("out_of_the_way", await pair.Target.QueryScalarAsync("SELECT to_regtype('out_of_the_way')"));
        Assert.NotEmpty(_directory.GetFiles());
        target.Schema.DeleteDump();
        Assert.Empty(_directory.GetFiles());
    }
}

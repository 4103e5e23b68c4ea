using Orchestrator.Core.Assessment;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.PostgreSql.Assessment;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Assessment;

/// <summary>Two servers for all assessment tests; each test makes databases of its own on them.</summary>
public sealed class AssessmentServers : IAsyncLifetime
{
    private int _databases;

    public PgCluster Source { get; private set; } = null!;

    public PgCluster Target { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var both = await Task.WhenAll(PgCluster.StartAsync(), PgCluster.StartAsync());
        (Source, Target) = (both[0], both[1]);
    }

    public async Task DisposeAsync()
    {
        await Source.DisposeAsync();
        await Target.DisposeAsync();
    }

    /// <summary>A fresh database on either side.</summary>
    public async Task<AssessedPair> PairAsync(string sourceSql = "", string targetSql = "", string? sourceEncoding = null, string? targetEncoding = null)
    {
        var name = $"pair{Interlocked.Increment(ref _databases)}";
        await Source.CreateDatabaseAsync(name, sourceEncoding);
        await Target.CreateDatabaseAsync(name, targetEncoding);
        if (sourceSql.Length > 0) await Source.ExecuteAsync(name, sourceSql);
        if (targetSql.Length > 0) await Target.ExecuteAsync(name, targetSql);
        return new AssessedPair(this, name);
    }
}

/// <summary>Both databases of one test.</summary>
public sealed record AssessedPair(AssessmentServers Servers, string Name)
{
    public static AssessmentRequest Request { get; } = new(TableSelection.All, FollowChanges: true, TimeSpan.FromMilliseconds(20), Workers: 4);

    public Task<AssessmentReport> AssessAsync(
        AssessmentRequest? request = null, string user = "postgres", string? password = null, TimeSpan? longTransaction = null) =>
        new PgAssessor(Servers.Source.Url(Name, user, password), Servers.Target.Url(Name, user, password), TimeProvider.System)
        {
            LongTransaction = longTransaction ?? TimeSpan.FromSeconds(60),
        }.AssessAsync(request ?? Request, CancellationToken.None);

    public Task SourceAsync(string sql) => Servers.Source.ExecuteAsync(Name, sql);

    public Task TargetAsync(string sql) => Servers.Target.ExecuteAsync(Name, sql);
}

/// <summary>Looks up findings, and says what there is if the wanted one is not.</summary>
public static class ReportReading
{
    public static Finding Finding(this AssessmentReport report, string id, string subject) =>
        report.Findings.SingleOrDefault(f => f.Id == id && f.Object == subject)
        ?? throw new Xunit.Sdk.XunitException($"No {id} about '{subject}' among:\n{string.Join('\n', report.Findings)}");

    public static void HasNone(this AssessmentReport report, string id) =>
        Assert.DoesNotContain(report.Findings, f => f.Id == id);
}

[CollectionDefinition(Name)]
public sealed class AssessmentCollection : ICollectionFixture<AssessmentServers>
{
    public const string Name = "assessment servers";
}

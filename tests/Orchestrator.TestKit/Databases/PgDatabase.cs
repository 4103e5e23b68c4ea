namespace Orchestrator.TestKit;

/// <summary>One database of a cluster, with the cluster's query methods bound to it.</summary>
public sealed record PgDatabase(PgCluster Cluster, string Name)
{
    /// <summary>A URL as users write it, as superuser.</summary>
    public string Url => Cluster.Url(Name);

    /// <summary>An unpooled Npgsql connection string, as superuser.</summary>
    public string ConnectionString => Cluster.ConnectionString(Name);

    /// <summary>Runs one or more statements.</summary>
    public Task ExecuteAsync(string sql, CancellationToken cancel = default) => Cluster.ExecuteAsync(Name, sql, cancel);

    /// <summary>The first value of a query as text.</summary>
    public Task<string?> QueryScalarAsync(string sql, CancellationToken cancel = default) => Cluster.QueryScalarAsync(Name, sql, cancel);

    /// <summary>All rows of a query as text.</summary>
    public Task<IReadOnlyList<string?[]>> QueryRowsAsync(string sql, CancellationToken cancel = default) => Cluster.QueryRowsAsync(Name, sql, cancel);

    /// <summary>Feeds a script to psql.</summary>
    public Task<string> PsqlAsync(string sql, CancellationToken cancel = default) => Cluster.PsqlAsync(Name, sql, cancel);
}

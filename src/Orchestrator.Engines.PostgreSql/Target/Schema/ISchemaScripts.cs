using Orchestrator.Core.Model;

namespace Orchestrator.Engines.PostgreSql.Target.Schema;

/// <summary>Where the statements come from that build a source's structure on the target, and how they are run there.</summary>
internal interface ISchemaScripts : IAsyncDisposable
{
    /// <summary>Everything rows need to be loaded, of the source as it is now; kept for the later steps.</summary>
    /// <param name="tables">The run's tables.</param>
    /// <param name="schemas">Schemas that are on the target already.</param>
    /// <param name="ct">Stops the reading.</param>
    Task<IReadOnlyList<string>> PreDataAsync(IReadOnlyList<TableSchema> tables, IReadOnlySet<string> schemas, CancellationToken ct);

    /// <summary>The indexes we build ourselves, table by table.</summary>
    Task<IReadOnlyList<PgIndex>> IndexesAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct);

    /// <summary>The rest, of the source as it was at <see cref="PreDataAsync"/>.</summary>
    /// <param name="tables">The run's tables.</param>
    /// <param name="built">Indexes that are there already, with their constraints.</param>
    /// <param name="ct">Stops the reading.</param>
    Task<IReadOnlyList<string>> PostDataAsync(IReadOnlyList<TableSchema> tables, IReadOnlyList<PgIndex> built, CancellationToken ct);

    /// <summary>Runs statements as one transaction: all of them or none.</summary>
    Task RunAsync(IReadOnlyList<string> statements, CancellationToken ct);

    /// <summary>Deletes what was kept.</summary>
    void Delete();
}

using Orchestrator.Core.Model;

namespace Orchestrator.Core.Writing;

/// <summary>Moves structure. Each step may be called again after a crash and ends in the same state.</summary>
public interface ISchemaMover
{
    /// <summary>Tables, types, sequences, functions: everything rows need to be loaded. Refuses before the first byte if it cannot end well.</summary>
    Task CreatePreDataAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct);

    /// <summary>Indexes and the constraints they carry (primary keys, unique) of one loaded table, several at once.</summary>
    Task CreateIndexesAsync(TableSchema table, CancellationToken ct);

    /// <summary>The rest: foreign keys, triggers, rules, views' data. User triggers that would fire during apply are left disabled and recorded.</summary>
    Task CreatePostDataAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct);

    /// <summary>Fresh statistics for one loaded table.</summary>
    Task AnalyzeAsync(TableSchema table, CancellationToken ct);

    /// <summary>Enables the user triggers that were left disabled; the last step before applications write.</summary>
    Task EnableTriggersAsync(CancellationToken ct);

    /// <summary>Takes <see cref="EnableTriggersAsync"/> back before change apply goes on: a cutover that undoes itself.</summary>
    Task DisableTriggersAsync(IReadOnlyList<TableSchema> tables, CancellationToken ct);

    /// <summary>Removes every object the run created on the target, and only those; adopted tables are emptied.</summary>
    Task DropCreatedAsync(CancellationToken ct);

    /// <summary>Deletes the copy of the source's schema that is kept for the later steps; it may hold passwords.</summary>
    void DeleteDump();
}

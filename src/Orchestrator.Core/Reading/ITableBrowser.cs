using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;

namespace Orchestrator.Core.Reading;

/// <summary>Shows people what is in one database. Every call is a transaction of its own that can only read, and that has an end.</summary>
public interface ITableBrowser : IAsyncDisposable
{
    /// <summary>Tables in the order of schema and name.</summary>
    /// <param name="after">The one after which to go on; default: from the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="ct">Stops it.</param>
    /// <exception cref="OrchestratorException">What does not work.</exception>
    Task<IReadOnlyList<BrowsedTable>> TablesAsync(TableRef after, int limit, CancellationToken ct);

    /// <summary>Rows of a table in the order of its primary key.</summary>
    /// <param name="table">One of <see cref="TablesAsync"/>.</param>
    /// <param name="after">Key of the row after which to go on, as <see cref="BrowsedRows.Next"/> gave it; empty: from the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="ct">Stops it.</param>
    /// <returns>Null: there is no such table.</returns>
    /// <exception cref="OrchestratorException">Configuration <c>E-BROWSE-002</c> no primary key, <c>E-BROWSE-003</c> not a key of it; or what else does not work.</exception>
    Task<BrowsedRows?> RowsAsync(TableRef table, IReadOnlyList<string> after, int limit, CancellationToken ct);

    /// <summary>Writes all rows of a table as they are at one moment; only a buffer's worth of them is in memory.</summary>
    /// <param name="table">One of <see cref="TablesAsync"/>.</param>
    /// <param name="format">How they are written.</param>
    /// <param name="begin">Called once the server gives rows; says where they go.</param>
    /// <param name="ct">Stops it.</param>
    /// <returns>False: there is no such table, and nothing was begun.</returns>
    /// <exception cref="OrchestratorException">What does not work.</exception>
    Task<bool> ExportAsync(TableRef table, ExportFormat format, Func<Stream> begin, CancellationToken ct);
}

/// <summary>How an export is written, in UTF-8.</summary>
public enum ExportFormat
{
    /// <summary>With a line of names; NULL is nothing, an empty text is two quotes.</summary>
    Csv,

    /// <summary>An array with an object for each row.</summary>
    Json,
}

/// <param name="Table">Name.</param>
/// <param name="EstimatedRows">By the server's statistics; null: it has none yet.</param>
/// <param name="HasPrimaryKey">Whether its rows can be read page by page.</param>
public sealed record BrowsedTable(TableRef Table, long? EstimatedRows, bool HasPrimaryKey);

/// <param name="Name">Name.</param>
/// <param name="Type">As the server writes it.</param>
/// <param name="IsKey">Part of the primary key.</param>
public sealed record BrowsedColumn(string Name, string Type, bool IsKey);

/// <param name="Values">As the server writes them, in the order of the columns; null is NULL.</param>
/// <param name="Cut">Columns of which only the beginning is shown.</param>
public sealed record BrowsedRow(IReadOnlyList<string?> Values, IReadOnlyList<string> Cut);

/// <param name="Columns">Columns.</param>
/// <param name="Rows">Rows; fewer than asked for if they are long.</param>
/// <param name="Next">Key after which the next ones are; null: these were the last.</param>
public sealed record BrowsedRows(IReadOnlyList<BrowsedColumn> Columns, IReadOnlyList<BrowsedRow> Rows, IReadOnlyList<string>? Next);

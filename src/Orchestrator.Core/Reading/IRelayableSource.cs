using Orchestrator.Core.Model;

namespace Orchestrator.Core.Reading;

/// <summary>A source whose log another program can follow for us, from what <see cref="ISourceEngine.Capture"/> created.</summary>
public interface IRelayableSource : ISourceEngine
{
    /// <summary>Where the log is, looked up where the URL does not tell.</summary>
    Task<LogEndpoint> EndpointAsync(CancellationToken ct);

    /// <summary>The account may do all that relaying takes beside what following the log itself takes.</summary>
    /// <exception cref="Errors.OrchestratorException">Configuration: what it may not.</exception>
    Task RequireRightsAsync(CancellationToken ct) => Task.CompletedTask;

    /// <summary>Which of the tables a statement of the log alters, or may; null: none. For sources that log alterations as statements.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="database">Database it ran in.</param>
    /// <param name="tables">Names on the source.</param>
    TableRef? AlteredBy(string statement, string database, IReadOnlySet<TableRef> tables) => null;

    /// <summary>The types that somebody made, by their numbers (<see cref="ColumnSchema.TypeId"/>): some of them the other program spells differently.</summary>
    Task<IReadOnlyDictionary<uint, UserType>> UserTypesAsync(CancellationToken ct);

    /// <summary>Whether any row of a table fulfils a condition; null: that could not be told within a minute.</summary>
    /// <param name="table">The table by its name on the source; those that inherit from it are not looked at.</param>
    /// <param name="condition">A condition in the source's SQL.</param>
    /// <param name="ct">Stops the search.</param>
    Task<bool?> AnyRowAsync(TableRef table, string condition, CancellationToken ct);
}

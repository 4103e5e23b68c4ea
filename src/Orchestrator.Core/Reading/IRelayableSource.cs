using Orchestrator.Core.Model;

namespace Orchestrator.Core.Reading;

/// <summary>A source whose log another program can follow for us, from what <see cref="ISourceEngine.Capture"/> created.</summary>
public interface IRelayableSource : ISourceEngine
{
    LogEndpoint Endpoint { get; }

    /// <summary>The types that somebody made, by their numbers (<see cref="ColumnSchema.TypeId"/>): some of them the other program spells differently.</summary>
    Task<IReadOnlyDictionary<uint, UserType>> UserTypesAsync(CancellationToken ct);

    /// <summary>Whether any row of a table fulfils a condition; null: that could not be told within a minute.</summary>
    /// <param name="table">The table; those that inherit from it are not looked at.</param>
    /// <param name="condition">A condition in the source's SQL.</param>
    /// <param name="ct">Stops the search.</param>
    Task<bool?> AnyRowAsync(TableRef table, string condition, CancellationToken ct);
}

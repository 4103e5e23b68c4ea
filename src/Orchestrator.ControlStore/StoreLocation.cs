namespace Orchestrator.ControlStore;

/// <summary>Where runs are kept.</summary>
/// <param name="StateDirectory">Directory of this machine: the key of the secrets, and the store itself if no database is named.</param>
/// <param name="Database">
/// Npgsql connection string of a PostgreSQL database that several machines share; null: a SQLite file in
/// <paramref name="StateDirectory"/>. The machines need the same key file.
/// </param>
public sealed record StoreLocation(string StateDirectory, string? Database = null)
{
    /// <inheritdoc/>
    public override string ToString() => Database is null ? StateDirectory : "the control database";
}

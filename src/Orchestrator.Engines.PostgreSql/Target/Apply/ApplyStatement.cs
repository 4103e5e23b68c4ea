using Npgsql;
using NpgsqlTypes;
using Orchestrator.Core.Model;

namespace Orchestrator.Engines.PostgreSql.Target.Apply;

/// <summary>One statement of an apply, with what it must hit.</summary>
/// <param name="Table">For errors.</param>
/// <param name="Sql">Text with one text parameter per column, each a whole array literal.</param>
/// <param name="Parameters">UTF-8 array literals.</param>
/// <param name="Expected">Rows it must affect; every row more or less is drift.</param>
internal sealed record ApplyStatement(
    TableSchema Table, string Sql, IReadOnlyList<ReadOnlyMemory<byte>> Parameters, long Expected)
{
    /// <summary>The statement reports no row count (TRUNCATE).</summary>
    public const long NoCount = -1;

    /// <summary>The row as people name it, for errors; null where one statement holds many rows.</summary>
    public Func<string>? Row { get; init; }

    /// <summary>What each parameter is a value of, as indexes into <see cref="TableSchema.Copied"/>; empty where one statement holds many rows.</summary>
    public IReadOnlyList<int> Columns { get; init; } = [];

    public NpgsqlBatchCommand ToCommand()
    {
        var command = new NpgsqlBatchCommand(Sql);
        foreach (var parameter in Parameters)
            command.Parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = parameter, NpgsqlDbType = NpgsqlDbType.Text });
        return command;
    }
}

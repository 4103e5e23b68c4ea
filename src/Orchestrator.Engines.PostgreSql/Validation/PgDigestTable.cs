using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Validation;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Validation;

/// <summary>A column as this server has it.</summary>
/// <param name="Name">Name.</param>
/// <param name="Type">With modifiers, qualified, for people.</param>
/// <param name="CastType">Without modifiers, ready for a cast.</param>
/// <param name="TypeId">Number of the type.</param>
/// <param name="IsGenerated">Computed by the server.</param>
/// <param name="IsEnum">Of an enumerated type.</param>
public sealed record PgDigestColumn(string Name, string Type, string CastType, uint TypeId, bool IsGenerated, bool IsEnum)
{
    public DigestColumn Describe(PgHash hash) => new(Name, Type, hash.Form(this), IsGenerated);
}

/// <summary>A table as this server has it.</summary>
/// <param name="Table">Name.</param>
/// <param name="IsPartitioned">Its rows are in its partitions; otherwise rows of inheriting tables are not its own.</param>
/// <param name="Pages">Size of the heap in pages; 0 for a partitioned table.</param>
/// <param name="Columns">In catalog order.</param>
public sealed record PgTableShape(TableRef Table, bool IsPartitioned, long Pages, IReadOnlyList<PgDigestColumn> Columns)
{
    /// <summary>FROM item.</summary>
    public string From => (IsPartitioned ? "" : "ONLY ") + PgName.Quote(Table);

    /// <exception cref="OrchestratorException">Data: the column is gone.</exception>
    public PgDigestColumn Column(string name) =>
        Columns.FirstOrDefault(c => c.Name == name)
        ?? throw new OrchestratorException(ErrorKind.Data, "E-VAL-002", $"Column {name} of {Table} is gone: the structure changed.")
        {
            Table = Table.ToString(),
            Column = name,
        };
}

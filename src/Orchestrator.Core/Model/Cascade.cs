namespace Orchestrator.Core.Model;

/// <summary>What happens to rows that point at a row which is deleted, or whose key changes.</summary>
public enum CascadeAction
{
    /// <summary>Nothing: the source refuses the change while there are such rows.</summary>
    None,

    /// <summary>They are deleted too, or get the new key.</summary>
    Follow,

    /// <summary>They point nowhere.</summary>
    SetNull,
}

/// <summary>
/// A foreign key whose consequences the source carries out without writing them to its log (MySQL's InnoDB,
/// https://dev.mysql.com/doc/refman/8.0/en/innodb-and-mysql-replication.html): whoever applies the change has to do the same.
/// </summary>
/// <param name="Child">Table whose rows point here.</param>
/// <param name="ChildColumns">Its columns that do.</param>
/// <param name="Columns">The columns they point at, as indexes into <see cref="TableSchema.Copied"/> of the table that has this cascade.</param>
/// <param name="OnDelete">When the row here is deleted.</param>
/// <param name="OnUpdate">When these columns of the row here change.</param>
public sealed record Cascade(
    TableRef Child, IReadOnlyList<string> ChildColumns, IReadOnlyList<int> Columns, CascadeAction OnDelete, CascadeAction OnUpdate)
{
    public override string ToString() => $"{Child}({string.Join(',', ChildColumns)})->{string.Join(',', Columns)}:{OnDelete}:{OnUpdate}";
}

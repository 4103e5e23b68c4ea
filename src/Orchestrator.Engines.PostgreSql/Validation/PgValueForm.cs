using System.Collections.Frozen;

namespace Orchestrator.Engines.PostgreSql.Validation;

/// <summary>
/// How a column's value enters a row hash. The aim: two values are hashed alike exactly if their text is the same, so
/// 1.5 and 1.50 differ, and nothing that a copy may change without changing the value counts.
/// </summary>
public enum PgValueForm
{
    /// <summary>In the type's binary form, which is the same on every server.</summary>
    Binary,

    /// <summary>As <see cref="Binary"/>, but with one NaN: the processor's own NaN has another sign bit than a copied one.</summary>
    Float,

    /// <summary>
    /// In text form: the binary form of user types holds type numbers of the one database; arrays remember whether they
    /// ever held a NULL; tsquery keeps brackets that do not count; regclass and the like are mere numbers; aclitem has none.
    /// </summary>
    Text,
}

/// <summary>Chooses the form by the type's number, which is fixed for built-in types (src/include/catalog/pg_type.dat).</summary>
public static class PgValueForms
{
    private const uint Varchar = 1043;
    private const uint TextType = 25;

    private static readonly FrozenSet<uint> Binary = FrozenSet.ToFrozenSet<uint>(
    [
        16, 17, 18, 19, 20, 21, 23, TextType, 26, 27, 28, 29, // bool bytea "char" name int8 int2 int4 text oid tid xid cid
        114, 3802, 4072, // json jsonb jsonpath
        650, 869, 774, 829, // cidr inet macaddr8 macaddr
        790, 1700, // money numeric
        1042, Varchar, 1560, 1562, // bpchar varchar bit varbit
        1082, 1083, 1114, 1184, 1186, 1266, // date time timestamp timestamptz interval timetz
        1790, 2950, 3220, 5069, 2970, 5038, 3614, // refcursor uuid pg_lsn xid8 txid_snapshot pg_snapshot tsvector
        3904, 3906, 3908, 3910, 3912, 3926, // int4range numrange tsrange tstzrange daterange int8range
        4451, 4532, 4533, 4534, 4535, 4536, // their multiranges
    ]);

    /// <summary>Types whose value can be put into a hash of a key as it is.</summary>
    private static readonly FrozenSet<uint> PlainKeys = FrozenSet.ToFrozenSet<uint>([20, 21, 23, 2950]);

    public static PgValueForm Of(uint type) =>
        type is 700 or 701 ? PgValueForm.Float : Binary.Contains(type) ? PgValueForm.Binary : PgValueForm.Text;

    /// <summary>What must be equal for two columns to be comparable; varchar and text are.</summary>
    /// <param name="type">The type's number.</param>
    /// <param name="name">Its name with schema, without modifiers.</param>
    public static string Comparable(uint type, string name) => Of(type) switch
    {
        PgValueForm.Text => "text:" + name,
        _ => "binary:" + (type == Varchar ? TextType : type),
    };

    public static bool IsVarchar(uint type) => type == Varchar;

    public static bool IsPlainKey(uint type) => PlainKeys.Contains(type);
}

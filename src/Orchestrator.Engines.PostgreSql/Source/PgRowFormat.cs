using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;

namespace Orchestrator.Engines.PostgreSql.Source;

/// <summary>
/// Binary COPY only where the bytes mean the same in every cluster: built-in types whose binary form carries no oid of
/// a user's object. Everything else travels as text (FACTS: regclass, composites and arrays of user types embed oids).
/// </summary>
public static class PgRowFormat
{
    private const uint FirstUserOid = 16384;

    // regproc, regprocedure, regoper, regoperator, regclass, regtype, regconfig, regdictionary, regrole, regnamespace,
    // regcollation and their arrays; aclitem has no binary form at all; record types embed oids;
    // int2vector and oidvector refuse their own binary form when it is empty.
    private static readonly HashSet<uint> TextOnly =
    [
        24, 2202, 2203, 2204, 2205, 2206, 3734, 3769, 4096, 4089, 4191,
        1008, 2207, 2208, 2209, 2210, 2211, 3735, 3770, 4097, 4090, 4192,
        1033, 1034, 2249, 2287,
        22, 30, 1006, 1013,
    ];

    public static RowFormat Of(TableSchema table) =>
        table.Copied.All(c => HasPortableBinaryForm(c.TypeId)) ? RowFormat.Binary : RowFormat.Text;

    public static bool HasPortableBinaryForm(uint typeId) => typeId < FirstUserOid && !TextOnly.Contains(typeId);
}

using System.Globalization;

namespace Orchestrator.Engines.PostgreSql.Target.Schema;

/// <summary>One line of <c>pg_restore --list</c>: <c>id; class oid DESC schema name owner</c>.</summary>
/// <param name="Line">The line as it is; a list of chosen lines is what <c>pg_restore --use-list</c> takes.</param>
/// <param name="ClassOid">Catalog of the object on the source, 0 if none.</param>
/// <param name="ObjectOid">The object on the source.</param>
/// <param name="Rest">Kind, schema, name and owner, unparsed: names may hold blanks.</param>
internal sealed record DumpEntry(string Line, uint ClassOid, uint ObjectOid, string Rest);

/// <summary>Reads a dump's list of contents. Entries are told apart by catalog oids, never by names.</summary>
internal static class DumpContents
{
    public static List<DumpEntry> Parse(string list)
    {
        var entries = new List<DumpEntry>();
        foreach (var line in list.Split('\n'))
        {
            if (line.Length == 0 || line[0] == ';') continue;
            var parts = line.Split(' ', 4);
            if (parts.Length == 4 && uint.TryParse(parts[1], CultureInfo.InvariantCulture, out var classOid)
                && uint.TryParse(parts[2], CultureInfo.InvariantCulture, out var objectOid))
                entries.Add(new DumpEntry(line, classOid, objectOid, parts[3]));
        }

        return entries;
    }
}

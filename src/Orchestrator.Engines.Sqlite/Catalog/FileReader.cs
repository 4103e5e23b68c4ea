using System.Globalization;
using Orchestrator.Core.Model;
using Orchestrator.Engines.Sqlite.Sql;
using Orchestrator.Engines.Sqlite.Types;

namespace Orchestrator.Engines.Sqlite.Catalog;

/// <summary>Reads one file's structure, and every row once: only the values say what a column holds.</summary>
internal sealed class FileReader(SqliteDatabase database)
{
    private readonly SqliteFile _file = database.File;

    public FileContents Read(CancellationToken ct)
    {
        var listed = database.Rows("SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name");
        var definitions = database.Rows("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").ToDictionary(r => r[0]!, r => r[1] ?? "", StringComparer.Ordinal);
        var numbers = HasSequences() ? database.Rows("SELECT name, seq FROM sqlite_sequence").GroupBy(r => r[0]!).ToDictionary(g => g.Key, g => g.Max(r => Long(r[1])), StringComparer.Ordinal) : [];
        var tables = listed.Where(r => r[1] == "table")
            .Select(r => Table(r[0]!, withoutRowid: r[2] == "1", strict: r[3] == "1", definitions[r[0]!], numbers.TryGetValue(r[0]!, out var last) ? last : null, ct)).ToList();
        return new FileContents(TiedColumns.Tie(Resolve(tables)), [.. listed.Where(r => r[1] != "table").Select(r => new OtherObject(r[1] == "virtual" ? "virtual table" : r[1]!, $"{_file.Label}.{r[0]}")), .. Triggers()]);
    }

    private bool HasSequences() => database.Rows("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").Count > 0;

    private IEnumerable<OtherObject> Triggers() =>
        database.Rows("SELECT tbl_name, name FROM sqlite_schema WHERE type = 'trigger' ORDER BY 1, 2").Select(r => new OtherObject("trigger", $"{_file.Label}.{r[0]}.{r[1]}"));

    private SourceTable Table(string name, bool withoutRowid, bool strict, string sql, long? last, CancellationToken ct)
    {
        var quoted = SqliteName.Quote(name);
        var columns = database.Rows($"PRAGMA main.table_xinfo({quoted})").Where(r => r[6] is "0" or "2" or "3")
            .Select((r, i) => new SourceColumn(r[1]!, i + 1, r[2] ?? "", r[3] == "1", r[4], (int)Long(r[5]), r[6] != "0", new ColumnScan())).ToList();
        var rowid = withoutRowid ? null : RowCursor.RowidNameBeside(columns.Select(c => c.Name));
        var indexes = database.Rows($"PRAGMA main.index_list({quoted})");
        var keys = columns.FindAll(c => c.KeyPlace > 0);
        // An index for the primary key means that it is not the row number (INTEGER PRIMARY KEY DESC).
        var alias = !withoutRowid && keys is [{ } only] && only.Declared.Equals("INTEGER", StringComparison.OrdinalIgnoreCase) && indexes.TrueForAll(i => i[3] != "pk") ? only.Name : null;
        var (rows, bytes) = Scan(name, rowid ?? alias, columns, ct);
        return new SourceTable
        {
            File = _file, Name = new TableRef(_file.Label, name), Rowid = rowid ?? alias, IsStrict = strict, RowidColumn = alias, Sql = sql, Rows = rows, Bytes = bytes,
            LastNumber = alias is null ? null : Greatest(name, alias, last),
            Columns = columns,
            Indexes = [.. indexes.Where(i => i[3] != "pk").Select(i => Index(i[1]!, i[2] == "1", i[3] == "u", i[4] == "1"))],
            ForeignKeys = [.. ForeignKeys(quoted)],
        };
    }

    private (long Rows, long Bytes) Scan(string table, string? rowid, List<SourceColumn> columns, CancellationToken ct)
    {
        using var row = new RowCursor(database, table, rowid, columns.Select(c => c.Name));
        var (rows, bytes) = (0L, 0L);
        while (row.Next())
        {
            if ((++rows & 1023) == 0) ct.ThrowIfCancellationRequested();
            for (var i = 0; i < columns.Count; i++) bytes += columns[i].Scan.Add(row, i);
        }

        return (rows, bytes);
    }

    private long? Greatest(string table, string column, long? last)
    {
        var most = database.Rows($"SELECT max({SqliteName.Quote(column)}) FROM main.{SqliteName.Quote(table)}")[0][0];
        return most is null ? last : Math.Max(Long(most), last ?? long.MinValue);
    }

    private SourceIndex Index(string name, bool unique, bool own, bool partial) => new(
        name, unique, own, partial,
        [.. database.Rows($"PRAGMA main.index_xinfo({SqliteName.Quote(name)})").Where(p => p[5] == "1").Select(p => new SourceIndexPart(p[2], p[3] == "1", p[4] ?? "BINARY"))]);

    private IEnumerable<SourceForeignKey> ForeignKeys(string quoted) => database.Rows($"PRAGMA main.foreign_key_list({quoted})")
        .GroupBy(r => Long(r[0])).OrderBy(g => g.Key).Select(g => g.OrderBy(r => Long(r[1])).ToList())
        .Select(k => new SourceForeignKey([.. k.Select(r => r[3]!)], k[0][2]!, [.. k.Where(r => r[4] is not null).Select(r => r[4]!)], k[0][6]!, k[0][5]!));

    /// <summary>Names of other tables and their columns stand as they were typed; SQLite does not tell case apart.</summary>
    private static List<SourceTable> Resolve(List<SourceTable> tables) => tables.ConvertAll(t => t with
    {
        ForeignKeys = [.. t.ForeignKeys.Select(k => Resolve(k, t, tables.Find(o => Same(o.Name.Name, k.To))))],
    });

    private static SourceForeignKey Resolve(SourceForeignKey key, SourceTable from, SourceTable? to) => key with
    {
        Columns = [.. key.Columns.Select(c => Spelled(from, c))],
        To = to?.Name.Name ?? key.To,
        ToColumns = to is null ? key.ToColumns : key.ToColumns.Count == 0 ? [.. to.PrimaryKey.Select(c => c.Name)] : [.. key.ToColumns.Select(c => Spelled(to, c))],
    };

    private static string Spelled(SourceTable table, string column) => table.Columns.FirstOrDefault(c => Same(c.Name, column))?.Name ?? column;

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static long Long(string? text) => long.Parse(text!, CultureInfo.InvariantCulture);
}

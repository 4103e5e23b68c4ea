namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>
/// What the log says of a table before its rows: with <c>binlog_row_metadata=FULL</c> also names, signs, character sets and
/// labels, so that a row can be read without knowing the table's history
/// (https://mariadb.com/kb/en/table_map_event/, libbinlogevents/include/rows_event.h of MySQL).
/// </summary>
/// <param name="Id">Number rows refer to; valid within the file.</param>
/// <param name="Database">Database.</param>
/// <param name="Table">Name.</param>
/// <param name="Columns">In order.</param>
/// <param name="HasNames">The metadata is full.</param>
internal sealed record TableMap(ulong Id, string Database, string Table, IReadOnlyList<MappedColumn> Columns, bool HasNames)
{
    /// <summary>Which table it is, whatever its columns are.</summary>
    public static (ulong Id, string Database, string Table) NameOf(ReadOnlySpan<byte> body)
    {
        var reader = new EventReader(body);
        return NameOf(ref reader);
    }

    /// <param name="body">The event.</param>
    /// <param name="isMariaDb">MariaDB counts spatial types among the texts, MySQL does not.</param>
    public static TableMap Read(ReadOnlySpan<byte> body, bool isMariaDb)
    {
        var reader = new EventReader(body);
        var (id, database, table) = NameOf(ref reader);
        var types = reader.Bytes(checked((int)reader.Packed()));
        var columns = Types(types, reader.PackedBytes());
        reader.Skip((columns.Length + 7) / 8); // which may be NULL
        return new TableMap(id, database, table, columns, Metadata(ref reader, columns, isMariaDb));
    }

    private static (ulong Id, string Database, string Table) NameOf(ref EventReader reader)
    {
        var id = reader.UInt48();
        reader.Skip(2);
        var database = reader.Text(reader.Byte());
        reader.Skip(1);
        var table = reader.Text(reader.Byte());
        reader.Skip(1);
        return (id, database, table);
    }

    private static MappedColumn[] Types(ReadOnlySpan<byte> types, ReadOnlySpan<byte> metadata)
    {
        var columns = new MappedColumn[types.Length];
        var reader = new EventReader(metadata);
        for (var i = 0; i < columns.Length; i++)
        {
            var type = (ColumnType)types[i];
            var (first, second) = type switch
            {
                ColumnType.Float or ColumnType.Double or ColumnType.Blob or ColumnType.Json or ColumnType.Geometry or ColumnType.Timestamp2
                    or ColumnType.DateTime2 or ColumnType.Time2 or ColumnType.BlobCompressed or ColumnType.Vector => (reader.Byte(), (byte)0),
                ColumnType.VarChar or ColumnType.VarString or ColumnType.String or ColumnType.Bit or ColumnType.NewDecimal or ColumnType.Enum
                    or ColumnType.Set or ColumnType.VarCharCompressed => (reader.Byte(), reader.Byte()),
                _ => ((byte)0, (byte)0),
            };
            columns[i] = MappedColumn.Of(type, first, second);
        }

        return columns;
    }

    /// <returns>The names are there.</returns>
    private static bool Metadata(ref EventReader reader, MappedColumn[] columns, bool isMariaDb)
    {
        var named = columns.Length == 0;
        var texts = columns.Where(c => c.IsText || (isMariaDb && c.Type == ColumnType.Geometry)).ToList();
        while (reader.Left > 0)
        {
            var kind = reader.Byte();
            var value = new EventReader(reader.PackedBytes());
            switch (kind)
            {
                case 1: Signs(value.Rest, columns.Where(c => c.IsNumber || c.Type == ColumnType.Year)); break;
                case 2: DefaultCollation(ref value, texts); break;
                case 3: foreach (var c in texts) c.Collation = (uint)value.Packed(); break;
                case 4:
                    foreach (var c in columns) c.Name = value.Text(checked((int)value.Packed()));
                    named = true;
                    break;
                case 5: Labels(ref value, columns.Where(c => c.Type == ColumnType.Set)); break;
                case 6: Labels(ref value, columns.Where(c => c.Type == ColumnType.Enum)); break;
                case 10: DefaultCollation(ref value, [.. columns.Where(c => c.HasLabels)]); break;
                case 11: foreach (var c in columns.Where(c => c.HasLabels)) c.Collation = (uint)value.Packed(); break;
                default: break; // geometry types, keys, visibility, vectors' sizes: not needed
            }
        }

        return named;
    }

    /// <summary>One bit for each column that holds numbers or years, the first in the highest place; 1: unsigned. Of a year either may stand there.</summary>
    private static void Signs(ReadOnlySpan<byte> bits, IEnumerable<MappedColumn> columns)
    {
        var i = 0;
        foreach (var column in columns)
        {
            column.IsUnsigned = (bits[i / 8] & (0x80 >> (i % 8))) != 0;
            i++;
        }
    }

    private static void DefaultCollation(ref EventReader value, List<MappedColumn> columns)
    {
        var collation = (uint)value.Packed();
        foreach (var column in columns) column.Collation = collation;
        while (value.Left > 0)
        {
            var index = checked((int)value.Packed());
            columns[index].Collation = (uint)value.Packed();
        }
    }

    private static void Labels(ref EventReader value, IEnumerable<MappedColumn> columns)
    {
        foreach (var column in columns)
        {
            var labels = new byte[checked((int)value.Packed())][];
            for (var i = 0; i < labels.Length; i++) labels[i] = value.PackedBytes().ToArray();
            column.Labels = labels;
        }
    }
}

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>Numbers of column types in the log (enum_field_types of mysql_com.h).</summary>
internal enum ColumnType : byte
{
    Tiny = 1,
    Short = 2,
    Long = 3,
    Float = 4,
    Double = 5,
    Timestamp = 7,
    LongLong = 8,
    Int24 = 9,
    Date = 10,
    Time = 11,
    DateTime = 12,
    Year = 13,
    NewDate = 14,
    VarChar = 15,
    Bit = 16,
    Timestamp2 = 17,
    DateTime2 = 18,
    Time2 = 19,
    BlobCompressed = 140,
    VarCharCompressed = 141,
    Vector = 242,
    Json = 245,
    NewDecimal = 246,
    Enum = 247,
    Set = 248,
    Blob = 252,
    VarString = 253,
    String = 254,
    Geometry = 255,
}

/// <summary>A column as the log describes it.</summary>
internal sealed class MappedColumn
{
    private MappedColumn(ColumnType type, int length, int scale) => (Type, Length, Scale) = (type, length, scale);

    public ColumnType Type { get; }

    /// <summary>Meaning by type: bytes of text at most, bytes of a blob's length, digits of a decimal, bits, digits of a second.</summary>
    public int Length { get; }

    /// <summary>Digits after the point of a decimal.</summary>
    public int Scale { get; }

    public string Name { get; set; } = "";

    public bool IsUnsigned { get; set; }

    /// <summary>Number of the collation of its text; 0: not told.</summary>
    public uint Collation { get; set; }

    /// <summary>Labels of an enumeration or set in the character set of <see cref="Collation"/>.</summary>
    public byte[][] Labels { get; set; } = [];

    public bool IsText => Type is ColumnType.VarChar or ColumnType.VarString or ColumnType.String or ColumnType.Blob
        or ColumnType.VarCharCompressed or ColumnType.BlobCompressed;

    public bool HasLabels => Type is ColumnType.Enum or ColumnType.Set;

    public bool IsNumber => Type is ColumnType.Tiny or ColumnType.Short or ColumnType.Int24 or ColumnType.Long or ColumnType.LongLong
        or ColumnType.NewDecimal or ColumnType.Float or ColumnType.Double;

    public static MappedColumn Of(ColumnType type, byte first, byte second) => type switch
    {
        ColumnType.VarChar or ColumnType.VarCharCompressed => new(type, first | (second << 8), 0),
        ColumnType.Bit => new(type, first + (8 * second), 0),
        ColumnType.String or ColumnType.VarString or ColumnType.Enum or ColumnType.Set => OfString(first, second),
        _ => new(type, first, second),
    };

    /// <summary>The first byte tells enumerations and sets apart and, in two bits turned over, the highest bits of the length.</summary>
    private static MappedColumn OfString(byte first, byte second)
    {
        var hasHighBits = (first & 0x30) != 0x30;
        var type = (ColumnType)(hasHighBits ? first | 0x30 : first);
        return new(type, hasHighBits ? second | (((first & 0x30) ^ 0x30) << 4) : second, 0);
    }
}

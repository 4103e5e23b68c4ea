using System.Buffers.Binary;

namespace Orchestrator.TestKit.Connectors;

/// <summary>Types of events that are looked at (https://mariadb.com/kb/en/2-binlog-event-header/).</summary>
internal enum BinlogEventType : byte
{
    Query = 2,
    Stop = 3,
    Rotate = 4,
    FormatDescription = 15,
    Xid = 16,
    TableMap = 19,
    WriteRows = 23,
    UpdateRows = 24,
    DeleteRows = 25,
    AnnotateRows = 160,
    Gtid = 162,
}

/// <summary>One event of a log file, without its checksum.</summary>
internal sealed record BinlogEvent(string File, long Position, long Next, byte[] Bytes)
{
    public const int HeaderLength = 19;

    public BinlogEventType Type => (BinlogEventType)Bytes[4];

    public uint Seconds => BinaryPrimitives.ReadUInt32LittleEndian(Bytes);

    public uint Server => BinaryPrimitives.ReadUInt32LittleEndian(Bytes.AsSpan(5));

    public ReadOnlySpan<byte> Body => Bytes.AsSpan(HeaderLength);
}

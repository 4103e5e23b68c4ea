namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>Numbers of events (https://mariadb.com/kb/en/2-binlog-event-header/, mysql/binlog_event.h).</summary>
internal enum EventType : byte
{
    Query = 2,
    Stop = 3,
    Rotate = 4,
    FormatDescription = 15,
    Xid = 16,
    TableMap = 19,
    WriteRowsV1 = 23,
    UpdateRowsV1 = 24,
    DeleteRowsV1 = 25,
    Incident = 26,
    Heartbeat = 27,
    WriteRows = 30,
    UpdateRows = 31,
    DeleteRows = 32,
    Gtid = 33,
    AnonymousGtid = 34,
    XaPrepare = 38,
    PartialUpdateRows = 39,
    TransactionPayload = 40,
    HeartbeatV2 = 41,
    MariaGtid = 162,
    StartEncryption = 164,
    QueryCompressed = 165,
    WriteRowsCompressedV1 = 166,
    UpdateRowsCompressedV1 = 167,
    DeleteRowsCompressedV1 = 168,
    WriteRowsCompressed = 169,
    UpdateRowsCompressed = 170,
    DeleteRowsCompressed = 171,
}

/// <summary>What every event begins with.</summary>
/// <param name="Timestamp">Seconds since 1970, the source's clock.</param>
/// <param name="Type">What it is.</param>
/// <param name="Server">Number of the server it was first written on.</param>
/// <param name="NextPosition">Lower 32 bits of the offset after it; 0 for one the server made up for us.</param>
/// <param name="Flags">0x20: made up for us.</param>
internal readonly record struct EventHeader(uint Timestamp, EventType Type, uint Server, uint NextPosition, ushort Flags)
{
    public const int Length = 19;

    public bool IsArtificial => NextPosition == 0 || (Flags & 0x20) != 0;

    public static EventHeader Read(ReadOnlySpan<byte> packet)
    {
        var reader = new EventReader(packet);
        var timestamp = reader.UInt32();
        var type = (EventType)reader.Byte();
        var server = reader.UInt32();
        reader.Skip(4); // its length
        return new EventHeader(timestamp, type, server, reader.UInt32(), reader.UInt16());
    }
}

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>Numbers of events (https://mariadb.com/kb/en/2-binlog-event-header/, mysql/binlog_event.h).</summary>
internal enum EventType : byte
{
    Query = 2,
    Stop = 3,
    Rotate = 4,
    IntVar = 5,
    AppendBlock = 9,
    DeleteFile = 11,
    Rand = 13,
    UserVar = 14,
    FormatDescription = 15,
    Xid = 16,
    BeginLoadQuery = 17,
    ExecuteLoadQuery = 18,
    TableMap = 19,
    WriteRowsV1 = 23,
    UpdateRowsV1 = 24,
    DeleteRowsV1 = 25,
    Incident = 26,
    Heartbeat = 27,
    Ignorable = 28,
    RowsQuery = 29,
    WriteRows = 30,
    UpdateRows = 31,
    DeleteRows = 32,
    Gtid = 33,
    AnonymousGtid = 34,
    PreviousGtids = 35,
    TransactionContext = 36,
    ViewChange = 37,
    XaPrepare = 38,
    PartialUpdateRows = 39,
    TransactionPayload = 40,
    HeartbeatV2 = 41,
    GtidTagged = 42,
    MariaAnnotateRows = 160,
    MariaCheckpoint = 161,
    MariaGtid = 162,
    MariaGtidList = 163,
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
/// <param name="Flags">0x20: made up for us; 0x80: to be ignored by who does not know it.</param>
internal readonly record struct EventHeader(uint Timestamp, EventType Type, uint Server, uint NextPosition, ushort Flags)
{
    public const int Length = 19;

    public bool IsArtificial => NextPosition == 0 || (Flags & 0x20) != 0;

    /// <summary>Says nothing of tables: either it is known not to, or the server says so. What a statement needs to be run again, it does not need to be read.</summary>
    public bool CanBeIgnored => (Flags & 0x80) != 0 || Type is EventType.Stop or EventType.FormatDescription or EventType.IntVar or EventType.Rand or EventType.UserVar
        or EventType.AppendBlock or EventType.DeleteFile or EventType.BeginLoadQuery or EventType.Heartbeat or EventType.HeartbeatV2 or EventType.Ignorable
        or EventType.RowsQuery or EventType.PreviousGtids or EventType.TransactionContext or EventType.ViewChange
        or EventType.MariaAnnotateRows or EventType.MariaCheckpoint or EventType.MariaGtidList;

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

using Orchestrator.Core.Reading;

namespace Orchestrator.Service.Backups;

/// <summary>How far a backup is; written by whoever makes it, read by whoever tells of it.</summary>
internal sealed class BackupTally
{
    private readonly Lock _gate = new();
    private long _bytes;
    private DumpedTables? _tables;

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Null: not known yet.</summary>
    public DumpedTables? Tables
    {
        get
        {
            lock (_gate) return _tables;
        }

        set
        {
            lock (_gate) _tables = value;
        }
    }

    public void Add(int bytes) => Interlocked.Add(ref _bytes, bytes);
}

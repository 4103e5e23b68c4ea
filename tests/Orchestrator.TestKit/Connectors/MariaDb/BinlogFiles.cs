using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Orchestrator.TestKit.Connectors;

/// <summary>Follows a server's log by reading its files, which lie on this machine: no client library, no protocol.</summary>
internal sealed class BinlogFiles(string basename) : IDisposable
{
    private const int FirstEvent = 4;
    private FileStream? _open;
    private bool _hasChecksums;

    /// <summary>The next event; null: the server has written no further yet.</summary>
    public BinlogEvent? Next(ref string file, ref long position)
    {
        Open(file);
        var header = Read(position, BinlogEvent.HeaderLength);
        if (header is null) return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(9));
        if (Read(position, length) is not { } bytes) return null;
        var isDescription = bytes[4] == (byte)BinlogEventType.FormatDescription;
        // The description itself always ends with one.
        var found = new BinlogEvent(file, position, position + length, _hasChecksums || isDescription ? bytes[..^4] : bytes);
        Advance(found, ref file, ref position);
        return found;
    }

    public void Dispose() => _open?.Dispose();

    private void Advance(BinlogEvent found, ref string file, ref long position)
    {
        position = found.Next;
        if (found.Type == BinlogEventType.Rotate) (file, position) = (Encoding.UTF8.GetString(found.Body[8..]), FirstEvent);
        else if (found.Type == BinlogEventType.Stop) (file, position) = (After(file), FirstEvent);
    }

    /// <summary>A server that went down without a word begins a new file; its last one ends nowhere.</summary>
    public bool IsOver(string file, long position) => File.Exists(PathOf(After(file))) && new FileInfo(PathOf(file)).Length <= position;

    public static string After(string file)
    {
        var dot = file.LastIndexOf('.');
        var number = int.Parse(file.AsSpan(dot + 1), CultureInfo.InvariantCulture) + 1;
        return file[..(dot + 1)] + number.ToString(CultureInfo.InvariantCulture).PadLeft(file.Length - dot - 1, '0');
    }

    private void Open(string file)
    {
        if (_open is not null && Path.GetFileName(_open.Name) == file) return;
        _open?.Dispose();
        _open = null;
        if (!File.Exists(PathOf(file))) return;
        _open = new FileStream(PathOf(file), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        // Before the checksum at the end of the description stands its kind: 1 is CRC32.
        if (Read(FirstEvent, BinlogEvent.HeaderLength) is not { } header || Read(FirstEvent, BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(9))) is not { } description)
        {
            _open.Dispose();
            _open = null;
            return;
        }

        _hasChecksums = description[^5] == 1;
    }

    /// <summary>Null: there are not so many bytes yet.</summary>
    private byte[]? Read(long position, int length)
    {
        if (_open is null || _open.Length < position + length) return null;
        var bytes = new byte[length];
        _open.Position = position;
        _open.ReadExactly(bytes);
        return bytes;
    }

    private string PathOf(string file) => Path.Combine(Path.GetDirectoryName(basename)!, file);
}

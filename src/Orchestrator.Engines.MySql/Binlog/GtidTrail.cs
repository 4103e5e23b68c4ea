using System.Buffers.Binary;
using System.Globalization;

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>
/// The GTIDs of everything read so far. MariaDB: the last one of each domain, as <c>gtid_binlog_pos</c> writes it
/// (https://mariadb.com/kb/en/gtid/). MySQL: the executed set, as <c>gtid_executed</c> writes it.
/// </summary>
internal sealed class GtidTrail
{
    private readonly SortedDictionary<uint, string> _domains = [];
    private GtidSet? _set;
    private string? _text;

    /// <param name="text">As the source writes it; empty: it keeps none.</param>
    public GtidTrail(string text)
    {
        if (text.Contains(':', StringComparison.Ordinal))
        {
            _set = GtidSet.Parse(text);
            return;
        }

        foreach (var gtid in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            _domains[uint.Parse(gtid[..gtid.IndexOf('-', StringComparison.Ordinal)], CultureInfo.InvariantCulture)] = gtid;
    }

    /// <summary>MariaDB's event: number of 8 bytes, domain of 4; the server stands in the header.</summary>
    public void Add(uint server, ReadOnlySpan<byte> body)
    {
        var (number, domain) = (BinaryPrimitives.ReadUInt64LittleEndian(body), BinaryPrimitives.ReadUInt32LittleEndian(body[8..]));
        _domains[domain] = string.Create(CultureInfo.InvariantCulture, $"{domain}-{server}-{number}");
        _text = null;
    }

    /// <summary>MySQL's event: a flag, the source's identifier of 16 bytes, number of 8.</summary>
    public void AddMySql(ReadOnlySpan<byte> body) =>
        Add(new TaggedGtid(new Guid(body[1..17], bigEndian: true), "", BinaryPrimitives.ReadInt64LittleEndian(body[17..])));

    /// <summary>MySQL's event with a tag.</summary>
    public void AddTagged(ReadOnlySpan<byte> body) => Add(TaggedGtid.Read(body));

    private void Add(TaggedGtid gtid)
    {
        // A server that had none yet tells an empty set.
        _set ??= new GtidSet();
        _set.Add(gtid.Source, gtid.Tag, gtid.Number);
        _text = null;
    }

    public override string ToString() => _text ??= _set?.ToString() ?? string.Join(',', _domains.Values);
}

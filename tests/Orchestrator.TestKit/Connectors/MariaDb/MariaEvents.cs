using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Orchestrator.TestKit.Connectors;

/// <summary>Turns the log's events into records, one after the other.</summary>
internal sealed partial class MariaEvents(ConnectorSettings settings, MariaCatalog catalog, IEnumerable<MariaTable> tables, MariaWriter writer, string gtids)
{
    private const byte StandaloneFlag = 1;

    /// <summary>As they were when the stream began; a statement that may change one makes it be asked for again.</summary>
    private readonly Dictionary<(string, string), MariaTable> _tables = tables.ToDictionary(t => (t.Database, t.Name));
    private readonly Dictionary<ulong, TableMapEvent> _maps = [];
    private readonly SortedDictionary<string, string> _last = new(
        gtids.Split(',', StringSplitOptions.RemoveEmptyEntries).ToDictionary(g => g.Split('-')[0], g => g, StringComparer.Ordinal), StringComparer.Ordinal);
    private MariaTransaction? _open;
    private bool _isStandalone;
    private string? _query;

    /// <summary>Told the GTIDs applied when everything of a transaction was given to the producer.</summary>
    public required Action<string> Committed { get; init; }

    public async Task TakeAsync(BinlogEvent e, CancellationToken ct)
    {
        switch (e.Type)
        {
            case BinlogEventType.Gtid:
                await BeginAsync(e, ct);
                break;
            case BinlogEventType.AnnotateRows:
                _query = settings.IncludesQuery ? Encoding.UTF8.GetString(e.Body) : null;
                break;
            case BinlogEventType.TableMap:
                var map = TableMapEvent.Read(e.Body);
                _maps[map.Id] = map;
                break;
            case BinlogEventType.WriteRows or BinlogEventType.UpdateRows or BinlogEventType.DeleteRows:
                await RowsAsync(e, ct);
                break;
            case BinlogEventType.Xid:
                await EndAsync(e, ct);
                break;
            case BinlogEventType.Query:
                await QueryAsync(e, ct);
                break;
        }
    }

    private async Task BeginAsync(BinlogEvent e, CancellationToken ct)
    {
        var domain = BinaryPrimitives.ReadUInt32LittleEndian(e.Body[8..]).ToString(CultureInfo.InvariantCulture);
        var gtid = string.Create(CultureInfo.InvariantCulture, $"{domain}-{e.Server}-{BinaryPrimitives.ReadUInt64LittleEndian(e.Body)}");
        _last[domain] = gtid;
        (_isStandalone, _query) = ((e.Body[12] & StandaloneFlag) != 0, null);
        _open = new MariaTransaction(gtid, e.Seconds);
        await writer.BeginAsync(_open, ct);
    }

    private async Task EndAsync(BinlogEvent e, CancellationToken ct)
    {
        await writer.EndAsync(_open!, e.Seconds, ct);
        Close();
    }

    private void Close()
    {
        _open = null;
        Committed(string.Join(',', _last.Values));
    }

    private async Task RowsAsync(BinlogEvent e, CancellationToken ct)
    {
        var map = _maps[BinaryPrimitives.ReadUInt64LittleEndian(e.Body) & 0xFFFF_FFFF_FFFF];
        if (!settings.Captures(map.Database, map.Table)) return;
        var table = await TableAsync(map.Database, map.Table, ct);
        var images = RowReader.Read(e.Body, map, e.Type == BinlogEventType.UpdateRows);
        var step = e.Type == BinlogEventType.UpdateRows ? 2 : 1;
        for (var i = 0; i < images.Count; i += step)
        {
            var at = (At(e), i / step);
            if (e.Type == BinlogEventType.WriteRows) await writer.InsertAsync(table, images[i], at, _open!, ct);
            else if (e.Type == BinlogEventType.DeleteRows) await writer.DeleteAsync(table, images[i], at, _open!, ct);
            else await writer.UpdateAsync(table, images[i], images[i + 1], at, _open!, ct);
        }
    }

    private async Task QueryAsync(BinlogEvent e, CancellationToken ct)
    {
        var (database, sql) = Statement(e.Body);
        if (!_isStandalone)
        {
            // A transaction of tables without transactions ends with the word.
            if (sql == "COMMIT") await EndAsync(e, ct);
            return;
        }

        if (Ddl().Match(sql) is { Success: true } ddl) await DdlAsync(ddl, database, sql, At(e), ct);
        Close();
    }

    private async Task DdlAsync(Match ddl, string database, string sql, MariaPoint at, CancellationToken ct)
    {
        var table = Bare(ddl.Groups["table"].Value);
        if (ddl.Groups["database"].Success) database = Bare(ddl.Groups["database"].Value);
        if (!settings.Captures(database, table)) return;
        var verb = ddl.Groups["verb"].Value.ToUpperInvariant();
        if (verb == "TRUNCATE")
        {
            await writer.TruncateAsync(await TableAsync(database, table, ct), at, _open!, ct);
            return;
        }

        _tables.Remove((database, table));
        // Recorded: what drops tables is told table by table, in words of the connector's own.
        if (verb == "DROP") sql = $"DROP TABLE `{database}`.`{table}`";
        await writer.SchemaChangeAsync(database, table, verb == "RENAME" ? "ALTER" : verb, sql, at, ct);
    }

    private async Task<MariaTable> TableAsync(string database, string table, CancellationToken ct)
    {
        if (_tables.TryGetValue((database, table), out var known)) return known;
        return _tables[(database, table)] = await catalog.TableAsync(database, table, ct);
    }

    private MariaPoint At(BinlogEvent e) => new(e.File, e.Position, e.Server, e.Seconds, _open!.Gtid, _query);

    private static (string Database, string Sql) Statement(ReadOnlySpan<byte> body)
    {
        var (databaseLength, variables) = (body[8], BinaryPrimitives.ReadUInt16LittleEndian(body[11..]));
        var rest = body[(13 + variables)..];
        return (Encoding.UTF8.GetString(rest[..databaseLength]), Encoding.UTF8.GetString(rest[(databaseLength + 1)..]));
    }

    private static string Bare(string name) => name.StartsWith('`') ? name[1..^1].Replace("``", "`", StringComparison.Ordinal) : name;

    [GeneratedRegex(@"^\s*(?<verb>TRUNCATE|ALTER|DROP|CREATE|RENAME)\s+(OR\s+REPLACE\s+)?(TABLE\s+)?(IF\s+(NOT\s+)?EXISTS\s+)?((?<database>`(``|[^`])+`|\w+)\s*\.\s*)?(?<table>`(``|[^`])+`|\w+)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Ddl();
}

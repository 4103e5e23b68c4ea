using System.Globalization;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.MySql.Sql;

namespace Orchestrator.Engines.MySql.Source;

/// <summary>
/// A table of this run in the first of its databases, of one row: each change of it is a marker that whoever relays the log
/// passes on. It is none of the tables that are moved, so the fence's locks do not hold it. Under <c>read_only</c>, past the
/// point of no return, MariaDB lets the account write that may set it; MySQL lets nobody.
/// </summary>
internal sealed class MarkerTable
{
    /// <summary>Rights that it takes, on its database.</summary>
    public static readonly IReadOnlyList<string> Rights = ["CREATE", "DROP", "SELECT", "INSERT", "UPDATE"];

    private const string Prefix = "orchestrator_marker_";
    private const string Comment = "Made by orchestrator for a migration that follows changes; it goes with the run.";
    private const uint NoTable = 1146;
    private const uint ReadOnly = 1290;
    private readonly MySqlSession _session;
    private readonly TableRef _name;

    public MarkerTable(MySqlSession session, Guid runId)
    {
        _session = session;
        _name = new TableRef(session.Databases[0], Prefix + runId.ToString("N")[..16]);
        Rows = new MarkerRows(Schema(_name), Nonce: 1);
    }

    public MarkerRows Rows { get; }

    /// <summary>A condition of information_schema.TABLES that leaves out what runs made; somebody's own table of such a name stays in.</summary>
    public static string NoneOfThem => $"NOT (LEFT(TABLE_NAME, {Prefix.Length.ToString(CultureInfo.InvariantCulture)}) = {MySqlName.Literal(Prefix)} AND TABLE_COMMENT = {MySqlName.Literal(Comment)})";

    public async Task CreateAsync(CancellationToken ct)
    {
        using var connection = await _session.OpenAsync(ct);
        await connection.RunAsync(
            $"CREATE TABLE IF NOT EXISTS {MySqlName.Quote(_name)} (id INT NOT NULL PRIMARY KEY, nonce VARCHAR(100) CHARACTER SET ascii NOT NULL, number BIGINT NOT NULL) "
            + $"ENGINE = InnoDB COMMENT = {MySqlName.Literal(Comment)}", ct);
    }

    /// <exception cref="OrchestratorException">Data <c>E-BINLOG-013</c>: somebody dropped it, so an end of what is to be read cannot be marked.</exception>
    public async Task RequireAsync(CancellationToken ct)
    {
        using var connection = await _session.OpenAsync(ct);
        await DoAsync(connection, $"SELECT 1 FROM {MySqlName.Quote(_name)} LIMIT 0", ct);
    }

    /// <summary>Writes a marker.</summary>
    /// <returns>Where the log stood just before it: what was committed until then lies before, and whoever has the marker has come so far.</returns>
    /// <exception cref="OrchestratorException">Data <c>E-BINLOG-013</c>, or <c>E-BINLOG-014</c>: the server takes no writes any more, not even ours.</exception>
    public async Task<BinlogPosition> WriteAsync(string nonce, CancellationToken ct)
    {
        using var connection = await _session.OpenAsync(ct);
        var position = await MasterStatus.CurrentAsync(connection, ct);
        // A row that stays as it is would not be logged.
        await DoAsync(
            connection,
            $"INSERT INTO {MySqlName.Quote(_name)} VALUES (1, {MySqlName.Literal(nonce)}, 1) ON DUPLICATE KEY UPDATE nonce = {MySqlName.Literal(nonce)}, number = number + 1", ct);
        return position;
    }

    public async Task DropAsync(CancellationToken ct)
    {
        using var connection = await _session.OpenAsync(ct);
        await DoAsync(connection, $"DROP TABLE IF EXISTS {MySqlName.Quote(_name)}", ct);
    }

    private async Task DoAsync(MySqlConnection connection, string statement, CancellationToken ct)
    {
        try
        {
            await connection.RunAsync(statement, ct);
        }
        catch (OrchestratorException e) when (MySqlErrors.NumberOf(e) == NoTable)
        {
            throw new OrchestratorException(
                ErrorKind.Data, "E-BINLOG-013", $"The table {_name}, in which this run marks places of the source's log, is gone.",
                "Find out who dropped it; roll this run back and start a new one.", e);
        }
        catch (OrchestratorException e) when (MySqlErrors.NumberOf(e) == ReadOnly)
        {
            throw new OrchestratorException(
                ErrorKind.Data, "E-BINLOG-014", $"The source is read-only and takes no change of the table {_name}, in which this run marks places of its log.",
                "After the switch this is as it has to be: drop the table by hand when the server takes writes again. Before it, use the primary.", e);
        }
    }

    private static TableSchema Schema(TableRef name) => new()
    {
        Table = name,
        Origin = name,
        SourceId = 0,
        Columns = [Column("id", 1, "int(11)", "integer"), Column("nonce", 2, "varchar(100)", "text"), Column("number", 3, "bigint(20)", "bigint")],
        Key = new RowKey(RowKeyKind.PrimaryKey, [0]),
        Pages = 1,
        EstimatedRows = 1,
        Bytes = 0,
    };

    private static ColumnSchema Column(string name, int ordinal, string type, string target) =>
        new(name, ordinal, target, target, 0, -1, NotNull: true, ColumnKind.Plain) { Origin = new ColumnOrigin(name, type, "", "") };
}

using System.Data;
using System.Threading.Channels;
using Npgsql;
using Orchestrator.Core.Errors;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Validation;

/// <summary>Sessions that see one view, lent out one by one. A statement that fails is undone to keep its session's view.</summary>
public sealed class PgDigestLanes : IAsyncDisposable
{
    private readonly Channel<NpgsqlConnection> _free = Channel.CreateUnbounded<NpgsqlConnection>();
    private readonly IReadOnlyList<NpgsqlConnection> _all;
    private readonly string _side;

    public PgDigestLanes(IReadOnlyList<NpgsqlConnection> connections, string side)
    {
        (_all, _side) = (connections, side);
        foreach (var connection in connections) _free.Writer.TryWrite(connection);
    }

    public int Count => _all.Count;

    /// <summary>Waits for a free session.</summary>
    public async Task<Loan> BorrowAsync(string doing, CancellationToken ct)
    {
        var connection = await _free.Reader.ReadAsync(ct);
        var loan = new Loan(this, connection, $"{doing} on the {_side}");
        try
        {
            if (connection.State != ConnectionState.Open)
            {
                throw new OrchestratorException(
                    ErrorKind.Transient, "E-VAL-003", $"The session on the {_side} was lost, and with it the view it read.", "Validate again.");
            }

            await connection.RunAsync("SAVEPOINT part", ct);
            return loan;
        }
        catch (Exception e)
        {
            await loan.DisposeAsync();
            throw e is NpgsqlException ? loan.Describe(e) : e;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _all) await connection.DisposeAsync();
    }

    /// <summary>A session on loan; goes back when disposed.</summary>
    public sealed class Loan(PgDigestLanes lanes, NpgsqlConnection connection, string doing) : IAsyncDisposable
    {
        public NpgsqlConnection Connection => connection;

        public OrchestratorException Describe(Exception error) => PgErrors.Describe(error, doing);

        public async ValueTask DisposeAsync()
        {
            try
            {
                // Also heals a transaction that a failed or cancelled statement has broken.
                if (connection.State == ConnectionState.Open)
                    await connection.RunAsync("ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part", CancellationToken.None);
            }
            catch (NpgsqlException)
            {
                // The session cannot be trusted any more: closed, it is refused to whoever borrows it next.
                await connection.CloseAsync();
            }
            finally
            {
                lanes._free.Writer.TryWrite(connection);
            }
        }
    }
}

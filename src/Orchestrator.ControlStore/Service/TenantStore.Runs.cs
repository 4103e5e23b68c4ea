using System.Globalization;

namespace Orchestrator.ControlStore.Service;

/// <summary>Where a migration's run is.</summary>
public sealed record MigrationRunRow
{
    public string Id { get; init; } = "";

    public string Name { get; init; } = "";

    public string Run { get; init; } = "";

    public string Wanted { get; init; } = "";

    /// <summary>Null: it was not started yet; so are the fields below.</summary>
    public string? RunId { get; init; }

    public string? State { get; init; }

    /// <summary>Process that drives the run, or drove it last.</summary>
    public string? Holder { get; init; }

    public string? HeldSince { get; init; }
}

/// <summary>What a run moved on a day (UTC).</summary>
public sealed record UsageRow
{
    /// <summary><c>2026-01-31</c>.</summary>
    public string Day { get; init; } = "";

    public string RunId { get; init; } = "";

    /// <summary>Id; it may be deleted since.</summary>
    public string Migration { get; init; } = "";

    public long RowsMoved { get; init; }

    /// <summary>Of the load.</summary>
    public long BytesMoved { get; init; }

    /// <summary>For which it was driven.</summary>
    public double Seconds { get; init; }
}

/// <summary>Over all of the tenant's migrations.</summary>
public sealed partial class TenantStore
{
    public async Task<IReadOnlyList<MigrationRunRow>> RunsAsync(CancellationToken ct) => await _rows.ListAsync<MigrationRunRow>("migration_run", "1 = 1", null, ct);

    /// <param name="from">First day.</param>
    /// <param name="ct">Stops it.</param>
    public async Task<IReadOnlyList<UsageRow>> UsageAsync(DateOnly from, CancellationToken ct) =>
        await _rows.ListAsync<UsageRow>("usage", "day >= @day", new { day = Word(from) }, ct);

    /// <summary>Counts for today what a run moved since it was counted last, in whichever process that was.</summary>
    /// <param name="run">The run's own id: a name may be used again.</param>
    /// <param name="migration">Id of the migration.</param>
    /// <param name="rows">Rows moved from the run's beginning until now.</param>
    /// <param name="bytes">Bytes, likewise.</param>
    /// <param name="seconds">How long it was driven since it was counted last.</param>
    /// <param name="ct">Stops it.</param>
    public async Task CountAsync(Guid run, string migration, long rows, long bytes, double seconds, CancellationToken ct)
    {
        var (day, id) = (Word(DateOnly.FromDateTime(_clock.GetUtcNow().UtcDateTime)), run.ToString());
        await _rows.InsertAsync("usage", "day, run_id, migration, rows_moved, bytes_moved, seconds", new { day, run_id = id, migration, rows_moved = 0L, bytes_moved = 0L, seconds = 0d }, ct);
        await _rows.UpdateAsync(
            "usage", $"rows_moved = rows_moved + {Beyond("rows_moved", "@rows")}, bytes_moved = bytes_moved + {Beyond("bytes_moved", "@bytes")}, seconds = seconds + @seconds",
            "day = @day AND run_id = @id", new { day, id, rows, bytes, seconds }, ct);
    }

    private static string Word(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>How much a figure is above what all days have of it.</summary>
    private static string Beyond(string column, string now)
    {
        var counted = $"(SELECT sum(u.{column}) FROM usage u WHERE u.tenant = @tenant AND u.run_id = @id)";
        return $"CASE WHEN {now} > {counted} THEN {now} - {counted} ELSE 0 END";
    }
}

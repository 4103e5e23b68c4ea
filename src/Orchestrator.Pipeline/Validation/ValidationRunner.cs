using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Validation;
using Orchestrator.Core.Writing;

namespace Orchestrator.Pipeline.Validation;

/// <summary>Compares every row of every table of two sides and says what was proven, table by table.</summary>
public sealed class ValidationRunner(
    IDigestReader source, IDigestReader target, ValidationOptions options, TimeProvider time)
{
    /// <summary>
    /// Compares both sides as of one position while changes keep flowing: the apply is held only until both views are
    /// open. Every difference is real.
    /// </summary>
    /// <exception cref="OrchestratorException">A side cannot be reached, or the sides share no digest method.</exception>
    public async Task<ValidationReport> AtOnePositionAsync(
        IReadOnlyList<TableSchema> tables,
        IChangeCapture capture,
        IChangeFlow flow,
        IProgress<ValidationProgress>? progress,
        CancellationToken ct)
    {
        var started = time.GetUtcNow();
        var method = await AgreeAsync(ct);
        SourcePosition position;
        ViewPair views;
        await using (var hold = await flow.HoldAsync(ct))
        await using (var snapshot = await capture.TakeSnapshotAsync(tables, ct))
        {
            position = snapshot.Position;
            await hold.AdvanceToAsync(position, ct);
            views = await OpenAsync(method, snapshot, options.Lanes, ct);
        }

        await using (views)
        {
            var reports = await CompareAsync(tables, views, null, progress, ct);
            return Report(started, ValidationMode.OnePosition, position.ToString(), method, reports);
        }
    }

    /// <summary>
    /// Compares both sides as of now. Rows that differ are read again until they agree or the tries are used up, so
    /// changes on their way raise no alarm.
    /// </summary>
    /// <inheritdoc cref="AtOnePositionAsync" path="/exception"/>
    public async Task<ValidationReport> OfNowAsync(
        IReadOnlyList<TableSchema> tables, IProgress<ValidationProgress>? progress, CancellationToken ct)
    {
        var started = time.GetUtcNow();
        var method = await AgreeAsync(ct);
        await using var views = await OpenAsync(method, null, options.Lanes, ct);
        var recheck = new SuspectRecheck(stop => OpenAsync(method, null, 1, stop), options, time);
        var reports = await CompareAsync(tables, views, recheck, progress, ct);
        return Report(started, ValidationMode.Now, null, method, reports);
    }

    private async Task<DigestMethod> AgreeAsync(CancellationToken ct)
    {
        var there = await target.MethodsAsync(ct);
        foreach (var method in await source.MethodsAsync(ct))
            if (there.Contains(method)) return method;
        throw new OrchestratorException(
            ErrorKind.Configuration, "E-VAL-001", "The two servers have no way to digest rows in common.",
            "Use versions that can be moved: PostgreSQL 14 or newer as the source, 15 or newer as the target.");
    }

    private async Task<ViewPair> OpenAsync(DigestMethod method, ISnapshot? snapshot, int lanes, CancellationToken ct)
    {
        var first = await source.OpenAsync(method, snapshot, lanes, ct);
        try
        {
            return new ViewPair(first, await target.OpenAsync(method, null, lanes, ct));
        }
        catch
        {
            await first.DisposeAsync();
            throw;
        }
    }

    private async Task<IReadOnlyList<TableReport>> CompareAsync(
        IReadOnlyList<TableSchema> tables,
        ViewPair views,
        SuspectRecheck? recheck,
        IProgress<ValidationProgress>? progress,
        CancellationToken ct)
    {
        var reports = new TableReport[tables.Count];
        var tally = new ProgressTally(tables, progress);
        var comparison = new TableComparison(views, recheck, options);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, tables.Count),
            new ParallelOptions { MaxDegreeOfParallelism = options.Lanes, CancellationToken = ct },
            async (i, stop) =>
            {
                reports[i] = await OneAsync(comparison, tables[i], tally.For(tables[i]), stop);
                tally.Finish(tables[i]);
            });
        return reports;
    }

    private async Task<TableReport> OneAsync(
        TableComparison comparison, TableSchema table, IProgress<long>? rows, CancellationToken ct)
    {
        var start = time.GetTimestamp();
        using var limit = new CancellationTokenSource(options.TableTimeout ?? Timeout.InfiniteTimeSpan, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        TableReport report;
        try
        {
            report = await comparison.RunAsync(table, rows, stop.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            report = TableComparison.NotProven(table.Table, $"not finished within {options.TableTimeout}");
        }
        catch (OrchestratorException e) when (e.Kind != ErrorKind.Fenced && !ct.IsCancellationRequested)
        {
            report = TableComparison.NotProven(table.Table, $"{e.Message} [{e.Code}]") with { IsInterrupted = e.Kind == ErrorKind.Transient };
        }

        return report with { Duration = time.GetElapsedTime(start) };
    }

    private ValidationReport Report(
        DateTimeOffset started, ValidationMode mode, string? position, DigestMethod method, IReadOnlyList<TableReport> tables) => new()
        {
            StartedAt = started,
            EndedAt = time.GetUtcNow(),
            Mode = mode,
            Position = position,
            Method = method.Name,
            Tables = tables,
        };
}

using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orchestrator.ControlStore;
using Orchestrator.ControlStore.Service;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;
using Orchestrator.Service.Auth;
using Orchestrator.Workflow;

namespace Orchestrator.Service.Api;

/// <summary>A run that is driven now. What is not known is null.</summary>
/// <param name="MigrationId">Id.</param>
/// <param name="Name">Name.</param>
/// <param name="State">Where the run is.</param>
/// <param name="Phase">What is being done.</param>
/// <param name="At">Of when the figures are.</param>
/// <param name="Percent">How much of the phase is done, where it has a plan.</param>
/// <param name="RowsPerSecond">Rows loaded, or compared.</param>
/// <param name="BytesPerSecond">Bytes loaded.</param>
/// <param name="ChangesPerSecond">Row changes applied.</param>
/// <param name="LagSeconds">Now minus the source's time of what was applied last.</param>
/// <param name="Tables">Tables of the load.</param>
/// <param name="TablesDone">Of them loaded.</param>
internal sealed record PerformanceView(
    string MigrationId, string Name, string State, string? Phase, DateTimeOffset? At, double? Percent, double? RowsPerSecond, double? BytesPerSecond, double? ChangesPerSecond,
    double? LagSeconds, int Tables, int TablesDone);

/// <param name="Day">UTC; null: all of the range.</param>
/// <param name="Migrations">Migrations that were driven.</param>
/// <param name="Rows">Rows loaded and row changes applied.</param>
/// <param name="Bytes">Bytes loaded.</param>
/// <param name="ComputeHours">Hours that runs were driven, added up.</param>
internal sealed record UsageView(string? Day, int Migrations, long Rows, long Bytes, double ComputeHours);

/// <param name="From">First day.</param>
/// <param name="Total">All of it.</param>
/// <param name="Days">Day by day, those without anything left out.</param>
internal sealed record UsageOfRangeView(string From, UsageView Total, IReadOnlyList<UsageView> Days);

/// <param name="Total">All migrations.</param>
/// <param name="ByState">How many are in each state; <c>not-started</c> those that have no run yet.</param>
internal sealed record StatusView(int Total, IReadOnlyDictionary<string, int> ByState);

/// <param name="Worker">Process and machine.</param>
/// <param name="MigrationId">Id.</param>
/// <param name="Name">Name.</param>
/// <param name="Since">Since when it drives the run.</param>
/// <param name="HeartbeatAgeSeconds">How long ago it last said how far it is; null: it has not yet.</param>
internal sealed record WorkerView(string Worker, string MigrationId, string Name, string? Since, double? HeartbeatAgeSeconds);

/// <summary>Figures over all of the tenant's migrations.</summary>
internal sealed class AnalyticsRoutes(ServiceStore store, RunStore runs, TimeProvider clock)
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var analytics = api.MapGroup("/analytics").WithTags("analytics");
        analytics.MapGet("/performance", (AnalyticsRoutes routes, Caller caller, CancellationToken ct) => routes.PerformanceAsync(caller, ct)).WithSummary("The runs that are driven now, and how fast they are.");
        analytics.MapGet("/usage", (string? range, AnalyticsRoutes routes, Caller caller, CancellationToken ct) => routes.UsageAsync(caller, range, ct)).WithSummary("What was moved, by day: range=24h, 7d or 30d.");
        analytics.MapGet("/workers", (AnalyticsRoutes routes, Caller caller, CancellationToken ct) => routes.WorkersAsync(caller, ct))
            .RequireAuthorization(Caller.Word(Role.Admin)).WithSummary("Who drives which run.");
        api.MapGet("/migration-status", (AnalyticsRoutes routes, Caller caller, CancellationToken ct) => routes.StatusAsync(caller, ct)).WithTags("analytics").WithSummary("How many migrations are in which state.");
    }

    private async Task<Ok<IReadOnlyList<PerformanceView>>> PerformanceAsync(Caller caller, CancellationToken ct)
    {
        var views = new List<PerformanceView>();
        foreach (var run in await DrivenAsync(caller, ct))
        {
            var p = await ProgressRecorder.ReadAsync(runs, run.Run, ct);
            var tables = p?.Tables ?? [];
            views.Add(new PerformanceView(
                run.Id, run.Name, Word(run), p?.Phase, p?.At, p?.Percent, p?.RowsPerSecond, p?.BytesPerSecond, p?.ApplyRowsPerSecond, p?.Lag?.TotalSeconds,
                tables.Count, tables.Count(t => t.Activity == TableActivity.Done)));
        }

        return TypedResults.Ok<IReadOnlyList<PerformanceView>>(views);
    }

    private async Task<Results<Ok<UsageOfRangeView>, ProblemHttpResult>> UsageAsync(Caller caller, string? range, CancellationToken ct)
    {
        int? days = range switch { null or "24h" => 1, "7d" => 7, "30d" => 30, _ => null };
        if (days is null) return Problems.Invalid(new Dictionary<string, string> { ["range"] = "24h, 7d or 30d" });
        var from = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).AddDays(-days.Value);
        var usage = await store.Of(caller.Tenant).UsageAsync(from, ct);
        return TypedResults.Ok(new UsageOfRangeView(
            from.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Sum(null, usage), [.. usage.GroupBy(u => u.Day).OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => Sum(d.Key, d))]));
    }

    private async Task<Ok<StatusView>> StatusAsync(Caller caller, CancellationToken ct)
    {
        var all = await store.Of(caller.Tenant).RunsAsync(ct);
        return TypedResults.Ok(new StatusView(all.Count, all.GroupBy(Word).OrderBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count())));
    }

    private async Task<Ok<IReadOnlyList<WorkerView>>> WorkersAsync(Caller caller, CancellationToken ct)
    {
        var views = new List<WorkerView>();
        foreach (var run in await DrivenAsync(caller, ct))
        {
            var at = (await ProgressRecorder.ReadAsync(runs, run.Run, ct))?.At;
            // What an earlier process said is no sign of life of this one.
            var isOfThis = run.HeldSince is { } since && at >= DateTimeOffset.Parse(since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            views.Add(new WorkerView(run.Holder ?? "just starting", run.Id, run.Name, run.HeldSince, isOfThis ? Math.Max(0, (clock.GetUtcNow() - at!.Value).TotalSeconds) : null));
        }

        return TypedResults.Ok<IReadOnlyList<WorkerView>>(views);
    }

    private async Task<IReadOnlyList<MigrationRunRow>> DrivenAsync(Caller caller, CancellationToken ct)
    {
        var driven = new List<MigrationRunRow>();
        foreach (var run in (await store.Of(caller.Tenant).RunsAsync(ct)).Where(r => r.RunId is not null))
        {
            try
            {
                if (await runs.IsDrivenAsync(run.Run, ct)) driven.Add(run);
            }
            catch (OrchestratorException e) when (e.Code == "E-RUN-002")
            {
                // It was deleted meanwhile.
            }
        }

        return driven;
    }

    private static UsageView Sum(string? day, IEnumerable<UsageRow> usage)
    {
        var rows = usage.ToList();
        return new UsageView(day, rows.Select(u => u.Migration).Distinct(StringComparer.Ordinal).Count(), rows.Sum(u => u.RowsMoved), rows.Sum(u => u.BytesMoved), Math.Round(rows.Sum(u => u.Seconds) / 3600, 4));
    }

    private static string Word(MigrationRunRow run) => run.State is { } state ? System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(state) : "not-started";
}

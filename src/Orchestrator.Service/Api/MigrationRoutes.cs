using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orchestrator.ControlStore;
using Orchestrator.ControlStore.Service;
using Orchestrator.Core.Runs;
using Orchestrator.Service.Auth;
using Orchestrator.Service.Connections;
using Orchestrator.Service.Hosting;
using Orchestrator.Workflow;

namespace Orchestrator.Service.Api;

/// <summary>The caller's migrations: what they are and how far they are.</summary>
internal sealed partial class MigrationRoutes(ServiceStore store, RunStore runs, UrlVault vault, IDatabases databases)
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var migrations = api.MapGroup("/migrations").WithTags("migrations");
        migrations.MapGet("/", (string? cursor, int? limit, MigrationRoutes routes, Caller caller, CancellationToken ct) => routes.ListAsync(caller, cursor, limit, ct)).WithSummary("All migrations.");
        migrations.MapGet("/{id}", (string id, MigrationRoutes routes, Caller caller, HttpContext http) => routes.GetAsync(caller, id, http)).WithSummary("One migration.");
        migrations.MapPost("/", (MigrationBody body, MigrationRoutes routes, Caller caller, CancellationToken ct) => routes.AddAsync(caller, body, ct))
            .RequireAuthorization(Caller.Word(Role.User)).WithSummary("Creates a migration; it is not started.");
        migrations.MapDelete("/{id}", (string id, MigrationRoutes routes, Caller caller, CancellationToken ct) => routes.RemoveAsync(caller, id, ct))
            .RequireAuthorization(Caller.Word(Role.Admin)).WithSummary("Deletes a migration that is over, or was never started.");
        migrations.MapGet("/{id}/progress", (string id, MigrationRoutes routes, Caller caller, CancellationToken ct) => routes.ProgressAsync(caller, id, ct)).WithSummary("Newest figures, table by table.");
        migrations.MapGet("/{id}/report", (string id, MigrationRoutes routes, Caller caller, CancellationToken ct) => routes.ReportAsync(caller, id, ct)).WithSummary("What was done and measured.");
        migrations.MapGet("/{id}/journal", (string id, MigrationRoutes routes, Caller caller, CancellationToken ct) => routes.JournalAsync(caller, id, ct)).WithSummary("Every change of state and every step, in order.");
    }

    /// <summary>A migration of the caller's tenant with where its run is; null: there is none.</summary>
    public async Task<MigrationView?> FindAsync(Caller caller, string id, CancellationToken ct) =>
        await store.Of(caller.Tenant).MigrationAsync(id, ct) is { } migration ? await ViewAsync(migration, ct) : null;

    private async Task<MigrationView> ViewAsync(MigrationRow migration, CancellationToken ct)
    {
        if (await runs.FindAsync(migration.Run, ct) is not { } run) return MigrationView.Of(migration, null, false, "source");
        var report = await StoredReport.ReadAsync(runs, run, ct);
        return MigrationView.Of(migration, run, await runs.IsDrivenAsync(migration.Run, ct), report?.WritableSide ?? "source");
    }

    private async Task<Ok<Page<MigrationView>>> ListAsync(Caller caller, string? cursor, int? limit, CancellationToken ct)
    {
        var page = await Page<MigrationRow>.OfAsync(limit, n => store.Of(caller.Tenant).MigrationsAsync(cursor ?? "", n, ct), m => m.Id, m => m);
        var views = new List<MigrationView>();
        foreach (var migration in page.Items) views.Add(await ViewAsync(migration, ct));
        return TypedResults.Ok(new Page<MigrationView>(views, page.Next));
    }

    private async Task<Results<Ok<MigrationView>, ProblemHttpResult>> GetAsync(Caller caller, string id, HttpContext http)
    {
        if (await store.Of(caller.Tenant).MigrationAsync(id, http.RequestAborted) is not { } migration) return Problems.NotFound("migration");
        ETags.Say(http, migration.Version);
        return TypedResults.Ok(await ViewAsync(migration, http.RequestAborted));
    }

    private async Task<Results<Created<MigrationView>, ProblemHttpResult>> AddAsync(Caller caller, MigrationBody body, CancellationToken ct)
    {
        var fields = new Fields();
        var name = fields.Text("name", body.Name, 30);
        fields.Require("name", Form().IsMatch(name) ? null : "1 to 30 of a-z 0-9 - _, the first a letter");
        var (source, target) = (fields.Text("source_id", body.SourceId), fields.Text("target_id", body.TargetId));
        fields.Require("target_id", source == target ? "another one than the source" : null);
        var settings = body.Settings ?? new MigrationSettings();
        foreach (var (field, fault) in settings.Faults()) fields.Require(field, fault);
        if (fields.Problem() is { } problem) return problem;
        var tenant = store.Of(caller.Tenant);
        if (settings.Cutover == CutoverMode.Auto && await tenant.RequiresApprovalAsync(ct)) fields.Require("settings.cutover", "manual: the tenant requires approval");
        var from = await tenant.ConnectionAsync(source, ct);
        if (from is null) fields.Require("source_id", "there is no such connection");
        else if (settings.ShareLoad && !databases.IsPostgreSql(vault.Open(from.Tenant, from.Id, from.Cipher))) fields.Require("settings.share_load", MigrationSettings.ShareLoadRule);
        if (await tenant.ConnectionAsync(target, ct) is null) fields.Require("target_id", "there is no such connection");
        if (fields.Problem() is { } missing) return missing;
        var id = Guid.CreateVersion7().ToString();
        var row = new MigrationRow
        {
            // The end of the tenant's id tells runs of the same name apart in files, records and slots.
            Id = id, Name = name, Run = $"{name}-{caller.Tenant[^8..]}", SourceId = source, TargetId = target, Settings = settings.ToJson(), CreatedBy = caller.Email,
        };
        return await tenant.AddMigrationAsync(row, ct)
            ? TypedResults.Created($"/api/migrations/{id}", (await FindAsync(caller, id, ct))!)
            : Problems.Conflict($"There is a migration named {name} already.", "Choose another name.");
    }

    private async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(Caller caller, string id, CancellationToken ct)
    {
        if (await FindAsync(caller, id, ct) is not { } migration) return Problems.NotFound("migration");
        var isOver = migration.State is null or RunState.Complete or RunState.RolledBack or RunState.Aborted;
        if (migration.Wanted || migration.Driven || !isOver)
            return Problems.Conflict("It is not over: slot, publication and records would stay on the servers.", "Roll it back first.");
        await runs.RemoveAsync(migration.Run, ct);
        await store.Of(caller.Tenant).RemoveMigrationAsync(id, ct);
        return TypedResults.NoContent();
    }

    private async Task<Results<Ok<RunProgress>, NoContent, ProblemHttpResult>> ProgressAsync(Caller caller, string id, CancellationToken ct)
    {
        if (await store.Of(caller.Tenant).MigrationAsync(id, ct) is not { } migration) return Problems.NotFound("migration");
        return await ProgressRecorder.ReadAsync(runs, migration.Run, ct) is { } progress ? TypedResults.Ok(progress) : TypedResults.NoContent();
    }

    private async Task<Results<Ok<RunReport>, NoContent, ProblemHttpResult>> ReportAsync(Caller caller, string id, CancellationToken ct)
    {
        if (await store.Of(caller.Tenant).MigrationAsync(id, ct) is not { } migration) return Problems.NotFound("migration");
        return await runs.FindAsync(migration.Run, ct) is { } run && await StoredReport.ReadAsync(runs, run, ct) is { } report ? TypedResults.Ok(report) : TypedResults.NoContent();
    }

    private async Task<Results<Ok<IReadOnlyList<JournalView>>, ProblemHttpResult>> JournalAsync(Caller caller, string id, CancellationToken ct)
    {
        if (await store.Of(caller.Tenant).MigrationAsync(id, ct) is not { } migration) return Problems.NotFound("migration");
        return TypedResults.Ok<IReadOnlyList<JournalView>>([.. (await runs.JournalAsync(migration.Run, ct)).Select(JournalView.Of)]);
    }

    [GeneratedRegex("^[a-z][a-z0-9_-]{0,29}$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Net.Http.Headers;
using Orchestrator.ControlStore.Service;
using Orchestrator.Service.Auth;
using Orchestrator.Service.Backups;
using Orchestrator.Service.Connections;

namespace Orchestrator.Service.Api;

/// <summary>Dumps of the caller's databases, kept by the service.</summary>
internal sealed class BackupRoutes(ServiceStore store, BackupHost host, ReachableUrls urls, IDatabases databases, IHostApplicationLifetime life)
{
    private const string FileType = "application/octet-stream";

    public static void Map(IEndpointRouteBuilder api)
    {
        var backups = api.MapGroup("/backup").WithTags("backup").AddEndpointFilter<Idempotency>();
        backups.MapGet("/", (string? cursor, int? limit, BackupRoutes routes, Caller caller, CancellationToken ct) => routes.ListAsync(caller, cursor, limit, ct)).WithSummary("All backups.");
        backups.MapGet("/{id}", (string id, BackupRoutes routes, Caller caller, CancellationToken ct) => routes.GetAsync(caller, id, ct)).WithSummary("One backup: how far it is, or how it ended.");
        backups.MapPost("/", (BackupBody body, BackupRoutes routes, Caller caller, HttpContext http) => routes.BeginAsync(caller, body, http))
            .RequireAuthorization(Caller.Word(Role.User)).WithSummary("Begins a backup of a PostgreSQL database.");
        backups.MapGet("/{id}/download", (string id, BackupRoutes routes, Caller caller, HttpContext http) => routes.DownloadAsync(caller, id, http))
            .RequireAuthorization(Caller.Word(Role.User)).WithMetadata(new Audited()).WithSummary("The file of a backup that is done, for pg_restore.").Produces(StatusCodes.Status200OK, null, FileType);
        backups.MapDelete("/{id}", (string id, BackupRoutes routes, Caller caller, HttpContext http) => routes.RemoveAsync(caller, id, http))
            .RequireAuthorization(Caller.Word(Role.Admin)).WithSummary("Cancels a backup that is running; deletes one that is over, with its file.");
    }

    private async Task<Ok<Page<BackupView>>> ListAsync(Caller caller, string? cursor, int? limit, CancellationToken ct)
    {
        _ = host.Folder;
        return TypedResults.Ok(await Page<BackupView>.OfAsync(limit, n => store.Of(caller.Tenant).BackupsAsync(cursor ?? "", n, ct), b => b.Id, BackupView.Of));
    }

    private async Task<Results<Ok<BackupView>, ProblemHttpResult>> GetAsync(Caller caller, string id, CancellationToken ct)
    {
        _ = host.Folder;
        return await store.Of(caller.Tenant).BackupAsync(id, ct) is { } backup ? TypedResults.Ok(BackupView.Of(backup)) : Problems.NotFound("backup");
    }

    private async Task<Results<Accepted<BackupView>, ProblemHttpResult>> BeginAsync(Caller caller, BackupBody body, HttpContext http)
    {
        var place = host.Folder.Place;
        var fields = new Fields();
        var id = fields.Text("connection_id", body.ConnectionId);
        if (fields.Problem() is { } problem) return problem;
        var tenant = store.Of(caller.Tenant);
        if (await tenant.ConnectionAsync(id, http.RequestAborted) is not { } connection) return Problems.Invalid(new Dictionary<string, string> { ["connection_id"] = "there is no such connection" });
        var dump = databases.Dump(await urls.OpenAsync(connection, http.RequestAborted));
        var backup = new BackupRow
        {
            Id = Guid.CreateVersion7().ToString(), Tenant = caller.Tenant, ConnectionId = connection.Id, Name = connection.Name, Place = place, CreatedBy = caller.Email,
        };
        AuditRoutes.Name(http, $"{backup.Id} {connection.Name}");
        return await host.TryBeginAsync(backup, dump)
            ? TypedResults.Accepted($"/api/backup/{backup.Id}", BackupView.Of((await tenant.BackupAsync(backup.Id, CancellationToken.None))!))
            : Problems.Conflict($"{BackupHost.Most} backups are being made, and no more at once.", "Try again when one of them has ended.");
    }

    private async Task<Results<FileStreamHttpResult, ProblemHttpResult>> DownloadAsync(Caller caller, string id, HttpContext http)
    {
        var folder = host.Folder;
        if (await store.Of(caller.Tenant).BackupAsync(id, http.RequestAborted) is not { } backup) return Problems.NotFound("backup");
        AuditRoutes.Name(http, $"{id} {backup.Name}");
        if (backup.State != BackupRow.Done) return Problems.Conflict($"It is {backup.State}.", "Only a backup that is done has a file.");
        var file = folder.Read(backup);
        // A service that ends does not wait for its readers to go; half of a file shows by its length.
        http.Response.RegisterForDispose(life.ApplicationStopping.Register(http.Abort));
        return TypedResults.Stream(file, FileType, backup.Id + ".dump", enableRangeProcessing: true, entityTag: new EntityTagHeaderValue($"\"{backup.Sha256}\""));
    }

    private async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(Caller caller, string id, HttpContext http)
    {
        var folder = host.Folder;
        var tenant = store.Of(caller.Tenant);
        if (await tenant.BackupAsync(id, http.RequestAborted) is not { } backup) return Problems.NotFound("backup");
        AuditRoutes.Name(http, $"{id} {backup.Name}");
        if (backup.State == BackupRow.Running && await host.CancelAsync(id)) return TypedResults.NoContent();
        // One that failed or was cancelled has no file, wherever it was made.
        if (backup.State is BackupRow.Done or BackupRow.Running) folder.Remove(backup);
        await tenant.RemoveBackupAsync(id, CancellationToken.None);
        return TypedResults.NoContent();
    }
}

using Orchestrator.Cli.Commands;
using Orchestrator.Cli.Options;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;
using Orchestrator.Workflow;

namespace Orchestrator.Cli.Remote;

/// <summary>The runs of a service, each known by its migration.</summary>
internal sealed class ServiceRuns(ServiceClient client) : IRuns
{
    public string Place => client.Service.ToString();

    /// <param name="server">Which service.</param>
    /// <param name="call">Is told what is unsafe about it.</param>
    public static ServiceRuns Open(ServiceAddress server, CommandCall call)
    {
        EffectiveView.Warn(call.Options, call.View);
        if (server.IsOpenToOthers)
            call.View.Say(NoticeLevel.Warning, $"W-SVC-001 the token goes to {server} as plain text, which others on the way can read; use https");
        return new ServiceRuns(new ServiceClient(server));
    }

    public async Task<IReadOnlyList<KnownRun>> ListAsync(CancellationToken ct) => [.. (await AllAsync(ct)).Select(m => m.ToRun())];

    public async Task<KnownRun> FindAsync(string name, CancellationToken ct) => (await MigrationAsync(name, ct)).ToRun();

    /// <summary>As <see cref="FindAsync"/>, with what only a service has.</summary>
    public async Task<ServiceMigration> MigrationAsync(string name, CancellationToken ct)
    {
        if (Guid.TryParse(name, out var id)) return await ByIdAsync(id, ct);
        var found = (await AllAsync(ct)).Where(m => m.Name == name || m.Run == name).ToList();
        return found.Count switch
        {
            0 => throw ServiceErrors.Unknown(client.Service, name),
            1 => found[0],
            _ => throw ServiceErrors.Ambiguous(name, found.Select(m => m.Id.ToString())),
        };
    }

    public async Task<bool> IsDrivenAsync(KnownRun run, CancellationToken ct) => (await MigrationAsync(run.Key, ct)).Driven;

    public async Task<RunProgress?> ProgressAsync(KnownRun run, CancellationToken ct) =>
        await client.FindAsync<RunProgress>(Path(run.Key, "/progress"), ct) is { } progress ? progress with { Run = run.Name } : null;

    public Task<RunReport?> ReportAsync(KnownRun run, CancellationToken ct) => client.FindAsync<RunReport>(Path(run.Key, "/report"), ct);

    public async Task<IReadOnlyList<JournalEntry>> JournalAsync(KnownRun run, CancellationToken ct) => await client.GetAsync<List<JournalEntry>>(Path(run.Key, "/journal"), ct);

    public Task<ServiceRequest> RequestAsync(KnownRun run, string request, CancellationToken ct) => client.GetAsync<ServiceRequest>(Path(run.Key, "/requests/" + request), ct);

    /// <summary>What the migration was created with, as it can be shown.</summary>
    public async Task<MigrationOptions> OptionsAsync(ServiceMigration migration, CancellationToken ct)
    {
        var source = await client.GetAsync<ServiceConnection>("api/connections/" + Uri.EscapeDataString(migration.SourceId), ct);
        var target = await client.GetAsync<ServiceConnection>("api/connections/" + Uri.EscapeDataString(migration.TargetId), ct);
        return migration.Settings.ToOptions(migration.Name, source.Display, target.Display);
    }

    /// <summary>Asks for something. What was sent is not sent again, nor called back: it may have been taken on.</summary>
    public async Task<ServiceReceipt> AskAsync(ServiceMigration migration, string what, bool mustConfirm)
    {
        var (where, body) = await SendAsync(migration, what, mustConfirm);
        // ".../approvals/ID", ".../migrations/ID/requests/N", or the migration itself.
        var parts = where?.OriginalString.Split('/') ?? [];
        return parts switch
        {
            [.., "approvals", _] => new ServiceReceipt(client.Read<ServiceApproval>(body), null),
            [.., "requests", var request] => new ServiceReceipt(null, Uri.EscapeDataString(request)),
            _ => new ServiceReceipt(null, null),
        };
    }

    public OrchestratorException Away(TimeSpan time, Exception error) => ServiceErrors.Away(client.Service, time, error);

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string Path(string id, string below = "") => $"api/migrations/{Uri.EscapeDataString(id)}{below}";

    private async Task<(Uri? Where, string Body)> SendAsync(ServiceMigration migration, string what, bool mustConfirm)
    {
        try
        {
            return await client.PostAsync(Path(migration.Id.ToString(), "/" + what), mustConfirm ? new ServiceConfirmation(migration.Name) : null, CancellationToken.None);
        }
        catch (OrchestratorException e) when (ServiceErrors.IsUnsure(e))
        {
            throw ServiceErrors.Unsure(client.Service, migration.Name, what, e);
        }
    }

    private async Task<ServiceMigration> ByIdAsync(Guid id, CancellationToken ct)
    {
        try
        {
            return await client.GetAsync<ServiceMigration>(Path(id.ToString()), ct);
        }
        catch (OrchestratorException e) when (e.Code == ServiceErrors.NotFound)
        {
            throw ServiceErrors.Unknown(client.Service, id.ToString());
        }
    }

    private async Task<List<ServiceMigration>> AllAsync(CancellationToken ct)
    {
        var all = new List<ServiceMigration>();
        string? cursor = "";
        while (cursor is not null)
        {
            var page = await client.GetAsync<ServicePage>($"api/migrations?limit=200&cursor={Uri.EscapeDataString(cursor)}", ct);
            all.AddRange(page.Items);
            cursor = page.Next;
        }

        return all;
    }
}

/// <summary>What became of something that was asked for.</summary>
/// <param name="Approval">It waits for somebody else's approval.</param>
/// <param name="Request">Id of what the driving process was asked; null: the migration tells how it went.</param>
internal sealed record ServiceReceipt(ServiceApproval? Approval, string? Request);

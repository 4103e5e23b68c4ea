using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Orchestrator.Cli.Options;
using Orchestrator.Cli.Output;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Runs;
using Orchestrator.Service;

namespace Orchestrator.Cli.Commands;

internal static class ServeCommand
{
    public static Verb Verb { get; } = new("serve", "Run the service: REST API, tenants, and a worker that drives their runs.", OptionCatalog.OfServe, RunAsync);

    private static async Task<Answer> RunAsync(CommandCall call, CancellationToken ct)
    {
        var options = call.Service();
        await using var store = await call.OpenStoreAsync(ct);
        await using var app = ServiceHost.Build(options, store, Composition.Engine, new Databases(), new ViewLog(call.View), call.Terminal.Clock);
        try
        {
            await app.StartAsync(ct);
        }
        catch (IOException e)
        {
            throw new OrchestratorException(ErrorKind.Configuration, "E-SVC-004", $"The service cannot listen: {e.Message.TrimEnd('.')}.", "Choose another address with --urls.", e);
        }

        foreach (var url in app.Urls) call.View.Say(NoticeLevel.Information, $"listening on {url}");
        await app.WaitForShutdownAsync(ct);
        return new Answer { ExitCode = ExitCode.Done, Text = [[new("The service has stopped; runs it drove go on when it starts again.")]] };
    }
}

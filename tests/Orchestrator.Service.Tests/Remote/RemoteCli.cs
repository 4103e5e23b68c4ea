using System.Text.Json;
using Orchestrator.Cli;
using Orchestrator.Cli.Commands;
using Orchestrator.Cli.Output;
using Orchestrator.TestKit;

namespace Orchestrator.Service.Tests.Remote;

/// <summary>The command line as somebody uses it who has a token of a service and nothing else.</summary>
internal sealed class RemoteCli(string server, string token)
{
    private readonly Dictionary<string, string?> _environment = new(StringComparer.Ordinal) { ["ORCHESTRATOR_SERVER"] = server, ["ORCHESTRATOR_TOKEN"] = token };

    public static RemoteCli Of(ServiceProcess service, ApiClient client) => new(service.Http.BaseAddress!.ToString(), client.Token);

    /// <summary>A process of its own, for what goes on while others do something.</summary>
    public OrchestratorProcess Start(params string[] args) => OrchestratorProcess.Start(args, _environment);

    /// <summary>In this process, which is quicker. What it says must be without the token.</summary>
    public Task<Said> RunAsync(params string[] args) => RunAsync(name => _environment.GetValueOrDefault(name), args);

    /// <summary>The JSON document of what must end with that exit code.</summary>
    public async Task<JsonElement> JsonAsync(int exit, params string[] args) => (await RunAsync([.. args, "--json"])).Require(exit);

    /// <summary>The same command on the service's own machine.</summary>
    public Task<Said> RunThereAsync(ServiceProcess service, params string[] args) => RunAsync(_ => null, [.. args, "--state", service.State]);

    private async Task<Said> RunAsync(Func<string, string?> environment, string[] args)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        // Progress comes from other threads.
        var terminal = new Terminal { Out = output, Error = TextWriter.Synchronized(error), Environment = environment, Clock = TimeProvider.System };
        var exit = await new App(new AppServices(terminal, Composition.Engine)).RunAsync(args, CancellationToken.None);
        var said = new Said(exit, output.ToString(), error.ToString());
        Assert.DoesNotContain(token, said.Out + said.Error, StringComparison.Ordinal);
        return said;
    }
}

/// <summary>What a command said.</summary>
internal sealed record Said(int Exit, string Out, string Error)
{
    public JsonElement Require(int exit)
    {
        Assert.True(Exit == exit, $"{Exit}\n{Out}\n{Error}");
        return JsonDocument.Parse(Out).RootElement;
    }
}

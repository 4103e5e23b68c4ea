using Orchestrator.Cli.Options;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Remote;
using Orchestrator.ControlStore;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary>One call of one command: its options, checked on demand, and its surroundings.</summary>
internal sealed class CommandCall(AppServices services, EffectiveOptions options, IProgressView view, List<Problem> problems)
{
    // Read once: what is wrong with it is noted then.
    private readonly Lazy<ServiceAddress?> _server =
        new(() => ServerOptionsReader.Read(options, new OptionReader(options, services.Terminal.Environment, problems)));

    public AppServices Services => services;

    public Terminal Terminal => services.Terminal;

    public IProgressView View => view;

    public EffectiveOptions Options => options;

    /// <summary>The service that is asked; null: the runs that are kept here are meant.</summary>
    /// <exception cref="UsageException">Something is wrong; all of it is named.</exception>
    public ServiceAddress? Server
    {
        get
        {
            var server = _server.Value;
            Check();
            return server;
        }
    }

    /// <summary>A service is asked.</summary>
    public bool IsRemote => options.Find(OptionCatalog.Server) is not null;

    /// <summary>Where runs are kept.</summary>
    public StoreLocation Location => MigrationOptionsReader.Location(options, new OptionReader(options, Terminal.Environment, problems));

    /// <summary>Options of a run to create or of two URLs; prints where each value came from.</summary>
    /// <exception cref="UsageException">Something is wrong; all of it is named.</exception>
    public MigrationOptions Migration()
    {
        var migration = MigrationOptionsReader.Read(options, Terminal.Environment, problems);
        Check();
        EffectiveView.Show(options, view);
        return migration;
    }

    /// <summary>Options of the service; prints where each value came from.</summary>
    /// <exception cref="UsageException">Something is wrong; all of it is named.</exception>
    public Service.ServiceOptions Service()
    {
        var service = ServiceOptionsReader.Read(options, Location, new OptionReader(options, Terminal.Environment, problems));
        Check();
        EffectiveView.Show(options, view);
        return service;
    }

    /// <summary>The run that <c>--run</c> names.</summary>
    public string RunName()
    {
        var read = new OptionReader(options, Terminal.Environment, problems);
        var name = IsRemote ? ServerOptionsReader.RunName(read) : MigrationOptionsReader.RunName(read);
        Check();
        return name;
    }

    /// <summary>The runs that this is about, to look at.</summary>
    public async Task<IRuns> OpenRunsAsync(CancellationToken ct) =>
        Server is { } server ? ServiceRuns.Open(server, this) : new StoredRuns(Location, await HasStoreAsync(ct) ? await OpenStoreAsync(ct) : null);

    /// <summary>A run's options with what flags of this command change.</summary>
    /// <exception cref="UsageException">Something is wrong; all of it is named.</exception>
    public MigrationOptions Change(MigrationOptions run)
    {
        var changed = MigrationOptionsReader.Change(run, options, Terminal.Environment, problems);
        Check();
        return changed;
    }

    public Task<RunStore> OpenStoreAsync(CancellationToken ct)
    {
        var location = Location;
        Check();
        return RunStore.OpenAsync(location, Terminal.Clock, ct);
    }

    /// <summary>There is a store; asking creates none.</summary>
    public Task<bool> HasStoreAsync(CancellationToken ct)
    {
        var location = Location;
        Check();
        return RunStore.ExistsAsync(location, Terminal.Clock, ct);
    }

    /// <summary>Says what a run that exists goes on with; a run that does not is for the command itself to refuse.</summary>
    public async Task ShowRunAsync(RunStore store, string run, CancellationToken ct)
    {
        if (await store.FindAsync(run, ct) is not null) EffectiveView.Show(options, await store.OptionsAsync(run, ct), view);
    }

    /// <summary>A command line of ours for this run and the place it is in.</summary>
    public string Command(string verb, string? run = null) => $"orchestrator {verb}{(run is null ? "" : $" --run {run}")}{(IsRemote ? ServerFlags() : StateFlags())}";

    /// <summary>What the environment or a file gives need not be typed again.</summary>
    private string ServerFlags()
    {
        var token = options.Find(OptionCatalog.Token);
        return (options.Find(OptionCatalog.Server) is { Origin: "flag" } server ? " --server " + Shell(server.Shown) : "")
            + (token is { Origin: "flag" } ? " --token " + (token.Shown == token.Text ? Shell(token.Text) : "TOKEN") : "");
    }

    private string StateFlags()
    {
        var state = options.IsGiven(OptionCatalog.State) ? " --state " + Shell(options.Text(OptionCatalog.State)!) : "";
        if (options.Find(OptionCatalog.ControlDb) is { Origin: "flag" } database) state += " --control-db " + Shell(database.Text.Contains("://", StringComparison.Ordinal) ? "URL" : database.Text);
        return state;
    }

    private static string Shell(string word) =>
        word.All(c => char.IsAsciiLetterOrDigit(c) || "/:._-+".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private void Check()
    {
        if (problems.Count > 0) throw new UsageException([.. problems]);
    }
}

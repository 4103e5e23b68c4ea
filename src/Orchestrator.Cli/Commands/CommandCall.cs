using Orchestrator.Cli.Options;
using Orchestrator.Cli.Output;
using Orchestrator.ControlStore;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary>One call of one command: its options, checked on demand, and its surroundings.</summary>
internal sealed class CommandCall(AppServices services, EffectiveOptions options, IProgressView view, List<Problem> problems)
{
    public AppServices Services => services;

    public Terminal Terminal => services.Terminal;

    public IProgressView View => view;

    public EffectiveOptions Options => options;

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
        var name = MigrationOptionsReader.RunName(new OptionReader(options, Terminal.Environment, problems));
        Check();
        return name;
    }

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

    /// <summary>A command line of ours for this run and state directory.</summary>
    public string Command(string verb, string? run = null)
    {
        var state = options.IsGiven(OptionCatalog.State) ? " --state " + Shell(options.Text(OptionCatalog.State)!) : "";
        if (options.Find(OptionCatalog.ControlDb) is { Origin: "flag" } database) state += " --control-db " + Shell(database.Text.Contains("://", StringComparison.Ordinal) ? "URL" : database.Text);
        return $"orchestrator {verb}{(run is null ? "" : $" --run {run}")}{state}";
    }

    private static string Shell(string word) =>
        word.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private void Check()
    {
        if (problems.Count > 0) throw new UsageException([.. problems]);
    }
}

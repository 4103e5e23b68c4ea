using Orchestrator.Core.Errors;

namespace Orchestrator.ChangeSources.Debezium.Connect;

/// <summary>Puts a run's connector on Kafka Connect and takes it off again. Each step may be repeated after a crash anywhere.</summary>
internal sealed class ConnectorSetup(ConnectClient client)
{
    /// <summary>First version whose connectors can be created without starting.</summary>
    private static readonly Version SeedableSince = new(3, 7);

    /// <summary>Connect has the connector's class, and neither finds anything wrong with the settings. Changes nothing.</summary>
    /// <exception cref="OrchestratorException">Configuration: E-DBZ-035 class missing, E-DBZ-034 settings refused, field by field.</exception>
    public async Task CheckAsync(ConnectorConfig config, bool seeded, CancellationToken ct)
    {
        if (seeded) await RequireSeedableAsync(ct);
        var plugins = await client.PluginsAsync(ct);
        if (plugins.All(p => p.Class != config.ConnectorClass))
            throw ConnectErrors.NoPlugin(client.Address, config.ConnectorClass, plugins.Select(p => p.Class).Where(c => c.Contains("debezium", StringComparison.Ordinal)));
        var problems = await client.ValidateAsync(config, ct);
        if (problems.Count > 0) throw ConnectErrors.Invalid(config.Name, problems);
    }

    /// <summary>Checks, creates and starts the connector.</summary>
    /// <param name="config">Its settings.</param>
    /// <param name="seed">
    /// Where it begins (<see cref="OffsetSeed"/>); null: where its slot or its own snapshot says. Offsets that are there
    /// already, of an earlier try of this run, stay: the connector has read on from them.
    /// </param>
    /// <param name="ct">Gives up; what was done stays.</param>
    public async Task RegisterAsync(ConnectorConfig config, string? seed, CancellationToken ct)
    {
        await CheckAsync(config, seed is not null, ct);
        if (seed is null)
        {
            await client.PutAsync(config, ct);
            return;
        }

        var created = await client.CreateStoppedAsync(config, ct);
        var offsets = await client.OffsetsAsync(config.Name, ct);
        if (offsets.Count == 0)
        {
            await client.StopAsync(config.Name, ct);
            await client.WaitForAsync(config.Name, ConnectorState.Stopped, ct);
            await client.SeedOffsetsAsync(config.Name, seed, ct);
        }
        else if (!created)
        {
            // Settings may have changed since, e.g. the password.
            await client.PutAsync(OffsetSeed.IsStreaming(offsets, seed) ? config.With("snapshot.mode", BinlogSettings.Lasting) : config, ct);
        }

        await client.ResumeAsync(config.Name, ct);
    }

    /// <summary>
    /// Makes a MySQL or MariaDB connector again that had streamed and was deleted: it goes on where Connect remembers that it
    /// stood. False: Connect remembers nothing, and there is no connector.
    /// </summary>
    public async Task<bool> ReviveAsync(ConnectorConfig config, CancellationToken ct)
    {
        var lasting = config.With("snapshot.mode", BinlogSettings.Lasting);
        await CheckAsync(lasting, seeded: true, ct);
        await client.CreateStoppedAsync(lasting, ct);
        if ((await client.OffsetsAsync(config.Name, ct)).Count == 0)
        {
            await client.DeleteAsync(config.Name, ct);
            return false;
        }

        await client.ResumeAsync(config.Name, ct);
        return true;
    }

    /// <summary>
    /// Gives a seeded MySQL or MariaDB connector its lasting snapshot mode once it streams. False: not yet, ask again later;
    /// until then it must not be restarted after the source's structure changed.
    /// </summary>
    public async Task<bool> SettleAsync(ConnectorConfig config, string seed, CancellationToken ct)
    {
        if (config["snapshot.mode"] != BinlogSettings.FirstStart) return true;
        if (await client.StatusAsync(config.Name, ct) is not { Runs: true }) return false;
        if (!OffsetSeed.IsStreaming(await client.OffsetsAsync(config.Name, ct), seed)) return false;
        await client.PutAsync(config.With("snapshot.mode", BinlogSettings.Lasting), ct);
        return true;
    }

    /// <summary>
    /// Stops the connector, forgets its offsets, which would outlive it, and deletes it. Slot, publication, consumer group and
    /// topics come after it: before, the connector would still use them. Nothing happens if there is none.
    /// </summary>
    public async Task RemoveAsync(string name, CancellationToken ct)
    {
        if (await client.StatusAsync(name, ct) is null) return;
        try
        {
            await client.StopAsync(name, ct);
            await client.WaitForAsync(name, ConnectorState.Stopped, ct);
            await client.ResetOffsetsAsync(name, ct);
        }
        catch (OrchestratorException e) when (e.Code is "E-DBZ-036" or "E-DBZ-037" or "E-DBZ-043")
        {
            // Deleted meanwhile, an older Kafka, or a worker that does not end its task: the deletion decides.
        }

        await client.DeleteAsync(name, ct);
    }

    private async Task RequireSeedableAsync(CancellationToken ct)
    {
        var server = await client.ServerAsync(ct);
        var number = server.Version.Split('-', '+')[0];
        if (!Version.TryParse(number, out var version) || version < SeedableSince)
            throw ConnectErrors.TooOld(client.Address, server.Version, SeedableSince.ToString(), "to begin at the position the copy was made at");
    }
}

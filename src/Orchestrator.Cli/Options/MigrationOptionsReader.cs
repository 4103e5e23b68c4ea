using Orchestrator.Core.Runs;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.Engines.Sqlite.Sql;

namespace Orchestrator.Cli.Options;

/// <summary>Builds the options of a run. Every rule of every option stands here, once.</summary>
internal static class MigrationOptionsReader
{
    /// <param name="options">What was given.</param>
    /// <param name="environment">Looks up what <c>env:</c> names.</param>
    /// <param name="problems">Takes everything that is wrong; the result is usable only if it stays empty.</param>
    public static MigrationOptions Read(EffectiveOptions options, Func<string, string?> environment, ICollection<Problem> problems)
    {
        var read = new OptionReader(options, environment, problems);
        var source = read.Url(OptionCatalog.SourceDb, EngineFactory.CheckSourceUrl);
        var target = read.Url(OptionCatalog.TargetDb, CheckTargetUrl);
        if (source.Length > 0 && target.Length > 0 && Same(source, target))
            problems.Add(new Problem(OptionCatalog.TargetDb.Flag, "must be another database than --source-db", PgUrl.Display(target)));
        var control = ControlUrl(options, read);
        if (control.Length > 0 && ((source.Length > 0 && Same(source, control)) || (target.Length > 0 && Same(target, control))))
            problems.Add(new Problem(OptionCatalog.ControlDb.Flag, "must be another database than --source-db and --target-db", PgUrl.Display(control)));
        if (source.Length > 0 && !SqliteUrl.IsMine(source)) read.Refuse(OptionCatalog.OfSqlite, "is only for SQLite files (sqlite:///path/file.db)");
        return new MigrationOptions
        {
            SourceUrl = source,
            TargetUrl = target,
            RunName = RunName(read),
            StateDirectory = options.Text(OptionCatalog.State)!,
            Tables = read.Tables(),
            ParallelWorkers = options.Text(OptionCatalog.ParallelWorkers) == "auto"
                ? CopySessions.Auto(source, target, Environment.ProcessorCount)
                : read.Number(OptionCatalog.ParallelWorkers, 1, 64),
            ShareLoad = Has(OptionCatalog.ShareLoad) && ShareLoad(read, source),
            Strategy = Has(OptionCatalog.Strategy) ? Strategy(read) : default,
            BatchSize = Has(OptionCatalog.BatchSize) ? read.Number(OptionCatalog.BatchSize, 1, 1_000_000) : 50_000,
            Validate = !Has(OptionCatalog.Validate) || read.Switch(OptionCatalog.Validate),
            Cutover = Has(OptionCatalog.Cutover) ? When(read) : default,
            OnSwitch = options.Text(OptionCatalog.OnSwitch),
            OnSwitchUndo = options.Text(OptionCatalog.OnSwitchUndo),
            PauseBudget = Has(OptionCatalog.PauseBudget) ? PauseBudget(read) : TimeSpan.FromSeconds(10),
            MaxLag = Has(OptionCatalog.MaxLag) ? MaxLag(read) : TimeSpan.FromSeconds(5),
            TargetRoles = Has(OptionCatalog.TargetRoles) ? Roles(read) : new TargetRoles(),
            Mapping = Has(OptionCatalog.ZeroDates) ? WithStash(MappingOptionsReader.Read(read), options) : new MappingOptions(),
            Backup = SqliteUrl.IsMine(source) && Has(OptionCatalog.Backup) ? Backup(options) : null,
            Debezium = Has(OptionCatalog.ChangeSource) ? DebeziumOptionsReader.Read(options, read, source) : null,
            DryRun = Has(OptionCatalog.DryRun) && read.Switch(OptionCatalog.DryRun),
        };

        bool Has(OptionSpec spec) => options.Find(spec) is not null;
    }

    /// <summary>Where runs are kept.</summary>
    public static ControlStore.StoreLocation Location(EffectiveOptions options, OptionReader read)
    {
        var url = ControlUrl(options, read);
        return new ControlStore.StoreLocation(options.Text(OptionCatalog.State)!, url.Length > 0 ? PgUrl.ToConnectionString(url) : null);
    }

    private static string ControlUrl(EffectiveOptions options, OptionReader read) =>
        options.Find(OptionCatalog.ControlDb) is null ? "" : read.Url(OptionCatalog.ControlDb, CheckTargetUrl);

    /// <summary>A run's options with what flags of this command change; the environment and files were asked when it was created.</summary>
    public static MigrationOptions Change(
        MigrationOptions run, EffectiveOptions options, Func<string, string?> environment, ICollection<Problem> problems)
    {
        var read = new OptionReader(options, environment, problems);
        return run with
        {
            Cutover = ByFlag(OptionCatalog.Cutover) ? When(read) : run.Cutover,
            OnSwitch = ByFlag(OptionCatalog.OnSwitch) ? options.Text(OptionCatalog.OnSwitch) : run.OnSwitch,
            OnSwitchUndo = ByFlag(OptionCatalog.OnSwitchUndo) ? options.Text(OptionCatalog.OnSwitchUndo) : run.OnSwitchUndo,
            PauseBudget = ByFlag(OptionCatalog.PauseBudget) ? PauseBudget(read) : run.PauseBudget,
            MaxLag = ByFlag(OptionCatalog.MaxLag) ? MaxLag(read) : run.MaxLag,
        };

        bool ByFlag(OptionSpec spec) => options.Find(spec) is { Origin: "flag" };
    }

    public static string RunName(OptionReader read) => read.Matching(
        OptionCatalog.Run, Core.Runs.RunName.IsValid, "must be " + Core.Runs.RunName.Rule);

    /// <summary>Views of the other sources belong to one process.</summary>
    private static bool ShareLoad(OptionReader read, string source)
    {
        if (source.Length > 0 && !EngineFactory.IsPostgreSql(source)) read.Refuse([OptionCatalog.ShareLoad], "is only for PostgreSQL sources so far");
        return read.Switch(OptionCatalog.ShareLoad);
    }

    private static TargetRoles Roles(OptionReader read)
    {
        var pairs = read.Pairs(OptionCatalog.TargetRoles, k => k is "read_only" or "admin", "read_only=NAME or admin=NAME");
        foreach (var name in pairs.Values.Where(n => !Core.Runs.TargetRoles.IsName(n)))
            read.Wrong(OptionCatalog.TargetRoles, $"names of roles are {Core.Runs.TargetRoles.Rule}", name, name);
        return new TargetRoles(pairs.GetValueOrDefault("read_only"), pairs.GetValueOrDefault("admin"));
    }

    private static MigrationStrategy Strategy(OptionReader read) => read.Choice(
        OptionCatalog.Strategy,
        ("full-load-cdc", MigrationStrategy.FullLoadCdc), ("cdc-only", MigrationStrategy.CdcOnly), ("parallel-batch", MigrationStrategy.ParallelBatch));

    private static TimeSpan PauseBudget(OptionReader read) =>
        read.Time(OptionCatalog.PauseBudget, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10), "100ms to 10m");

    private static TimeSpan MaxLag(OptionReader read) =>
        read.Time(OptionCatalog.MaxLag, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), "100ms to 1h");

    private static CutoverMode When(OptionReader read) =>
        read.Choice(OptionCatalog.Cutover, ("manual", CutoverMode.Manual), ("auto", CutoverMode.Auto));

    private static MappingOptions WithStash(MappingOptions mapping, EffectiveOptions options) => mapping.RejectLimit == 0 ? mapping : mapping with
    {
        Stash = options.Text(OptionCatalog.Stash) is { } file and not "auto" ? file : Path.Combine(options.Text(OptionCatalog.State)!, options.Text(OptionCatalog.Run)! + ".rejects.jsonl"),
    };

    private static string? Backup(EffectiveOptions options) => options.Text(OptionCatalog.Backup) switch
    {
        "none" => null,
        "auto" => Path.Combine(options.Text(OptionCatalog.State)!, "backup", options.Text(OptionCatalog.Run)!),
        var directory => directory,
    };

    private static void CheckTargetUrl(string url) => PgUrl.ToConnectionString(url);

    /// <summary>The obvious case; two addresses of one database are told apart by the server's identity in the assessment.</summary>
    private static bool Same(string source, string target) =>
        string.Equals(EngineFactory.Display(source), PgUrl.Display(target), StringComparison.Ordinal);
}

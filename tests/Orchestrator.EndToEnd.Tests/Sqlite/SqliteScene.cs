using System.Text;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Validation;
using Orchestrator.EndToEnd.Tests.HardCases;
using Orchestrator.TestKit;
using Orchestrator.Workflow;

namespace Orchestrator.EndToEnd.Tests.Sqlite;

/// <summary>A migration of SQLite files, made and read by the <c>sqlite3</c> program.</summary>
internal sealed class SqliteScene : RunScene
{
    private readonly DatabasePair _pair;
    private readonly List<string> _urls = [];

    private SqliteScene(DatabasePair pair)
    {
        _pair = pair;
        Options = o => o with { Strategy = MigrationStrategy.ParallelBatch };
    }

    /// <summary>Where the files lie.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("orchestrator-sqlite-").FullName;

    /// <summary>The first file.</summary>
    public SqliteTestFile File { get; private set; } = null!;

    public override PgDatabase Target => _pair.Target;

    /// <summary>As the run is given it.</summary>
    public string Urls => string.Join('\n', _urls);

    protected override string SourceUrl => Urls;

    /// <summary>Creates a file and the target's database.</summary>
    public static async Task<SqliteScene> OpenAsync(string name, string load, string file = "shop.db")
    {
        var scene = new SqliteScene(await PgPair.CreateDatabasesAsync(name));
        scene.File = await scene.AddAsync(file, load);
        return scene;
    }

    /// <summary>As the other overload, with a file that is there.</summary>
    public static async Task<SqliteScene> OpenCopyAsync(string name, string path)
    {
        var scene = new SqliteScene(await PgPair.CreateDatabasesAsync(name));
        scene.File = new SqliteTestFile(Path.Combine(scene.Folder, Path.GetFileName(path)));
        System.IO.File.Copy(path, scene.File.Path);
        scene._urls.Add(scene.File.Url);
        return scene;
    }

    /// <summary>One more file for the same target.</summary>
    /// <param name="name">Its name in the folder.</param>
    /// <param name="load">SQL that fills it.</param>
    /// <param name="parameters">Behind its URL, with the question mark.</param>
    public async Task<SqliteTestFile> AddAsync(string name, string load, string parameters = "")
    {
        var file = new SqliteTestFile(Path.Combine(Folder, name));
        Directory.CreateDirectory(Path.GetDirectoryName(file.Path)!);
        if (load.Length > 0) await file.RunAsync(load);
        _urls.Add(file.Url + parameters);
        return file;
    }

    /// <summary>The whole way; both sides must be found equal.</summary>
    public async Task<RunResult> MoveAsync()
    {
        await StartAsync();
        var result = await EndAsync();
        var why = new StringBuilder().AppendJoin('\n', result.Errors.Select(e => $"{e.Code} {e.Message}"))
            .AppendJoin('\n', result.Findings.Select(f => $"{f.Id} {f.Severity} {f.Object} {f.Why}")).AppendJoin('\n', Notices);
        Assert.True(result.Outcome == RunOutcome.Done, why.ToString());
        Assert.Equal(ValidationVerdict.Equal, result.Report.Validation!.Verdict);
        Assert.Null(result.Report.LagMs);
        return result;
    }

    protected override async ValueTask DropDatabasesAsync()
    {
        await _pair.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

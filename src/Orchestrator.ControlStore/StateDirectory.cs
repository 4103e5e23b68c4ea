using Orchestrator.Core.Errors;

namespace Orchestrator.ControlStore;

/// <summary>Where one control store lives: <c>control.db</c>, <c>key</c> and a lock file per run; readable by its owner only.</summary>
internal sealed class StateDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public StateDirectory(string path) => Root = Path.GetFullPath(path);

    public string Root { get; }

    public string Database => Path.Combine(Root, "control.db");

    public string Key => Path.Combine(Root, "key");

    public string Lock(string run) => Path.Combine(Root, run + ".lock");

    /// <summary>Creates what is missing. SQLite gives its side files the mode of the database file.</summary>
    /// <exception cref="OrchestratorException">Configuration <c>E-RUN-004</c>: cannot be created or written.</exception>
    public void Prepare(bool withDatabase)
    {
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Root);
            else Directory.CreateDirectory(Root, OwnerOnly | UnixFileMode.UserExecute);
            if (withDatabase) Create(Database, FileMode.OpenOrCreate).Dispose();

            var probe = Path.Combine(Root, $".probe-{Guid.NewGuid():N}");
            using (Create(probe, FileMode.CreateNew))
            {
            }

            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OrchestratorException(
                ErrorKind.Configuration, "E-RUN-004",
                $"The state directory {Root} cannot be written: {e.Message.TrimEnd('.')}.",
                "Name a directory of yours with --state DIR.", e);
        }
    }

    /// <summary>Opens a file that only its owner can read. <see cref="FileShare.None"/> locks it for this process.</summary>
    public static FileStream Create(string path, FileMode mode, FileShare share = FileShare.ReadWrite)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        return new FileStream(path, options);
    }
}

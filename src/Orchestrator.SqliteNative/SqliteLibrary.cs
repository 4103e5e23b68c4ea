using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Orchestrator.SqliteNative;

/// <summary>
/// Chooses the native SQLite: the distribution's <c>libsqlite3.so.0</c>, which it patches, or the one in the package
/// where the system has none. The place to change is named in <c>docs/dependencies.md</c>. It can be chosen only once per
/// process, so everybody who opens SQLite files does it here.
/// </summary>
public static class SqliteLibrary
{
    internal const string Bundled = "e_sqlite3";

    private static readonly Lazy<bool> Loaded = new(Load);

    /// <summary>Must run before the first connection of the process; later calls do nothing.</summary>
    public static void Use() => _ = Loaded.Value;

    private static bool Load()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        NativeLibrary.SetDllImportResolver(typeof(SqliteLibrary).Assembly, Resolve);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        return true;
    }

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == Bundled && OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libsqlite3.so.0", out var handle)
            ? handle
            : IntPtr.Zero;
}

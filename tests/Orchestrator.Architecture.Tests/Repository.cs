namespace Orchestrator.Architecture.Tests;

/// <summary>The files of the repository as they lie on disk, without what a build made.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Project files below <c>src</c>, by project name.</summary>
    public static IReadOnlyDictionary<string, string> Projects { get; } =
        Files("src", "*.csproj").ToDictionary(f => System.IO.Path.GetFileNameWithoutExtension(f), f => f, StringComparer.Ordinal);

    /// <summary>Every C# file of the product, its tests and its examples.</summary>
    public static IReadOnlyList<SourceFile> Sources { get; } =
        [.. new[] { "src", "tests", "examples" }.SelectMany(f => Files(f, "*.cs")).Select(SourceFile.Read)];

    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    /// <summary>Files below a folder; a folder that is not there has none.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) => Directory.Exists(Path(folder))
        ? Directory.EnumerateFiles(Path(folder), pattern, SearchOption.AllDirectories).Where(f => !IsBuilt(f)).Order(StringComparer.Ordinal)
        : [];

    public static string Relative(string path) => System.IO.Path.GetRelativePath(Root, path);

    private static bool IsBuilt(string path) =>
        Relative(path).Split(System.IO.Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "artifacts");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "Orchestrator.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException($"no Orchestrator.sln above {AppContext.BaseDirectory}");
        return folder.FullName;
    }
}

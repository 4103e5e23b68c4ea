using System.Diagnostics;
using System.Globalization;
using Orchestrator.Demo;

var watch = Stopwatch.StartNew();
void Say(string text) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{watch.Elapsed.TotalSeconds,5:F1} s] {text}"));

if (args is not ([] or ["--mysql"]))
{
    Console.Error.WriteLine("Usage: ./run.sh demo [--mysql]");
    return 2;
}

var workspace = Directory.CreateTempSubdirectory("orchestrator-demo-");
try
{
    return args.Length == 0 ? await PostgreSqlDemo.RunAsync(workspace.FullName, Say) : await MySqlDemo.RunAsync(workspace.FullName, Say);
}
finally
{
    workspace.Delete(recursive: true);
}

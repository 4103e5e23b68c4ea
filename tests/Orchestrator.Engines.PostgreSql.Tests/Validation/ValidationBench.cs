using Orchestrator.Core.Model;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Validation;
using Orchestrator.Engines.PostgreSql.Source;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.Engines.PostgreSql.Validation;
using Orchestrator.Pipeline.Validation;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Validation;

/// <summary>Two databases and a validation of them.</summary>
internal sealed class ValidationBench(DatabasePair pair) : IAsyncDisposable
{
    public DatabasePair Pair => pair;

    public PgSession Source { get; } = new(pair.Source.ConnectionString, "test");

    public PgSession Target { get; } = new(pair.Target.ConnectionString, "test");

    public static async Task<ValidationBench> CreateAsync(string name) => new(await PgPair.CreateDatabasesAsync(name));

    public async Task<IReadOnlyList<TableSchema>> TablesAsync() =>
        (await new PgSourceCatalog(Source).ReadAsync(TableSelection.All, CancellationToken.None)).Tables;

    public async Task<ValidationReport> NowAsync(ValidationOptions? options = null, IProgress<ValidationProgress>? progress = null) =>
        await Runner(options).OfNowAsync(await TablesAsync(), progress, CancellationToken.None);

    public ValidationRunner Runner(ValidationOptions? options = null, PgSession? target = null) => new(
        new PgDigestReader(Source, "source"),
        new PgDigestReader(target ?? Target, "target"),
        options ?? new ValidationOptions { RecheckDelay = TimeSpan.FromMilliseconds(5), RecheckMaxDelay = TimeSpan.FromMilliseconds(10) },
        TimeProvider.System);

    /// <summary>Both sides seen as of now by one method, without the re-reading of suspects.</summary>
    public async Task<IReadOnlyList<TableReport>> ByMethodAsync(string method)
    {
        var (source, target) = (new PgDigestReader(Source, "source"), new PgDigestReader(Target, "target"));
        var chosen = (await source.MethodsAsync(CancellationToken.None)).Single(m => m.Name == method);
        await using var views = new ViewPair(
            await source.OpenAsync(chosen, null, 1, CancellationToken.None),
            await target.OpenAsync(chosen, null, 1, CancellationToken.None));
        var comparison = new TableComparison(views, null, new ValidationOptions());
        var reports = new List<TableReport>();
        foreach (var table in await TablesAsync()) reports.Add(await comparison.RunAsync(table, null, CancellationToken.None));
        return reports;
    }

    /// <summary>Copies a table's rows to the target with COPY, in text or binary form.</summary>
    public async Task CopyAsync(string table, string format)
    {
        await using var from = await Source.OpenAsync(CancellationToken.None);
        await using var to = await Target.OpenAsync(CancellationToken.None);
        var (read, write) = ($"COPY {table} TO STDOUT (FORMAT {format})", $"COPY {table} FROM STDIN (FORMAT {format})");
        if (format == "binary")
        {
            await using var reader = await from.BeginRawBinaryCopyAsync(read);
            await using var writer = await to.BeginRawBinaryCopyAsync(write);
            await reader.CopyToAsync(writer);
            return;
        }

        using var text = await from.BeginTextExportAsync(read);
        await using var input = await to.BeginTextImportAsync(write);
        await input.WriteAsync(await text.ReadToEndAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Target.DisposeAsync();
        await pair.DisposeAsync();
    }
}

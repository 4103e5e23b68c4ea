using System.Globalization;
using System.Text;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Validation;
using Orchestrator.Engines.Sqlite.Catalog;
using Orchestrator.Engines.Sqlite.Rejects;
using Orchestrator.Engines.Sqlite.Source;

namespace Orchestrator.Engines.Sqlite.Validation;

/// <summary>Digests of files, computed here: SQLite has no md5.</summary>
internal sealed class SqliteDigestReader(SqliteCatalog catalog, SqliteChangeCapture capture, MigrationOptions options) : IDigestReader
{
    public Task<IReadOnlyList<DigestMethod>> MethodsAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<DigestMethod>>([new DigestMethod(CanonicalMethod.Md5.Name, Probe())]);

    public async Task<IDigestSession> OpenAsync(DigestMethod method, ISnapshot? snapshot, int lanes, CancellationToken ct)
    {
        // What was written since the copy is not on the target, and never will be.
        capture.Copied?.RequireUnchanged();
        var tables = (await catalog.ReadAsync(TableSelection.All, ct)).Tables;
        var moved = options.Mapping.RejectLimit == 0 ? [] : await catalog.PairsAsync(options.Tables, ct);
        var view = new SqliteView(catalog.Files);
        try
        {
            // What was rejected when the rows were copied is not asked for: it is found again.
            var rejects = moved.Count == 0 ? RejectSet.None : await Task.Run(() => new RejectScan(view.Open, moved, catalog.Mapper, options.Mapping.RejectLimit).Run(ct), ct);
            return new SqliteDigestSession(view, tables, rejects);
        }
        catch
        {
            view.Dispose();
            throw;
        }
    }

    private static string Probe()
    {
        using var row = new RowHash();
        using var key = new RowHash();
        for (var i = 0; i < CanonicalForm.ProbeRow.Count; i++)
        {
            var text = CanonicalForm.ProbeRow[i];
            foreach (var hash in i == 0 ? new[] { row, key } : [row])
            {
                if (text is null) hash.AddNull();
                else hash.Add(Encoding.UTF8.GetBytes(text));
            }
        }

        var (a, b) = row.End();
        return string.Create(CultureInfo.InvariantCulture, $"{a} {b} {key.End().First}");
    }
}

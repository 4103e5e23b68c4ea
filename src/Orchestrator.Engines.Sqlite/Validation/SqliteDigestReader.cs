using System.Globalization;
using System.Text;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Validation;
using Orchestrator.Engines.Sqlite.Catalog;
using Orchestrator.Engines.Sqlite.Source;

namespace Orchestrator.Engines.Sqlite.Validation;

/// <summary>Digests of files, computed here: SQLite has no md5.</summary>
internal sealed class SqliteDigestReader(SqliteCatalog catalog, SqliteChangeCapture capture) : IDigestReader
{
    public Task<IReadOnlyList<DigestMethod>> MethodsAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<DigestMethod>>([new DigestMethod(CanonicalForm.Method, Probe())]);

    public async Task<IDigestSession> OpenAsync(DigestMethod method, ISnapshot? snapshot, int lanes, CancellationToken ct)
    {
        // What was written since the copy is not on the target, and never will be.
        capture.Copied?.RequireUnchanged();
        var tables = (await catalog.ReadAsync(TableSelection.All, ct)).Tables;
        return new SqliteDigestSession(new SqliteView(catalog.Files), tables);
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

using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Orchestrator.Core.Errors;
using Orchestrator.Core.Model;
using Orchestrator.Engines.Sqlite.Source;
using Orchestrator.Engines.Sqlite.Sql;
using Orchestrator.Engines.Sqlite.Types;

namespace Orchestrator.Engines.Sqlite.Rejects;

/// <summary>
/// The file rejected rows are written to: one JSON object per line with run, table, key, column, reason and every value of the
/// row. It is written as a whole before rows are moved, so a run that goes on writes none twice.
/// </summary>
/// <param name="path">Where it lies.</param>
/// <param name="run">The run it belongs to.</param>
internal sealed class StashFile(string path, Guid run)
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="OrchestratorException">Configuration <c>E-REJECT-002</c>: it is another run's, or cannot be written.</exception>
    public void Write(RejectSet rejects, IEnumerable<TableSchema> tables, Func<string, SqliteDatabase> open, CancellationToken ct)
    {
        var partial = path + ".partial";
        try
        {
            RequireOwn();
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            File.Delete(partial);
            using (var file = Create(partial))
            {
                foreach (var table in tables.Where(t => rejects.Has(t.Origin!.Value)).OrderBy(t => t.Origin.ToString(), StringComparer.Ordinal)) Write(file, table, rejects, open, ct);
                file.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refused($"The stash file {path} cannot be written: {e.Message.TrimEnd('.')}.");
        }
        finally
        {
            if (File.Exists(partial)) File.Delete(partial);
        }
    }

    /// <summary>Rows hold what the database holds: nobody else is to read them.</summary>
    private static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    private void Write(FileStream file, TableSchema table, RejectSet rejects, Func<string, SqliteDatabase> open, CancellationToken ct)
    {
        var name = table.Origin!.Value;
        using var database = open(name.Schema);
        using var row = SqliteSnapshotSession.RowsOf(database, table, [.. table.Columns.Select(c => new ColumnPlan(c))], "");
        while (row.Next())
        {
            if (rejects.Find(name, row.Number) is not { } reject) continue;
            ct.ThrowIfCancellationRequested();
            using (var json = new Utf8JsonWriter(file, Json)) Line(json, table, row, reject);
            file.WriteByte((byte)'\n');
        }
    }

    private void Line(Utf8JsonWriter json, TableSchema table, RowCursor row, Reject reject)
    {
        json.WriteStartObject();
        json.WriteString("run", run);
        json.WriteString("table", table.Origin.ToString());
        json.WriteStartObject("key");
        if (table.Key.Kind != RowKeyKind.PrimaryKey) json.WriteNumber("rowid", row.Number);
        foreach (var column in table.Key.Kind == RowKeyKind.PrimaryKey ? table.Key.Columns : []) Value(json, table, row, column);
        json.WriteEndObject();
        json.WriteString("column", reject.Column);
        json.WriteString("reason", reject.Reason);
        json.WriteStartObject("row");
        for (var i = 0; i < table.Columns.Count; i++) Value(json, table, row, i);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>What JSON has no form for is an object: bytes in hexadecimal digits, an infinite number.</summary>
    private static void Value(Utf8JsonWriter json, TableSchema table, RowCursor row, int column)
    {
        json.WritePropertyName(table.Columns[column].Origin!.Name);
        switch (row.Class(column))
        {
            case StorageClass.Null: json.WriteNullValue(); break;
            case StorageClass.Integer: json.WriteRawValue(row.Integer(column).ToString(CultureInfo.InvariantCulture)); break;
            case StorageClass.Real when double.IsFinite(row.Real(column)): json.WriteRawValue(FloatText.AsText(row.Real(column))); break;
            case StorageClass.Real: Object(json, "real", FloatText.Shortest(row.Real(column))); break;
            case StorageClass.Text when row.TryText(column, out var text): json.WriteStringValue(text); break;
            case StorageClass.Text: Object(json, "text", Convert.ToHexStringLower(row.Blob(column))); break;
            default: Object(json, "blob", Convert.ToHexStringLower(row.Blob(column))); break;
        }
    }

    private static void Object(Utf8JsonWriter json, string name, string value)
    {
        json.WriteStartObject();
        json.WriteString(name, value);
        json.WriteEndObject();
    }

    private void RequireOwn()
    {
        if (!File.Exists(path)) return;
        using var reader = File.OpenText(path);
        if (reader.ReadLine() is { } first && !first.StartsWith($$"""{"run":"{{run}}",""", StringComparison.Ordinal))
            throw Refused($"The stash file {path} is there already and not of this run.");
    }

    private static OrchestratorException Refused(string message) => new(ErrorKind.Configuration, "E-REJECT-002", message, "Name another file with --stash FILE, or move that one away.");
}

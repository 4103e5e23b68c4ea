using System.Text.Json;
using Orchestrator.Core.Model.Structure;

namespace Orchestrator.Engines.PostgreSql.Target.Structure;

/// <summary>A structure kept in a file from the first step of a run to the last.</summary>
internal sealed class StructureFile(string path)
{
    private TargetStructure? _known;

    public async Task WriteAsync(TargetStructure structure, CancellationToken ct)
    {
        var partial = path + ".partial";
        await File.WriteAllBytesAsync(partial, JsonSerializer.SerializeToUtf8Bytes(structure), ct);
        File.Move(partial, path, overwrite: true);
        _known = structure;
    }

    /// <summary>Null if there is none.</summary>
    public async Task<TargetStructure?> ReadAsync(CancellationToken ct)
    {
        if (_known is not null || !File.Exists(path)) return _known;
        return _known = JsonSerializer.Deserialize<TargetStructure>(await File.ReadAllBytesAsync(path, ct));
    }

    public void Delete()
    {
        File.Delete(path + ".partial");
        File.Delete(path);
        _known = null;
    }
}

using System.Text.Json.Nodes;

namespace Orchestrator.Workflow.Reports;

/// <summary>An entry of <see cref="Core.Assessment.AssessmentReport.ChecksRun"/>: id and title.</summary>
internal readonly record struct CheckLabel(string Id, string Title)
{
    public static CheckLabel Parse(string label)
    {
        var parts = label.Split(' ', 2);
        return new CheckLabel(parts[0], parts.Length > 1 ? parts[1] : "");
    }

    public JsonObject ToJson() => new() { ["id"] = Id, ["title"] = Title };
}

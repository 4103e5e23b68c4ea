using Orchestrator.Core.Model;

namespace Orchestrator.Engines.MySql.Binlog;

/// <summary>A followed table in all forms it had during the run, the earlier ones first.</summary>
internal sealed class FollowedTableForms(IReadOnlyList<FollowedForm> forms)
{
    public TableRef Origin => Latest.Table.Origin!.Value;

    public FollowedForm Latest => forms[^1];

    /// <summary>The table changed during the run, alike on both sides.</summary>
    public bool HasSeveral => forms.Count > 1;

    /// <summary>The form that rows after this description have; null: none of them.</summary>
    public FollowedForm? FormOf(TableMap map)
    {
        for (var i = forms.Count - 1; i >= 0; i--)
            if (forms[i].Difference(map) is null) return forms[i];
        return null;
    }
}

using Orchestrator.Core.Model;

namespace Orchestrator.Engines.PostgreSql.Target.Parts;

/// <summary>
/// Changes that concern more than one part: a TRUNCATE, and a row that got another key while large values of it were not sent, which
/// only the row itself has.
/// </summary>
internal static class Undivided
{
    public static bool Is(ChangeBatch batch, in RowChange change) =>
        change.Op == ChangeOp.Truncate || (change.Op == ChangeOp.Update && change.Old != OldImage.None && IsMovedInPart(batch, change));

    private static bool IsMovedInPart(ChangeBatch batch, in RowChange change)
    {
        var now = new TupleReader(batch.Buffer.Span, change.NewOffset);
        var old = new TupleReader(batch.Buffer.Span, change.OldOffset);
        var key = batch.Tables[change.Table].Key.Columns;
        var (isMoved, isInPart) = (false, false);
        for (var column = 0; column < now.ColumnCount; column++)
        {
            var tag = now.Next(out var text);
            var oldTag = old.Next(out var oldText);
            isInPart |= tag == ValueTag.Unchanged;
            isMoved |= tag != ValueTag.Unchanged && key.Contains(column) && (tag != oldTag || !text.SequenceEqual(oldText));
        }

        return isMoved && isInPart;
    }
}

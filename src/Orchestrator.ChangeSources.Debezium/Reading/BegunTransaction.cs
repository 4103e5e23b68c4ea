using Orchestrator.ChangeSources.Debezium.Envelope;

namespace Orchestrator.ChangeSources.Debezium.Reading;

/// <summary>A transaction the transaction topic has told of and that is not handed on wholly.</summary>
internal sealed class BegunTransaction(TransactionKey key, long offset)
{
    public TransactionKey Key { get; } = key;

    /// <summary>Of its first BEGIN.</summary>
    public long Offset { get; } = offset;

    /// <summary>How often it was begun before its END.</summary>
    public int Begins { get; set; } = 1;

    /// <summary>It was begun again without another in between: the connector was restarted in its midst.</summary>
    public bool IsRestarted { get; set; }

    /// <summary>Its END was read.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>How many events it has.</summary>
    public long Count { get; private set; }

    /// <summary>PostgreSQL: end of its commit record; 0 otherwise.</summary>
    public ulong EndLsn { get; private set; }

    /// <summary>Microseconds since 1970; 0 if END does not tell.</summary>
    public long CommitMicroseconds { get; private set; }

    public void End(in DecodedEvent end)
    {
        (HasEnded, Count, EndLsn, CommitMicroseconds) = (true, end.TotalOrder, end.Source.Lsn, end.CommitMicroseconds);
    }

    public override string ToString() => Name(Key);

    public static string Name(TransactionKey key) =>
        key.Gtid ?? key.Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

namespace Orchestrator.ChangeSources.Debezium.Envelope;

/// <summary>How <c>decimal.handling.mode</c> writes numbers; <c>double</c> rounds them and is not supported.</summary>
internal enum DecimalMode
{
    String,
    Precise,
}

/// <summary>How <c>interval.handling.mode</c> writes intervals.</summary>
internal enum IntervalMode
{
    /// <summary>ISO 8601: months and days stay what they are.</summary>
    String,

    /// <summary>Microseconds: months and days are counted as average ones, and cannot be told apart afterwards.</summary>
    Numeric,
}

/// <summary>How <c>time.precision.mode</c> writes dates and times.</summary>
internal enum TimeMode
{
    /// <summary>By the column's precision: milliseconds up to 3 digits, else microseconds (MySQL, MariaDB: <c>adaptive_time_microseconds</c>).</summary>
    Adaptive,

    /// <summary>Kafka Connect's own types: milliseconds only, what is finer is lost.</summary>
    Connect,
}

/// <summary>
/// The connector's settings that decide how values without an embedded schema are written; the defaults are what we configure.
/// https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-connector-properties
/// </summary>
internal sealed record DebeziumModes
{
    public DecimalMode Decimals { get; init; } = DecimalMode.String;

    public IntervalMode Intervals { get; init; } = IntervalMode.String;

    public TimeMode Times { get; init; } = TimeMode.Adaptive;

    /// <summary><c>bigint.unsigned.handling.mode=precise</c>; without it the upper half of the range arrives as negative numbers, which are undone.</summary>
    public bool PreciseUnsigned { get; init; } = true;

    /// <summary><c>unavailable.value.placeholder</c>; here Debezium's default, see <see cref="Connect.ConnectorNames.UnavailableValue"/>.</summary>
    public string UnavailableValue { get; init; } = "__debezium_unavailable_value";

    /// <summary><c>include.unknown.datatypes</c>: columns of types Debezium does not know arrive as the base64 of their text; otherwise they are left out.</summary>
    public bool UnknownTypes { get; init; } = true;
}

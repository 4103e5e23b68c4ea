namespace Orchestrator.Engines.PostgreSql.Tests.Validation;

/// <summary>Hard values and the canonical text each must have (CanonicalForm).</summary>
internal static class CanonicalValues
{
    public static readonly IReadOnlyList<(string Type, string Value, string? Text)> All =
    [
        ("smallint", "-32768", "-32768"), ("integer", "0", "0"), ("bigint", "9223372036854775807", "9223372036854775807"), ("bigint", "NULL", null),
        ("numeric", "1.50", "1.5"), ("numeric", "0", "0"), ("numeric", "100", "100"), ("numeric", "-0.0", "0"), ("numeric", "1e-20", "0.00000000000000000001"),
        ("numeric", "-0.50", "-0.5"), ("numeric", "1e25", "10000000000000000000000000"), ("numeric", "'NaN'", "NaN"), ("numeric", "'-Infinity'", "-Infinity"), ("numeric", "0.000", "0"),
        ("numeric(10,2)", "12.3", "12.3"), ("numeric(20,0)", "18446744073709551615", "18446744073709551615"),
        ("double precision", "0.71", "71e-2"), ("double precision", "1200", "12e2"), ("double precision", "1e16", "1e16"), ("double precision", "1e-7", "1e-7"),
        ("double precision", "1.7976931348623157e308", "17976931348623157e292"), ("double precision", "-5e-324", "-5e-324"), ("double precision", "2.2250738585072014e-308", "22250738585072014e-324"),
        ("double precision", "0", "0"), ("double precision", "'-0'", "-0"), ("double precision", "'NaN'", "NaN"), ("double precision", "'Infinity'", "Infinity"),
        ("double precision", "'-Infinity'", "-Infinity"), ("double precision", "-12", "-12e0"), ("double precision", "0.30000000000000004", "30000000000000004e-17"),
        ("double precision", "123456789012345678", "12345678901234568e1"), ("double precision", "999999999999999", "999999999999999e0"), ("double precision", "1e15", "1e15"),
        ("double precision", "1234.5", "12345e-1"), ("double precision", "-0.001", "-1e-3"), ("double precision", "-1200", "-12e2"), ("double precision", "123456789.12345679", "12345678912345679e-8"),
        ("double precision", "0.0001", "1e-4"), ("double precision", "-100000000000000", "-1e14"), ("double precision", "1000.0625", "10000625e-4"), ("double precision", "NULL", null),
        // 2^54+8: ...90 lies between this value and the one below, and is rounded to this one.
        ("double precision", "18014398509481992", "1801439850948199e1"), ("double precision", "-18014398509481992", "-1801439850948199e1"),
        ("real", "0.1", "10000000149011612e-17"), ("real", "'-0'", "-0"), ("real", "0.5", "5e-1"), ("real", "'NaN'", "NaN"), ("real", "3.4028235e38", "34028234663852886e22"),
        ("text", "''", ""), ("text", "NULL", null), ("text", "'~'", "~"), ("text", "'grüße 🙂 ''\\ '", "grüße 🙂 '\\ "), ("character varying(5)", "'ab '", "ab "),
        ("character(5)", "'ab'", "ab"), ("character(5)", "''", ""), ("character(5)", "' a'", " a"), ("mood", "'so so '", "so so "), ("mood", "''", ""),
        ("bytea", @"'\x00FF5c'", "00ff5c"), ("bytea", "''", ""), ("boolean", "true", "1"), ("boolean", "false", "0"), ("boolean", "NULL", null),
        ("date", "'2024-02-29'", "2024-02-29"), ("date", "'infinity'", "infinity"), ("date", "'-infinity'", "-infinity"), ("date", "'0044-03-15 BC'", "0044-03-15 BC"), ("date", "'10000-01-01'", "10000-01-01"),
        ("timestamp", "'2024-02-29 23:59:59'", "2024-02-29 23:59:59.000000"), ("timestamp", "'2024-02-29 23:59:59.5'", "2024-02-29 23:59:59.500000"),
        ("timestamp", "'2024-02-29 00:00:00.000001'", "2024-02-29 00:00:00.000001"), ("timestamp", "'infinity'", "infinity"), ("timestamp", "'0044-03-15 01:02:03.4 BC'", "0044-03-15 01:02:03.400000 BC"),
        ("timestamp", "'0044-03-15 00:00'", "0044-03-15 00:00:00.000000"), ("timestamp", "'0001-01-01'", "0001-01-01 00:00:00.000000"), ("timestamp", "'0001-12-31 23:59:59.999999 BC'", "0001-12-31 23:59:59.999999 BC"),
        ("timestamp", "'294276-12-31 23:59:59.999999'", "294276-12-31 23:59:59.999999"),
        ("timestamp(0)", "'12024-02-29 23:59:59'", "12024-02-29 23:59:59.000000"), ("timestamp", "NULL", null),
        ("timestamptz", "'2024-03-31 02:30:00.123456+02'", "2024-03-31 00:30:00.123456"), ("timestamptz", "'-infinity'", "-infinity"), ("timestamptz", "'1999-12-31 23:00-01:30'", "2000-01-01 00:30:00.000000"),
        ("interval", "'838:59:59.999999'", "838:59:59.999999"), ("interval", "'-838:59:59'", "-838:59:59.000000"), ("interval", "'-00:00:01.5'", "-00:00:01.500000"), ("interval", "'0'", "00:00:00.000000"),
        ("interval", "'1 day'", "1 day"), ("interval", "'1 mon 02:00'", "1 mon 02:00:00"), ("time", "'00:00'", "00:00:00.000000"), ("time", "'24:00'", "24:00:00.000000"), ("time", "'07:08:09.010203'", "07:08:09.010203"),
        ("bit(5)", "'00101'", "00101"), ("bit(1)", "'1'", "1"), ("varbit", "''", ""), ("varbit", "'1011'", "1011"),
        ("uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ];
}

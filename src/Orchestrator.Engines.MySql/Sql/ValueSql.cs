using Orchestrator.Core.Validation;
using Orchestrator.Engines.MySql.Types;

namespace Orchestrator.Engines.MySql.Sql;

/// <summary>Expressions of MySQL's SQL for a column's values: as they are read, and as they are compared.</summary>
internal static class ValueSql
{
    /// <summary>Columns of a row in the order of the plan.</summary>
    public static string List(IEnumerable<ColumnPlan> columns)
    {
        var list = string.Join(", ", columns.Select(Select));
        return list.Length > 0 ? list : "1"; // a table whose columns are all left to the target still has rows
    }

    /// <summary>FLOAT and DOUBLE(M,D) are printed rounded unless they take part in a calculation (CASES MP14); an addition would lose the
    /// sign of -0. Text that is not Unicode comes as it is stored, because the server makes a question mark of what is no character.</summary>
    private static string Select(ColumnPlan column) => column.Reading == ValueReading.Float
        ? $"{MySqlName.Quote(column.Name)} * 1e0"
        : column.IsDecoded ? $"CAST({MySqlName.Quote(column.Name)} AS BINARY)" : MySqlName.Quote(column.Name);

    /// <summary>The canonical text of a value (<see cref="CanonicalForm"/>), NULL for NULL.</summary>
    public static string Canonical(ColumnPlan column, string alias, bool isMariaDb)
    {
        var name = $"{alias}.{MySqlName.Quote(column.Name)}";
        return column.Form switch
        {
            CanonicalForm.Integer => $"CAST({name} + 0 AS CHAR)",
            CanonicalForm.Numeric => Numeric(name),
            CanonicalForm.Float => Float($"{name} * 1e0", isMariaDb),
            CanonicalForm.Bytes => $"LOWER(HEX({name}))",
            CanonicalForm.Boolean => $"CAST({name} + 0 AS CHAR)",
            CanonicalForm.Date => Date(column, name, $"CAST({name} AS CHAR)"),
            CanonicalForm.Timestamp or CanonicalForm.Moment => Date(column, name, $"RPAD(CONCAT(CAST({name} AS CHAR), IF(INSTR(CAST({name} AS CHAR), '.') = 0, '.', '')), 26, '0')"),
            CanonicalForm.Time => $"RPAD(CONCAT(CAST({name} AS CHAR), IF(INSTR(CAST({name} AS CHAR), '.') = 0, '.', '')), CHAR_LENGTH(SUBSTRING_INDEX(CAST({name} AS CHAR), '.', 1)) + 7, '0')",
            CanonicalForm.Bits => $"LPAD(BIN({name} + 0), {column.Type.Length ?? 1}, '0')",
            CanonicalForm.Uuid when column.Type.IsBytes => $"LOWER(INSERT(INSERT(INSERT(INSERT(HEX({name}), 9, 0, '-'), 14, 0, '-'), 19, 0, '-'), 24, 0, '-'))",
            CanonicalForm.Uuid => $"LOWER(CONVERT({name} USING utf8mb4))",
            CanonicalForm.Text when column.Target == "bpchar" => $"TRIM(TRAILING ' ' FROM CONVERT({name} USING utf8mb4))",
            _ => $"CONVERT({name} USING utf8mb4)",
        };
    }

    /// <summary>Zeros at the end of a fraction say nothing, and nor does a minus before zero.</summary>
    public static string Numeric(string name)
    {
        var text = $"CAST({name} + 0 AS CHAR)";
        var trimmed = $"IF(INSTR({text}, '.') = 0, {text}, TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM {text})))";
        return $"IF({name} = 0, '0', {trimmed})";
    }

    /// <summary>
    /// Sign, digits without zeros at either end, <c>e</c>, exponent of the last digit. The server writes the fewest digits
    /// that give the value back, as PostgreSQL does, but places point and exponent its own way. MySQL cuts off what is longer
    /// than 22 characters, unless it writes a document.
    /// </summary>
    public static string Float(string number, bool isMariaDb) =>
        isMariaDb ? FloatOf($"CAST({number} AS CHAR)") : Once($"CAST(CAST({number} AS JSON) AS CHAR)", FloatOf);

    /// <summary>An expression over a text that is computed once for each row. MariaDB cannot refer to the row from within it.</summary>
    public static string Once(string text, Func<string, string> expression) => $"(SELECT {expression("x")} FROM (SELECT {text} AS x) v)";

    private static string FloatOf(string text)
    {
        var mantissa = $"TRIM(LEADING '-' FROM SUBSTRING_INDEX({text}, 'e', 1))";
        var exponent = $"IF(INSTR({text}, 'e') = 0, 0, CAST(SUBSTRING_INDEX({text}, 'e', -1) AS SIGNED))";
        var fraction = $"IF(INSTR({mantissa}, '.') = 0, 0, CHAR_LENGTH(SUBSTRING_INDEX({mantissa}, '.', -1)))";
        var digits = $"TRIM(LEADING '0' FROM REPLACE({mantissa}, '.', ''))";
        var kept = $"TRIM(TRAILING '0' FROM {digits})";
        var sign = $"IF(LEFT({text}, 1) = '-', '-', '')";
        return $"IF({kept} = '', CONCAT({sign}, '0'), CONCAT({sign}, {kept}, 'e', {exponent} - {fraction} + CHAR_LENGTH({digits}) - CHAR_LENGTH({kept})))";
    }

    private static string Date(ColumnPlan column, string name, string text)
    {
        if (column.ZeroDate.Length == 0) return text;
        var instead = column.ZeroDate == ColumnPlan.ZeroToNull ? "NULL" : "'-infinity'";
        return $"IF({IsNoDate(name)}, {instead}, {text})";
    }

    /// <summary>The value is a date that is none: its year, month or day is 0, or its month has no such day.</summary>
    public static string IsNoDate(string name) =>
        $"(YEAR({name}) = 0 OR MONTH({name}) = 0 OR DAY({name}) = 0 OR (DAY({name}) > 28 AND DAY({name}) > DAY(LAST_DAY(DATE_FORMAT({name}, '%Y-%m-01')))))";
}

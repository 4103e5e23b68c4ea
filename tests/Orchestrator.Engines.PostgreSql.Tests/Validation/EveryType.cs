namespace Orchestrator.Engines.PostgreSql.Tests.Validation;

/// <summary>A table with a column of every type family and rows at the edges of them.</summary>
internal static class EveryType
{
    /// <summary>User types. Run with other statements before it, it gets other type numbers.</summary>
    public const string Types = """
        CREATE EXTENSION hstore; CREATE EXTENSION citext;
        CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
        CREATE TYPE pair AS (a int, b text, c timestamptz);
        CREATE DOMAIN positive AS numeric CHECK (value > 0);
        CREATE DOMAIN label AS text;
        CREATE TYPE floatrange AS RANGE (subtype = float8);
        CREATE TYPE moodrange AS RANGE (subtype = mood);
        """;

    /// <summary>Column types; the column of the n-th is <c>c</c>n.</summary>
    public static readonly IReadOnlyList<string> ColumnTypes =
    [
        "bool", "bytea", "\"char\"", "name", "int8", "int2", "int4", "text", "oid", "tid", "xid", "cid", "xid8", "json", "jsonb", "jsonpath",
        "xml", "cidr", "inet", "macaddr", "macaddr8", "money", "numeric", "numeric(10,2)", "char(5)", "varchar(20)", "bit(3)", "varbit",
        "date", "time", "timestamp", "timestamptz", "timetz", "interval", "refcursor", "uuid", "pg_lsn", "pg_snapshot", "tsvector",
        "tsquery", "int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange", "int4multirange", "tstzmultirange",
        "float4", "float8", "point", "line", "lseg", "box", "path", "polygon", "circle", "int4[]", "text[]", "numeric[]", "float8[]",
        "timestamptz[]", "regclass", "regtype", "regproc", "aclitem", "aclitem[]", "int2vector", "oidvector",
        "mood", "mood[]", "pair", "pair[]", "positive", "label", "hstore", "citext", "citext[]", "floatrange", "moodrange",
    ];

    public static string CreateTable(string name) =>
        $"CREATE TABLE {name} (id int PRIMARY KEY, {string.Join(", ", ColumnTypes.Select((t, i) => $"c{i} {t}"))}, "
        + "twice int GENERATED ALWAYS AS (id * 2) STORED);";

    /// <summary>A row of NULLs, one of usual values, single values at the edges.</summary>
    public static string Fill(string name)
    {
        var sql = $"INSERT INTO {name} (id) VALUES (1);\nINSERT INTO {name} (id, {string.Join(", ", ColumnTypes.Select((_, i) => "c" + i))}) VALUES (2, "
            + string.Join(", ", ColumnTypes.Select(t => Usual[t])) + ");\n";
        var id = 3;
        foreach (var (type, value) in Edges)
            sql += $"INSERT INTO {name} (id, c{IndexOf(type)}) VALUES ({id++}, {value});\n";
        return sql;
    }

    public static int IndexOf(string type) => ColumnTypes.ToList().IndexOf(type);

    private static readonly Dictionary<string, string> Usual = new(StringComparer.Ordinal)
    {
        ["bool"] = "true", ["bytea"] = @"'\x00ff5c'", ["\"char\""] = "'x'", ["name"] = "'a name'", ["int8"] = "9223372036854775807",
        ["int2"] = "-32768", ["int4"] = "7", ["text"] = "'grüße ✓ \t \\ '''", ["oid"] = "4294967295", ["tid"] = "'(1,2)'", ["xid"] = "'7'", ["cid"] = "'8'",
        ["xid8"] = "'9'", ["json"] = """'{"b": 1.50,  "a": [1, 2], "a": null}'""", ["jsonb"] = """'{"b": 1.50, "a": [1, 2]}'""",
        ["jsonpath"] = "'$.a[*] ? (@ > 1)'", ["xml"] = "'<a b=\"1\">x</a>'", ["cidr"] = "'10.0.0.0/8'", ["inet"] = "'::1/64'",
        ["macaddr"] = "'08:00:2b:01:02:03'", ["macaddr8"] = "'08:00:2b:01:02:03:04:05'", ["money"] = "12.34::numeric::money", ["numeric"] = "1.50",
        ["numeric(10,2)"] = "1.5", ["char(5)"] = "'ab'", ["varchar(20)"] = "'ab  '", ["bit(3)"] = "'101'", ["varbit"] = "'1011'",
        ["date"] = "'2024-02-29'", ["time"] = "'24:00'", ["timestamp"] = "'2024-03-31 02:30:00.123456'", ["timestamptz"] = "'2024-03-31 02:30:00.123456+02'",
        ["timetz"] = "'12:00:00+05:30'", ["interval"] = "'1 mon -30 days 25:00:00.5'", ["refcursor"] = "'c'", ["uuid"] = "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
        ["pg_lsn"] = "'16/B374D848'", ["pg_snapshot"] = "'10:20:10,14'", ["tsvector"] = "'a:1A fat:2B,3 cat'", ["tsquery"] = "'a & b | !c <-> d'",
        ["int4range"] = "'[1,5]'", ["int8range"] = "'(,7)'", ["numrange"] = "'[1.50,2.0)'", ["tsrange"] = "'[2020-01-01,2021-01-01)'",
        ["tstzrange"] = "'[2020-01-01,)'", ["daterange"] = "'[2020-01-01,2020-01-31]'", ["int4multirange"] = "'{[1,2],[5,7)}'",
        ["tstzmultirange"] = "'{[2020-01-01,2021-01-01)}'", ["float4"] = "0.1", ["float8"] = "0.30000000000000004", ["point"] = "'(1.1,2)'",
        ["line"] = "'{1,2,3}'", ["lseg"] = "'[(0,0),(1,1)]'", ["box"] = "'(1,1),(0,0)'", ["path"] = "'[(0,0),(1,2)]'", ["polygon"] = "'((0,0),(1,1),(2,0))'",
        ["circle"] = "'<(1,2),3>'", ["int4[]"] = "'[0:1]={1,NULL}'", ["text[]"] = """'{"a,b","","NULL",NULL,"q\"\\"}'""", ["numeric[]"] = "'{1.50,1.5}'",
        ["float8[]"] = "'{NaN,-0,0.1}'", ["timestamptz[]"] = "'{2020-01-01 00:00:00+00}'", ["regclass"] = "'pg_class'", ["regtype"] = "'int4'",
        ["regproc"] = "'pg_backend_pid'", ["aclitem"] = "makeaclitem(10, 10, 'SELECT', false)", ["aclitem[]"] = "ARRAY[makeaclitem(10, 10, 'SELECT', true)]",
        ["int2vector"] = "'1 2 3'", ["oidvector"] = "'4 5'", ["mood"] = "'ok'", ["mood[]"] = "'{sad,NULL,happy}'", ["pair"] = "ROW(1, 'x y', '2020-01-01 00:00:00+00')",
        ["pair[]"] = "ARRAY[ROW(1, 'x', NULL)::pair, NULL]", ["positive"] = "2.50", ["label"] = "'l'", ["hstore"] = "'b=>NULL, a=>\"x y\"'", ["citext"] = "'MiXed'",
        ["citext[]"] = "'{A,a}'", ["floatrange"] = "'[0.1,0.2)'", ["moodrange"] = "'[sad,ok]'",
    };

    private static readonly IReadOnlyList<(string Type, string Value)> Edges =
    [
        ("float8", "'NaN'"), ("float8", "'Infinity'::float8 - 'Infinity'::float8"), ("float8", "'-0'"), ("float8", "'-Infinity'"), ("float8", "5e-324"),
        ("float4", "'NaN'"), ("float4", "'Infinity'::float4 - 'Infinity'::float4"), ("float4", "'-0'"), ("point", "point('Infinity'::float8 - 'Infinity'::float8, 1)"),
        ("numeric", "'NaN'"), ("numeric", "'Infinity'"), ("numeric", "0.00"), ("numeric", "'1e1000'::numeric"), ("numeric", "-0.000000001"),
        ("timestamp", "'infinity'"), ("timestamptz", "'-infinity'"), ("timestamptz", "'4714-11-24 00:00:00+00 BC'"), ("date", "'infinity'"), ("date", "'0044-03-15 BC'"),
        ("text", "''"), ("bytea", "''"), ("char(5)", "''"), ("varchar(20)", "' '"), ("jsonb", "'null'"), ("json", "'null'"), ("jsonb", "'\"\"'"),
        ("int4[]", "'{}'"), ("text[]", "'{{a,b},{c,d}}'"), ("interval", "'-1 year 13 mons'"), ("timetz", "'00:00:00-15:59:59'"),
        ("pair", "ROW(NULL, NULL, NULL)"), ("pair", "ROW(NULL, '', NULL)"), ("hstore", "''"), ("int4range", "'empty'"), ("varbit", "''"),
        ("xml", "'<?xml version=\"1.0\" encoding=\"UTF-8\"?><a/>'"), ("tsquery", "'a'::tsquery && ('b'::tsquery && 'c'::tsquery)"), ("tsvector", "''"),
        ("bool", "false"), ("text", "repeat('long ', 100000)"), ("bytea", "decode(repeat('00ff', 50000), 'hex')"), ("int8", "-1"), ("int8", "4294967296"), ("inet", "'10.1.2.3'"),
    ];
}

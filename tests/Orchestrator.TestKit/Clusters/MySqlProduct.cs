using System.Text.RegularExpressions;

namespace Orchestrator.TestKit;

/// <summary>Which server of the family a <see cref="MySqlServer"/> is.</summary>
public sealed partial record MySqlProduct
{
    private const string Directory = "/opt/orchestrator-mysql";

    private MySqlProduct()
    {
    }

    /// <summary>MariaDB 10.11 of this Debian.</summary>
    public static MySqlProduct MariaDb { get; } = new()
    {
        Name = "mariadb",
        Program = "/usr/sbin/mariadbd",
        Initializer = "mariadb-install-db",
        InitializerArguments =
        [
            "--auth-root-authentication-method=normal", "--skip-test-db", "--innodb-log-file-size=16M",
            "--innodb-data-file-path=ibdata1:12M:autoextend", "--innodb-undo-tablespaces=0",
        ],
        LogsLogins = "--log-warnings=2",
        Settings = ["--binlog-format=ROW", "--innodb-log-file-size=16M", "--aria-log-file-size=8M"],
    };

    /// <summary>MySQL 9.7 as <c>./run.sh setup</c> installs it.</summary>
    public static MySqlProduct MySql { get; } = new()
    {
        Name = "mysql",
        Program = Directory + "/usr/sbin/mysqld",
        Initializer = Directory + "/usr/sbin/mysqld",
        InitializerArguments = ["--initialize-insecure", "--lc-messages-dir=" + Directory + "/usr/share/mysql"],
        LogsLogins = "--log-error-verbosity=3",
        Settings = ["--lc-messages-dir=" + Directory + "/usr/share/mysql", "--mysqlx=OFF", "--secure-file-priv=NULL", "--innodb-redo-log-capacity=32M", "--cte-max-recursion-depth=1000000"],
    };

    /// <summary>The one that tests of either get: <c>ORCHESTRATOR_TEST_MYSQL=mysql</c> or, by default, MariaDB.</summary>
    public static MySqlProduct Chosen { get; } = Environment.GetEnvironmentVariable("ORCHESTRATOR_TEST_MYSQL") is "mysql" ? MySql : MariaDb;

    /// <summary>MariaDB; otherwise MySQL.</summary>
    public bool IsMariaDb => ReferenceEquals(this, MariaDb);

    /// <summary>A name for files.</summary>
    public required string Name { get; init; }

    /// <summary>The server.</summary>
    public required string Program { get; init; }

    /// <summary>What makes an empty data directory.</summary>
    public required string Initializer { get; init; }

    /// <summary>Its arguments besides <c>--no-defaults</c> and <c>--datadir</c>.</summary>
    public required IReadOnlyList<string> InitializerArguments { get; init; }

    /// <summary>Options the other one does not know.</summary>
    public required IReadOnlyList<string> Settings { get; init; }

    /// <summary>The option that makes it write refused logins to its log.</summary>
    public required string LogsLogins { get; init; }

    /// <summary>Statements are written for MariaDB: its tables of numbers, <c>seq_1_to_500</c>, and its names of rights and of the log are to be had of MySQL too.</summary>
    public string Speak(string sql) => IsMariaDb ? sql : Sequence()
        .Replace(sql, "(WITH RECURSIVE n(seq) AS (SELECT ${from} UNION ALL SELECT seq + 1 FROM n WHERE seq < ${to}) SELECT seq FROM n) ${name}")
        .Replace("BINLOG MONITOR", "REPLICATION CLIENT", StringComparison.Ordinal)
        .Replace("READ_ONLY ADMIN", "SYSTEM_VARIABLES_ADMIN, CONNECTION_ADMIN", StringComparison.Ordinal)
        .Replace("RESET MASTER", "RESET BINARY LOGS AND GTIDS", StringComparison.Ordinal);

    [GeneratedRegex(@"\b(?<name>seq_(?<from>\d+)_to_(?<to>\d+))\b", RegexOptions.ExplicitCapture)]
    private static partial Regex Sequence();
}

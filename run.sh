#!/usr/bin/env bash
# The project's verbs; `./run.sh` without one lists them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
readonly PG_BIN=/usr/lib/postgresql/15/bin
readonly MYSQL_DIR=/opt/orchestrator-mysql
readonly NEWER_PG_DIR=/opt/orchestrator-postgresql
readonly RESULTS=artifacts/test-results

usage() {
    cat <<'TEXT'
Usage: ./run.sh VERB [ARGUMENTS]

  setup            install what is missing (PostgreSQL 15 and 18, MariaDB, MySQL, their tools); quick when all is there
  build            build the command line tool: artifacts/orchestrator
  demo [--mysql]   move a live database before your eyes: two throwaway servers, an application
                   that keeps writing, a cutover, a report, an independent comparison;
                   from PostgreSQL, or from MySQL
  test [FILTER]    run all tests, or those whose full name contains FILTER
  bench [NAME...]  measure and write evidence/bench.json (all scenarios; a name that is none lists them)
  drill [FILTER]   the long crash drill: the end-to-end tests with more kills and more writes

Needs the .NET SDK that global.json names; everything else is installed by setup.
TEXT
}

say() { printf '%s\n' "$*" >&2; }

as_root() {
    if [[ $(id -u) -eq 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        say "setup needs root to install Debian packages: run it as root or install sudo"
        exit 1
    fi
}

install_packages() {
    # Debian would start servers of its own with the packages (hence RUNLEVEL, too); nobody here needs them.
    as_root mkdir -p /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.d/orchestrator.conf >/dev/null
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -q --no-install-recommends "$@"
}

setup() {
    command -v dotnet >/dev/null || { say "the .NET SDK is missing: https://dot.net (version: see global.json)"; exit 1; }
    local missing=()
    [[ -x $PG_BIN/postgres && -x $PG_BIN/pgbench ]] || missing+=(postgresql-15)
    [[ -x $PG_BIN/psql && -x $PG_BIN/pg_dump ]] || missing+=(postgresql-client-15)
    command -v pgcopydb >/dev/null || missing+=(pgcopydb)
    command -v pgloader >/dev/null || missing+=(pgloader)
    [[ -x /usr/sbin/mariadbd ]] || missing+=(mariadb-server)
    command -v mariadb >/dev/null || missing+=(mariadb-client)
    command -v sqlite3 >/dev/null || missing+=(sqlite3)
    command -v patchelf >/dev/null || missing+=(patchelf)
    command -v kcat >/dev/null || missing+=(kcat)
    compgen -G "/usr/lib/*/libsqlite3.so.0" >/dev/null || missing+=(libsqlite3-0)
    compgen -G '/usr/lib/*/libmariadb.so.3' >/dev/null || missing+=(libmariadb3)
    if ((${#missing[@]})); then
        say "installing ${missing[*]}"
        install_packages "${missing[@]}"
    fi
    [[ -f $MYSQL_DIR/ready ]] || install_unstable "$MYSQL_DIR" mysql-server-core
    [[ -f $NEWER_PG_DIR/ready ]] || install_unstable "$NEWER_PG_DIR" postgresql-18 postgresql-client-18
}

# Servers that this Debian does not have, from its unstable branch. They get a directory of their own with all their libraries, down to
# the C library: nothing of the system is touched, and nothing of it is needed but the kernel.
install_unstable() {
    local dir=$1 work program loader
    shift
    say "installing $* of Debian unstable in $dir"
    work=$(mktemp -d)
    echo "deb $(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1) sid main" >"$work/sources"
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
    : >"$work/status"
    local options=(-q -o "Dir::Etc::sourcelist=$work/sources" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$work/lists"
        -o "Dir::State::status=$work/status" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root)
    as_root apt-get "${options[@]}" update
    as_root apt-get "${options[@]}" install -y --no-install-recommends --download-only "$@"
    as_root rm -rf "$dir"
    as_root mkdir -p "$dir"
    for program in "$work"/cache/archives/*.deb; do
        case $(basename "$program") in perl* | libperl* | systemd*) continue ;; esac
        as_root dpkg-deb -x "$program" "$dir"
    done
    # The C library of the machine is too old for these programs: each is told where its own is.
    loader=$(echo "$dir"/usr/lib*/ld-linux-*.so.*)
    for program in "$dir"/usr/sbin/mysqld "$dir"/usr/lib/postgresql/*/bin/*; do
        [[ -f $program && $(head -c 4 "$program" | tail -c 3) == ELF ]] || continue
        as_root patchelf --set-interpreter "$loader" --force-rpath --set-rpath "$(echo "$dir"/usr/lib/*-linux-gnu)" "$program"
        "$program" --version >/dev/null
    done
    as_root rm -rf "$work"
    as_root touch "$dir/ready"
}

build() {
    mkdir -p artifacts
    dotnet publish src/Orchestrator.Cli -c Release --use-current-runtime -o artifacts/bin -v q
    ln -sfn bin/orchestrator artifacts/orchestrator
}

# Adds one project's result file to the totals. Skipped is what was found but not executed.
add_counts() {
    local counters total executed passed
    counters=$(grep -o '<Counters [^>]*' "$1" || true)
    [[ -n $counters ]] || return 0
    total=$(sed -E 's/.* total="([0-9]+)".*/\1/' <<<"$counters")
    executed=$(sed -E 's/.* executed="([0-9]+)".*/\1/' <<<"$counters")
    passed=$(sed -E 's/.* passed="([0-9]+)".*/\1/' <<<"$counters")
    PASSED=$((PASSED + passed))
    FAILED=$((FAILED + executed - passed))
    SKIPPED=$((SKIPPED + total - executed))
    sed -nE '/<UnitTestResult .*outcome="Failed"/s/.* testName="([^"]*)".*/failed: \1/p' "$1" >>"$RESULTS/failed"
}

# What a test process that the system ended was doing: nobody can look at the machine afterwards.
say_crash() {
    local report
    for report in "$RESULTS"/crash.*.crashreport.json; do
        [[ -f $report ]] || continue
        say "$report: the thread that crashed"
        awk '/"crashed": *"true"/ { found = 1 } found && /"native_thread_id"/ && n++ { exit }
            found && /"(unmanaged_name|method_name|native_module|native_image_offset)"/' "$report" | head -n 90 >&2
    done
}

# Runs one project's tests: those the filter lets through, an expression of dotnet test. The third argument tells a second run from the first.
run_project() {
    local project=$1 filter=$2 name failed_before status=0
    name=$(basename "$project" .csproj)${3:-}
    failed_before=$FAILED
    local arguments=(--no-build -c Release --results-directory "$RESULTS" --logger "trx;LogFileName=$name.trx"
        --blame-hang-timeout 20m --blame-hang-dump-type none)
    [[ -z $filter ]] || arguments+=(--filter "$filter")
    DOTNET_DbgEnableMiniDump=1 DOTNET_EnableCrashReport=1 DOTNET_EnableCrashReportOnly=1 \
        DOTNET_DbgMiniDumpName="$PWD/$RESULTS/crash.%p" dotnet test "$project" "${arguments[@]}" || status=$?
    [[ ! -f $RESULTS/$name.trx ]] || add_counts "$RESULTS/$name.trx"
    if ((status != 0 && FAILED == failed_before)); then
        say "$name ended with $status without naming a failed test"
        say_crash
        FAILED=$((FAILED + 1))
    fi
}

run_tests() {
    local filter=${1:+FullyQualifiedName~$1}
    shift
    PASSED=0 FAILED=0 SKIPPED=0
    rm -rf "$RESULTS"
    mkdir -p "$RESULTS"
    : >"$RESULTS/failed"
    dotnet build Orchestrator.sln -c Release -v q
    # Processes under test are the program users get, compiled ahead; started hundreds of times, that also saves minutes.
    export ORCHESTRATOR_EXE=$PWD/artifacts/orchestrator
    local project
    for project in "$@"; do
        run_project "$project" "$filter${filter:+&}Server!=MySQL"
    done
    # Tests of the MySQL engine got MariaDB; now they get MySQL. Those of the PostgreSQL engine got 15; now they get 18. In full only where the
    # drill is long.
    local on_mysql='(FullyQualifiedName~.MySql.|FullyQualifiedName~.MySqlChangeReaderTests)&Needs=MySql&Server!=MariaDB'
    local on_newer_pg='Needs=PostgreSql'
    if [[ ${ORCHESTRATOR_DRILL:-} != long ]]; then
        on_mysql+='&FullyQualifiedName!~.MySql.Drill.&FullyQualifiedName!~.MySql.TextTests.&FullyQualifiedName!~.C18_'
        on_newer_pg+='&(FullyQualifiedName~.HardCases.|FullyQualifiedName~.PostgreSqlChangeReaderTests)'
    fi
    for project in "$@"; do
        case $project in *.EndToEnd.Tests.csproj | *.Engines.MySql.Tests.csproj) ;; *) continue ;; esac
        ORCHESTRATOR_TEST_MYSQL=mysql run_project "$project" "${filter:+$filter&}$on_mysql" .MySQL
    done
    for project in "$@"; do
        case $project in *.EndToEnd.Tests.csproj) ;; *) continue ;; esac
        ORCHESTRATOR_TEST_PG=18 ORCHESTRATOR_PG_BIN=$NEWER_PG_DIR/usr/lib/postgresql/18/bin \
            run_project "$project" "${filter:+$filter&}$on_newer_pg" .PostgreSQL18
    done
    cat "$RESULTS/failed"
    echo "$PASSED passed, $FAILED failed, $SKIPPED skipped"
    ((FAILED == 0 && SKIPPED == 0 && PASSED > 0))
}

run_program() {
    local project=$1
    shift
    dotnet build "$project" -c Release -v q
    dotnet "$project/bin/Release/net10.0/$(basename "$project").dll" "$@"
}

verb=${1:-}
[[ $# -eq 0 ]] || shift
case $verb in
    setup) setup ;;
    build) setup; build ;;
    test) setup; build; run_tests "${1:-}" tests/*.Tests/*.csproj ;;
    drill) setup; build; ORCHESTRATOR_DRILL=long run_tests "${1:-}" tests/Orchestrator.EndToEnd.Tests/*.csproj ;;
    bench) setup; build; run_program tests/Orchestrator.Benchmarks "$@" ;;
    demo) setup; build; run_program examples/Orchestrator.Demo "$@" ;;
    -h | --help | help) usage ;;
    *)
        usage >&2
        exit 2
        ;;
esac

# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# guest/lab test, the host's part: builds the tests, hands them to the guest, and judges what came back.

# The options of the JVMs that run tests; those of the training run must be the same. C1 alone, as QEMU's emulation of two
# processors can run an instruction of which it read one part before and the other after HotSpot wrote over it, which it
# does to go from C1's code to C2's: the JVM then dies of a wild access. Tests of compiled code start JVMs of their own.
test_jvm_options=(
    -XX:+UseSerialGC -Xmx1g -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED --illegal-native-access=deny
)

lab_test() {
    local timeout=$default_timeout all=no quick=no only="" build=yes status=0 begin
    while [ $# -gt 0 ]; do
        case $1 in
            --all) all=yes ;;
            --quick) quick=yes ;;
            --no-build) build=no ;;
            --only | --timeout)
                [ $# -ge 2 ] || usage_error "test: $1 needs a value"
                if [ "$1" = --only ]; then only=$2; else timeout=$2; fi
                shift
                ;;
            *) usage_error "test: unknown argument $1" ;;
        esac
        shift
    done
    [ -n "$(find_jdk)" ] || die "no JDK 25 or later found: install one (for example temurin-25-jdk) or set JAVA_HOME"
    lab_setup
    [ "$build" = no ] || build_tests
    open_run
    stage_tests
    if has_tests "${only%%#*}" -L "$client_tag"; then
        write_job test bound
        write_test_job
        begin=$SECONDS
        run_job "$timeout" || status=$?
        say "the guest took $((SECONDS - begin)) s, from boot to power-off"
    fi
    if serves_devices && has_tests "${only%%#*}" -l "$client_tag"; then
        begin=$SECONDS
        run_client_tests "$timeout" || status=$?
        say "the guest with devices of this project took $((SECONDS - begin)) s"
    fi
    rm -rf "$results/app"
    judge "$status" "$only"
}

# Whether this host's models are tested besides: by QEMU of its own architecture, and in whole runs.
serves_devices() {
    [ -z "$guest_root" ] && [ "$quick" = no ]
}

# What the guest's part of the tests is told, beside what every job is told.
write_test_job() {
    local options=("${test_jvm_options[@]}" "${guest_java_options[@]}")
    {
        printf 'lab_test_all=%q\nlab_test_quick=%q\nlab_test_only=%q\nlab_test_timeout=%q\nlab_test_user=%q\n' \
            "$all" "$quick" "$only" "$timeout" "$(has_tests "${only%%#*}" -l unprivileged && echo yes || echo no)"
        declare -p options
    } >>"$results/environment"
}

# has_tests PATTERN -l|-L TAG: whether a test class whose name matches has, or has not, the tag; such tests need a JVM, or
# a guest, of their own.
has_tests() {
    [ -n "$(find "$checkout/tests/target/test-classes" -name '*KernelIT.class' | grep -E -- "$1" \
        | xargs -r -d '\n' grep "$2" -- "$3")" ]
}

build_tests() {
    say "building the tests"
    (cd "$checkout" && ./mvnw -q -B -pl tests -am -DskipTests test-compile) || die "the tests do not build"
}

# Puts what is on the tests' class path into the scratch folder, as JARs: that is then readable for every user of the
# guest, the guest can take it into memory, and it goes with an AOT cache.
stage_tests() {
    local target=$checkout/tests/target entry number=0 entries staged
    [ -r "$target/classpath.txt" ] || die "$target/classpath.txt is missing: the tests are not built"
    mkdir "$results/app"
    IFS=: read -r -a entries <<<"$target/test-classes:$(cat "$target/classpath.txt")"
    for entry in "${entries[@]}"; do
        staged=$results/app/$(printf '%02d' "$number")-$(basename "$(dirname "$(dirname "$entry")")")
        number=$((number + 1))
        if [ -d "$entry" ]; then
            "$(find_jdk)/bin/jar" --create --no-compress --file "$staged.jar" -C "$entry" .
        else
            cp "$entry" "$staged.jar"
        fi
    done
    # Such a cache is for one JVM only, and the guest's may be another.
    [ -n "$guest_root" ] || stage_aot_cache
}

# Classes that are loaded and linked already make a JVM in software emulation start two to three times as fast. The
# training run finds the tests and runs none.
stage_aot_cache() {
    local jars=("$results"/app/*.jar) IFS=:
    "$(find_jdk)/bin/java" "${test_jvm_options[@]}" "-XX:AOTCacheOutput=$results/app/tests.aot" -cp "${jars[*]}" \
        io.jvfio.tests.lab.LabRunner "$results/app/00-tests.jar" "$results/app/reports" --include-tag=none \
        >"$results/aot.log" 2>&1 || say "no AOT cache could be made, see $results/aot.log"
}

# judge STATUS ONLY: prints the summary and fails if something failed, is missing, or did not run.
judge() {
    local status=$1 only=$2 lines=$results/results.tsv modes who
    cat "$results"/results-*.tsv >"$lines" 2>/dev/null || true
    modes=$(sed -n 's/^modes=//p' "$machine_folder/facts.properties")
    ! serves_devices || modes+=" $client_modes"
    [ -z "$only" ] || modes=""
    awk -F '\t' -v modes="$modes" -f "$guest_dir/lib/summary.awk" "$lines" || status=1
    if [ -z "$only" ]; then
        for who in user client i440fx; do
            [ "$who" = user ] || serves_devices || continue
            if ! grep -qs '^end' "$results/results-$who.tsv"; then
                say "no test ran $(called "$who")"
                status=1
            fi
        done
    fi
    if grep -qsE 'BUG:|Oops|general protection|Kernel panic' "$results"{,/client,/i440fx}/{dmesg,console.log}; then
        say "the kernel crashed, see $results/dmesg and $results/console.log"
        status=1
    fi
    if [ -n "$(find "$results" -path '*/out/hs_err_pid*' -print -quit)" ]; then
        say "a JVM crashed, see hs_err_pid* in $results/out"
        status=1
    fi
    say "reports and kernel messages: $results"
    if [ "$status" -ne 0 ]; then
        say "FAILED"
        return 1
    fi
}

called() {
    case $1 in
        user) printf 'as an ordinary user' ;;
        client) printf 'in the guest whose devices are served by this project' ;;
        i440fx) printf 'in the guest on a machine before q35' ;;
    esac
}

# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# guest/lab test, the guest's part: checks the machine, then runs the kernel tests as root in one JVM, and those tagged
# "unprivileged" as an ordinary user in another.

app=/run/lab/app
unprivileged_user=65534
unprivileged_memlock=8192 # KiB

run_tests() {
    local status=0 watch
    if ! check_machine; then
        echo "guest: the machine is not what the tests expect"
        return 1
    fi
    take_tests
    dump_threads_when_late &
    watch=$!
    run_junit root --exclude-tag=unprivileged --exclude-tag=qemu-client || status=1
    if [ "$lab_test_user" = yes ]; then
        give_devices_to_user
        run_junit user --include-tag=unprivileged || status=1
    fi
    kill "$watch"
    return "$status"
}

# The tests of devices that the host serves; nothing else of the lab's machine is there.
run_client_tests() {
    take_tests
    dump_threads_when_late &
    case $1 in
        client) run_junit client --include-tag=qemu-client --exclude-tag=qemu-i440fx ;;
        i440fx) run_junit i440fx --include-tag=qemu-i440fx ;;
    esac
}

take_tests() {
    cp -rp "$share/app" "$app"
    chmod -R a+rX "$app"
}

# run_junit WHO TAG-OPTION...: no test is no failure here, the host counts over all runs.
run_junit() {
    local who=$1 status=0 start=$SECONDS
    shift
    # A JVM that dies, this one or a child of it, leaves its report where the host looks for it.
    local java_options=(
        "${options[@]}" "-Djvfio.lab.results=$share/results-$who.tsv"
        "-XX:ErrorFile=$share/out/hs_err_pid%p.log"
    ) part
    [ ! -e "$app/tests.aot" ] || java_options+=("-XX:AOTCache=$app/tests.aot")
    local runner_options=("$app/00-tests.jar" "$share/reports-$who" "$@")
    for part in $(fact lacks); do
        runner_options+=("--exclude-tag=needs-$part")
    done
    [ "$lab_test_quick" = no ] || runner_options+=(--include-tag=quick)
    [ "$lab_test_all" = yes ] || runner_options+=(--exclude-tag=long)
    [ -z "$lab_test_only" ] || runner_options+=("--only=$lab_test_only")
    # Open to the user by mode: the scratch folder's files belong to whoever runs QEMU, and cannot be given away.
    mkdir -p "$share/reports-$who"
    : >"$share/results-$who.tsv"
    chmod a+rwX "$share/reports-$who" "$share/results-$who.tsv"
    echo "guest: the tests that run as $who"
    "as_$who" "${JAVA_HOME:?}/bin/java" "${java_options[@]}" -cp "$(class_path)" io.jvfio.tests.lab.LabRunner \
        "${runner_options[@]}" || status=$?
    [ "$status" -le 128 ] || echo "guest: a signal ended the JVM of the tests: $((status - 128))"
    echo "guest: those took $((SECONDS - start)) s"
    return "$status"
}

# Shortly before the host ends the guest, each JVM is made to say what its threads do.
dump_threads_when_late() {
    sleep $((lab_test_timeout > 60 ? lab_test_timeout - 30 : lab_test_timeout / 2))
    echo "guest: the time is nearly up, this is what the JVMs do"
    # shellcheck disable=SC2046 # one word per process
    kill -QUIT $(/run/lab/busybox pidof java)
}

class_path() {
    local entries=("$app"/*.jar)
    local IFS=:
    printf '%s' "${entries[*]}"
}

as_root() {
    "$@"
}

as_client() {
    "$@"
}

as_i440fx() {
    "$@"
}

as_user() (
    cd /tmp || exit 1
    export HOME=/tmp
    if ! setpriv --reuid "$unprivileged_user" --clear-groups test -x "$1"; then
        # The JDK lies in a folder that is closed to the user: it gets another way in.
        mkdir -p /run/lab/jdk
        mount --bind "$JAVA_HOME" /run/lab/jdk
        export JAVA_HOME=/run/lab/jdk
        set -- "$JAVA_HOME/bin/java" "${@:2}"
    fi
    ulimit -l "$unprivileged_memlock"
    exec setpriv --reuid "$unprivileged_user" --regid "$unprivileged_user" --clear-groups --no-new-privs "$@"
)

# The ordinary user gets these devices, both as group and as device, and /dev/iommu; nothing else.
give_devices_to_user() {
    local what device
    chown "$unprivileged_user" /dev/iommu
    for what in $(fact user.devices); do
        device=$(device_folder "$what")
        chown "$unprivileged_user" "/dev/vfio/$(basename "$(readlink "$device/iommu_group")")" \
            "/dev/vfio/devices/$(basename "$device"/vfio-dev/vfio*)"
    done
}

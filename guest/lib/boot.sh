# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Boots the guest with a job. The job and its results travel in the scratch folder:
#   environment   variables for the guest's scripts, as shell assignments
#   keep          this host's folders that must be seen in the guest, though a fresh file system hides their parent or the
#                 root is not this host's
#   facts.properties   what kind of machine it is
#   command       what to run, as one shell line
#   stdout, stderr, exit-code, dmesg   what came of it

results=""       # the folder of this run
private=""       # sockets and disk images, gone afterwards
qemu_pid=""
server_pids=()   # what serves devices to the guest
deadline_pid=""

default_timeout=1500
machine=describe_machine

# Sets results and private.
open_run() {
    local base=${JVFIO_LAB_OUT:-$checkout/target/lab} old
    mkdir -p "$base"
    results=$base/$(date +%Y%m%d-%H%M%S)-$$
    mkdir -p "$results/out"
    chmod 1777 "$results/out"
    ln -sfn "$(basename "$results")" "$base/latest"
    private=$(mktemp -d "${TMPDIR:-/tmp}/jvfio-lab.XXXXXX")
    truncate -s 1G "$private/nvme.img"
    trap close_run EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    # The results of the last ten runs are kept.
    find "$base" -mindepth 1 -maxdepth 1 -type d -name '2*-*' | sort -r | tail -n +11 | while IFS= read -r old; do
        rm -rf "$old"
    done
}

close_run() {
    [ -z "$deadline_pid" ] || kill "$deadline_pid" 2>/dev/null || true
    [ -z "$qemu_pid" ] || end_qemu
    end_servers
    rm -rf "$private"
}

# A QEMU that stands still does not hear that it is to end.
end_qemu() {
    local tries
    kill "$qemu_pid" 2>/dev/null || true
    for ((tries = 0; tries < 50; tries++)); do
        kill -0 "$qemu_pid" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$qemu_pid" 2>/dev/null || true
    wait "$qemu_pid" 2>/dev/null || true
}

# write_job MODE SETUP: what the guest's scripts are told.
write_job() {
    local mode=$1 devices=$2 jdk guest_tree=""
    jdk=${guest_jdk:-$(find_jdk)}
    # A root of its own has its own tools.
    [ -n "$guest_root" ] || guest_tree=$tree
    cp -r "$guest_dir/inside" "$results/inside"
    cp "$machine_folder/facts.properties" "$results/facts.properties"
    {
        printf 'lab_mode=%q\n' "$mode"
        printf 'lab_devices=%q\n' "$devices"
        printf 'lab_directory=%q\n' "$PWD"
        printf 'lab_checkout=%q\n' "$checkout"
        printf 'lab_jdk=%q\n' "$jdk"
        printf 'lab_tree=%q\n' "$guest_tree"
        printf 'lab_rdma=%q\n' "$rdma"
        printf 'lab_peers=%q\n' "$peers"
        printf 'lab_term=%q\n' "${TERM:-dumb}"
    } >"$results/environment"
    if [ -n "$guest_root" ]; then
        printf '%s\n' "$checkout" "$PWD"
    else
        printf '%s\n' "$PWD" "$checkout" "$jdk" "$tree" "$rdma" "$peers"
    fi >"$results/keep"
}

# Boots the described machine with the ports that are connected and the given arguments, in the foreground.
start_qemu() {
    "${qemu_command[@]}" "${machine_arguments[@]}" "$@" "${port_arguments[@]}" -kernel "$kernel" -initrd "$initrd" \
        -append "$kernel_command_line $machine_options"
}

# run_job TIMEOUT: boots, passes the job's output on, and returns the job's exit code.
run_job() {
    local timeout=$1 timed_out=no stdout_tail stderr_tail
    : >"$results/stdout"
    : >"$results/stderr"
    "$machine" "$results" "$private"
    connect_ports console
    start_qemu -chardev "file,id=console,path=$results/console.log" </dev/null 2>"$results/qemu.log" &
    qemu_pid=$!
    tail -q -s 0.1 -n +1 -f --pid="$qemu_pid" "$results/stdout" &
    stdout_tail=$!
    tail -q -s 0.1 -n +1 -f --pid="$qemu_pid" "$results/stderr" >&2 &
    stderr_tail=$!
    sleep "$timeout" &
    deadline_pid=$!
    wait -n "$qemu_pid" "$deadline_pid" || true
    if kill -0 "$qemu_pid" 2>/dev/null && ! kill -0 "$deadline_pid" 2>/dev/null; then
        timed_out=yes
        end_qemu
    fi
    wait "$qemu_pid" || true
    qemu_pid=""
    wait "$stdout_tail" "$stderr_tail" || true
    if [ "$timed_out" = yes ]; then
        say "the guest was stopped after $timeout seconds, see $results"
        return 124
    fi
    if [ ! -s "$results/exit-code" ]; then
        cat "$results/qemu.log" >&2
        [ "${#extra_arguments[@]}" -eq 0 ] || say "added to QEMU: ${extra_arguments[*]}"
        tail -n 20 "$results/console.log" >&2
        say "the guest ended without a result, see $results"
        return 125
    fi
    return "$(cat "$results/exit-code")"
}

lab_run() {
    local timeout=$default_timeout devices=bound
    while [ $# -gt 0 ]; do
        case $1 in
            --bare) devices=bare ;;
            --device | --drive)
                take_extra "$1" "${2:?$1 needs what QEMU takes after -${1#--}}"
                shift
                ;;
            --timeout)
                timeout=${2:?--timeout needs a number of seconds}
                shift
                ;;
            --)
                shift
                break
                ;;
            -*) usage_error "run: unknown option $1" ;;
            *) break ;;
        esac
        shift
    done
    [ $# -gt 0 ] || usage_error "run: which command?"
    case $PWD in
        /tmp | /run) say "the guest has a $PWD of its own, which is empty: start this in a folder below it" ;;
    esac
    build_launcher "$@"
    lab_setup
    if runs_bench "$@"; then
        guest_measures=yes
        with_lock peers prepare_peers
    fi
    open_run
    write_job run "$devices"
    printf '%q ' "$@" >"$results/command"
    run_job "$timeout"
}

# The guest cannot write the checkout, so what the launcher runs is built here.
build_launcher() {
    if runs_bench "$@"; then
        JVFIO_BUILD=check "$checkout/jvfio" bench --list >/dev/null
    elif is_launcher "$1"; then
        JVFIO_BUILD=check "$checkout/jvfio" --version >/dev/null
    fi
}

is_launcher() {
    [ "$(readlink -f -- "$1")" = "$(readlink -f -- "$checkout/jvfio")" ]
}

runs_bench() {
    [ "${2-}" = bench ] && is_launcher "$1"
}

lab_shell() {
    [ -t 0 ] && [ -t 1 ] || usage_error "shell: needs a terminal, use 'run' for commands"
    local devices=bound
    while [ $# -gt 0 ]; do
        case $1 in
            --bare) devices=bare ;;
            --device | --drive)
                take_extra "$1" "${2:?$1 needs what QEMU takes after -${1#--}}"
                shift
                ;;
            *) usage_error "shell: unknown argument $1" ;;
        esac
        shift
    done
    lab_setup
    open_run
    write_job shell "$devices"
    stty size </dev/tty | {
        read -r rows columns
        printf 'lab_rows=%q\nlab_columns=%q\n' "$rows" "$columns"
    } >>"$results/environment"
    describe_machine "$results" "$private"
    connect_terminal terminal
    start_qemu -chardev stdio,id=terminal,signal=off 2>"$results/qemu.log" || die "QEMU failed: $(cat "$results/qemu.log")"
}

# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The other way round: this host serves devices, and QEMU is the client. The tests with the tag below run in a second guest
# that finds these devices in its PCI slots.

client_tag=qemu-client

# Those that have this one, too, run in a third: a machine before q35 with igd alone.
i440fx_tag=qemu-i440fx

# Name of the socket, model, and address in the guest; the tests know the addresses.
served_models=(
    "edu edu 4"
    "nvme nvme?size=64MiB 6"
    "mlx5 mlx5 7"
    "igd igd 8"
)

# A device with a storey of ours on it, which a program of the tests serves.
served_overlaid="overlaid io.jvfio.tests.vfiouser.OverlaidDevice 9"

# Memory that the guest's Linux leaves alone, with OpRegions for igd: io.jvfio.tests.vfiouser.OpRegionArea.
opregion_address=0x70000000
opregion_area="memmap=1M\$$opregion_address"

# What must have run there, as the summary calls it.
client_modes="mlx5 igd overlay i440fx"

# run_client_tests TIMEOUT: what it leaves is in a folder of its own, the results lie with the others.
run_client_tests() {
    local status=0
    with_lock rdma prepare_rdma
    write_opregions || return 1
    start_servers || return 1
    if has_tests "${only%%#*}" -L "$i440fx_tag"; then
        run_client client describe_client_machine "$1" || status=$?
    fi
    if has_tests "${only%%#*}" -l "$i440fx_tag"; then
        run_client i440fx describe_i440fx_machine "$1" || status=$?
    fi
    end_servers || status=1
    return "$status"
}

# run_client MODE MACHINE TIMEOUT
run_client() {
    local outer=$results status=0 begin=$SECONDS
    results=$outer/$1
    mkdir "$results"
    mv "$outer/app" "$results/app"
    machine=$2
    write_job "$1" bare
    write_test_job
    run_job "$3" || status=$?
    mv "$results/app" "$outer/app"
    cp "$results"/results-*.tsv "$outer/" 2>/dev/null || true
    results=$outer
    say "the guest \"$1\" took $((SECONDS - begin)) s"
    return "$status"
}

# Serves each model at a socket of its name, and waits until all listen.
start_servers() {
    local jars=("$results"/app/*.jar) served name model address class_path
    class_path=$(IFS=: && printf '%s' "${jars[*]}")
    for served in "${served_models[@]}"; do
        read -r name model address <<<"$served"
        "$(find_jdk)/bin/java" "${test_jvm_options[@]}" -cp "$class_path" io.jvfio.cli.Jvfio serve "$model" \
            --socket "$private/$name.sock" --report "$results/report-$name" >"$results/serve-$name.log" 2>&1 &
        server_pids+=($!)
    done
    read -r name model address <<<"$served_overlaid"
    "$(find_jdk)/bin/java" "${test_jvm_options[@]}" -cp "$class_path" "$model" "$private/$name.sock" \
        >"$results/serve-$name.log" 2>&1 &
    server_pids+=($!)
    for served in "${served_models[@]}" "$served_overlaid"; do
        await_socket "${served%% *}" || return 1
    done
}

write_opregions() {
    local jars=("$results"/app/*.jar) class_path
    class_path=$(IFS=: && printf '%s' "${jars[*]}")
    "$(find_jdk)/bin/java" "${test_jvm_options[@]}" -cp "$class_path" io.jvfio.tests.vfiouser.OpRegionArea \
        "$private/opregions"
}

await_socket() {
    local tries
    for ((tries = 0; tries < 300; tries++)); do
        [ ! -S "$private/$1.sock" ] || return 0
        sleep 0.1
    done
    cat "$results/serve-$1.log" >&2
    say "the model $1 is not served"
    return 1
}

# A server that is told to end removes its socket.
end_servers() {
    local pid left
    for pid in "${server_pids[@]}"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    [ "${#server_pids[@]}" -gt 0 ] || return 0
    server_pids=()
    for left in "$private"/*.sock; do
        if [ -e "$left" ]; then
            say "$left was left behind"
            return 1
        fi
    done
}

# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# QEMU's monitor, spoken from the guest: QMP, one JSON object per line each way, over a port of the machine.
# main.sh keeps the port open all the time, so that its settings stay and no byte of an answer is lost between users.

monitor_port=$(fact monitor.port)

# Opens the port on descriptor 9, raw; a read that finds no byte for 100 ms returns nothing. The settings come first, in one
# program, and last: an open port that echoes makes QEMU answer itself, and can make it stand still.
open_monitor() {
    # Not every port has a speed to set; whether the monitor answers is seen later.
    /run/lab/busybox stty -F "$monitor_port" 115200 raw -echo min 0 time 1 2>/dev/null
    exec 9<>"$monitor_port"
    /run/lab/busybox stty 115200 raw -echo min 0 time 1 <&9 2>/dev/null
}

# Begins the conversation. Until open_monitor silenced it the port echoed QEMU's greeting, and QEMU answered the echo:
# all that is read and forgotten first, and the byte 377 makes QEMU forget an unfinished line.
greet_monitor() {
    local part
    while IFS= read -r part <&9 || [ -n "$part" ]; do :; done
    printf '\377' >&9
    ask_monitor '{"execute":"qmp_capabilities","id":"lab-greeting"}' lab-greeting >/dev/null
}

# read_monitor_line SECONDS: sets monitor_line to the next whole line that arrives in time.
read_monitor_line() {
    local part deadline=$((SECONDS + $1))
    monitor_line=""
    while [ "$SECONDS" -le "$deadline" ]; do
        if IFS= read -r part <&9; then
            monitor_line+=$part
            return 0
        fi
        monitor_line+=$part
    done
    return 1
}

# ask_monitor REQUEST ID: sends a request and prints its answer; events in between are dropped. Fails on an error.
ask_monitor() {
    printf '%s\n' "$1" >&9
    while read_monitor_line 10; do
        case $monitor_line in
            *"\"id\": \"$2\""*)
                printf '%s\n' "${monitor_line%$'\r'}"
                [[ $monitor_line != *'"error": {'* ]]
                return
                ;;
        esac
    done
    echo "no answer from the monitor: $1" >&2
    return 1
}

# await_event NAME PART SECONDS: waits for an event with that part in it; others are dropped.
await_event() {
    local deadline=$((SECONDS + $3))
    while [ "$SECONDS" -le "$deadline" ]; do
        read_monitor_line "$3" || return 1
        case $monitor_line in
            *"\"event\": \"$1\""*"$2"* | *"$2"*"\"event\": \"$1\""*) return 0 ;;
        esac
    done
    return 1
}

# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Runs in the guest as root: prepares the devices, runs the job. Names that begin with lab_ come from
# the job's environment.
# shellcheck disable=SC2154

share=/run/lab/share
cd "$share/inside" || exit 1
# shellcheck source=/dev/null
source "$share/environment"
source "$share/inside/system.sh"
source "$share/inside/facts.sh"
source "$share/inside/devices.sh"
source "$share/inside/monitor.sh"
source "$share/inside/preflight.sh"
source "$share/inside/tests.sh"

set_environment
link_tools
# A machine with one port has no monitor when a shell is on it.
if [ "$lab_mode" != shell ] || [ "$monitor_port" != "$(fact terminal.port)" ]; then
    open_monitor
    greet_monitor || echo "guest: QEMU's monitor does not answer" >&2
fi
if [ "$lab_devices" = bound ]; then
    prepare_devices >>"$share/devices.log" 2>&1 || echo "guest: not every device could be prepared, see devices.log" >&2
fi

case $lab_mode in
    run)
        (
            cd "$lab_directory" || exit 126
            # shellcheck source=/dev/null
            source "$share/command"
        ) 9>&- </dev/null >>"$share/stdout" 2>>"$share/stderr"
        echo $? >"$share/exit-code"
        ;;
    test)
        (run_tests) 9>&- </dev/null >>"$share/stdout" 2>>"$share/stderr"
        echo $? >"$share/exit-code"
        ;;
    client | i440fx)
        (run_client_tests "$lab_mode") 9>&- </dev/null >>"$share/stdout" 2>>"$share/stderr"
        echo $? >"$share/exit-code"
        ;;
    shell)
        cd "$lab_directory" || true
        stty rows "$lab_rows" cols "$lab_columns"
        setsid --ctty --wait bash -i <>"$(fact terminal.port)" >&0 2>&1 9>&-
        ;;
esac
"$busybox" dmesg >"$share/dmesg"

# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What kind of machine this is: machines/NAME/facts.properties, one fact per line, which the tests read as well.

facts_file=/run/lab/share/facts.properties

# fact NAME: prints it, or nothing.
fact() {
    local line
    while IFS= read -r line; do
        [ "${line%%=*}" != "$1" ] || printf '%s' "${line#*=}"
    done <"$facts_file"
}

# facts PREFIX: the names of all that begin with it, without it, in their order.
facts() {
    local line
    while IFS= read -r line; do
        [[ $line != "$1"*=* ]] || { line=${line%%=*} && printf '%s\n' "${line#"$1"}"; }
    done <"$facts_file"
}

# function_address WHAT
function_address() {
    local fact
    fact=$(fact "function.$1")
    printf '%s' "${fact%% *}"
}

# device_folder WHAT: where sysfs has a function or a mediated device.
device_folder() {
    local mediated
    mediated=$(fact "mediated.$1")
    if [ -n "$mediated" ]; then
        printf '/sys/bus/mdev/devices/%s' "${mediated##* }"
    else
        printf '/sys/bus/pci/devices/%s' "$(function_address "$1")"
    fi
}

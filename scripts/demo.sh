#!/usr/bin/env bash
# The main job before your eyes: three nodes in a row on this machine, the first of which finds and fetches a file that
# only the third has. Installs what is missing, builds, shows it, and cleans up; exits 0 if the file arrived whole.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || say() { printf '\n%s\n' "$*"; }

say "Installing what is missing, and building gnut"
scripts/setup.sh
cmake --preset release >/dev/null
cmake --build build/release --target gnut
gnut=$PWD/build/release/apps/gnut/gnut

scratch=$(mktemp -d)
nodes=()
declare -A input=() output=() seen=()
clean_up() {
    if [ ${#nodes[@]} -gt 0 ]; then
        kill "${nodes[@]}" 2>/dev/null || true
        wait "${nodes[@]}" 2>/dev/null || true
    fi
    rm -rf "$scratch"
}
trap clean_up EXIT
# Nothing of yours is read or changed.
export XDG_CONFIG_HOME=$scratch/config XDG_STATE_HOME=$scratch/state
mkdir "$scratch/shared" "$scratch/fetched"

# wait_for NODE REGEX: reads the node's lines, each for at most 15 seconds, until one is like that; it is then in $line.
wait_for() {
    while IFS= read -r -t 15 -u "${output[$1]}" line; do
        seen[$1]+=$line$'\n'
        if [[ $line =~ $2 ]]; then
            return
        fi
    done
    printf 'demo.sh: the %s node has not said "%s" in time, but:\n%s' "$1" "$2" "${seen[$1]}" >&2
    return 1
}

# start_node NAME [ARGUMENT]...: a node on a free port, with pipes to type into and to read; its address is in $address.
start_node() {
    local name=$1 pipe
    shift
    mkfifo "$scratch/$name.in" "$scratch/$name.out"
    exec {pipe}<>"$scratch/$name.in"
    input[$name]=$pipe
    "$gnut" peer 0 "$@" --state "$scratch/$name" --downloads "$scratch/fetched" \
        <"$scratch/$name.in" >"$scratch/$name.out" 2>&1 &
    nodes+=($!)
    exec {pipe}<"$scratch/$name.out"
    output[$name]=$pipe
    seen[$name]=
    wait_for "$name" '^listening on .*:([0-9]+)$'
    address=127.0.0.1:${BASH_REMATCH[1]}
    echo "The $name node listens on $address: gnut peer 0${*:+ $*}"
}

# tell NODE COMMAND REGEX: types a command at the node, and shows the line that answers it.
tell() {
    echo "> $2"
    echo "$2" >&"${input[$1]}"
    wait_for "$1" "$3"
    echo "$line"
}

say "Three nodes in a row, each connected to the one before; the third shares a folder with a file of 8 MB"
name=moonlight-sonata.ogg
head -c 8000000 /dev/urandom >"$scratch/shared/$name"
start_node first
start_node second "$address"
wait_for second '^session open'
start_node third "$address" --share "$scratch/shared"
wait_for third '^session open'
wait_for third '^sharing 1 file'

say "Who has the moonlight sonata? The first node searches, and the query goes on from node to node:"
tell first "search moonlight sonata" " $name "
third=$address
[[ $line == *" $third "* ]] || { say "No: another node than the third has answered."; exit 1; }

say "The first node fetches it from the node that answered:"
tell first "get 1" '^saved '

say "Is it the same file?"
shared=$(sha1sum <"$scratch/shared/$name")
fetched=$(sha1sum <"$scratch/fetched/$name")
echo "shared by the third node: SHA-1 ${shared%% *}"
echo "fetched by the first:     SHA-1 ${fetched%% *}"
[ "$shared" = "$fetched" ] || { say "No: the two differ."; exit 1; }
say "Yes. gnut is build/release/apps/gnut/gnut, and gnut --help says the rest."

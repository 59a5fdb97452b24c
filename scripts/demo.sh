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

# wait_for NODE TEXT: until the node has printed TEXT, for at most 15 seconds.
wait_for() {
    for _ in {1..150}; do
        grep -q "$2" "$scratch/$1.log" && return
        sleep 0.1
    done
    echo "demo.sh: after 15 seconds the $1 node has not said \"$2\", but:" >&2
    cat "$scratch/$1.log" >&2
    return 1
}

# start_node NAME [ARGUMENT]...: a node on a free port; its address is then in $address.
start_node() {
    local name=$1
    shift
    : >"$scratch/$name.log"
    "$gnut" peer 0 "$@" --state "$scratch/$name" --downloads "$scratch/fetched" \
        >"$scratch/$name.log" 2>&1 </dev/null &
    nodes+=($!)
    wait_for "$name" '^listening on '
    address=127.0.0.1:$(sed -n '1s/^listening on .*://p' "$scratch/$name.log")
    echo "The $name node listens on $address: gnut peer 0 $*"
}

say "Three nodes in a row, each connected to the one before; the third shares a folder with a file of 8 MB"
name=moonlight-sonata.ogg
head -c 8000000 /dev/urandom >"$scratch/shared/$name"
start_node first
first=$address
start_node second "$first"
wait_for second '^session open'
start_node third "$address" --share "$scratch/shared"
wait_for third '^session open'
wait_for third '^sharing 1 file'

say "Who has the moonlight sonata? The first node is asked, and the query goes on from node to node:"
echo "\$ gnut search moonlight sonata --peer $first"
timeout 30 "$gnut" search moonlight sonata --peer "$first" --timeout 2

say "The file is fetched from the node that answered:"
echo "\$ gnut get $name --peer $first"
timeout 60 "$gnut" get "$name" --peer "$first" --output "$scratch/fetched/$name"

say "Is it the same file?"
shared=$(sha1sum <"$scratch/shared/$name")
fetched=$(sha1sum <"$scratch/fetched/$name")
echo "shared by the third node: SHA-1 ${shared%% *}"
echo "fetched by way of the first: ${fetched%% *}"
[ "$shared" = "$fetched" ] || { say "No: the two differ."; exit 1; }
say "Yes. gnut is build/release/apps/gnut/gnut, and gnut --help says the rest."

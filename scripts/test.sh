#!/bin/sh
# Installs what is missing, builds everything, and runs all tests. Arguments go to ctest: scripts/test.sh -R Router
set -eu
cd "$(dirname "$0")/.."
scripts/setup.sh
cmake --preset release
cmake --build --preset release
# Most tests wait more than they compute.
ctest --preset release --parallel "$((3 * $(nproc)))" "$@"

#!/bin/sh
# Builds the program as a project without a build system would: build.sh OUTPUT, with CXX and PKG_CONFIG_PATH set.
set -eu
# shellcheck disable=SC2046  # pkg-config prints several words
"$CXX" -std=c++20 "$(dirname "$0")/../main.cpp" -o "$1" $(pkg-config --cflags --libs gnutella)

#!/bin/sh
# What is wrong with the sources that no test would say: their form, what clang-tidy finds, includes that point the wrong
# way, public headers that do not stand alone, a reference that does not fit the code. Says all of it before it fails.
# shellcheck disable=SC2317  # check() calls the functions
set -u
cd "$(dirname "$0")/.." || exit 1
scripts/setup.sh || exit 1

failed=
check() {
    name=$1
    shift
    printf '== %s\n' "$name"
    "$@" || failed="$failed
  $name"
}

# Every C++ file, tracked or about to be.
cxx_files=$(mktemp)
trap 'rm -f "$cxx_files"' EXIT
git ls-files -z --cached --others --exclude-standard -- '*.cpp' '*.hpp' >"$cxx_files" && [ -s "$cxx_files" ] || {
    echo "check.sh: git does not say which files there are; run it in a clone that is yours" >&2
    exit 1
}

formatted() {
    xargs -0 clang-format-14 --dry-run -Werror <"$cxx_files"
}

# A file is one idea: see CONTRIBUTING.md.
no_file_over_500_lines() {
    xargs -0 awk '
        FNR == 501 { print FILENAME " has more than 500 lines: what is its second idea?"; found = 1 }
        END { exit found }' <"$cxx_files"
}

check "clang-format" formatted
check "at most 500 lines a file" no_file_over_500_lines
check "layer rules: self-test" scripts/check_layers.py --self-test
check "layer rules" scripts/check_layers.py

check "docs/settings.md says what settings.hpp says" scripts/write_settings_doc.py --check

# With Clang, so that its warnings are heeded too.
check "configuration" cmake --preset check --log-level=WARNING
check "public headers stand alone" cmake --build build/check --target all_verify_interface_header_sets
check "reference of the public headers" cmake --build build/check --target docs
check "clang-tidy" scripts/clang_tidy.py build/check

[ -z "$failed" ] && exit 0
printf '\nFailed:%s\n' "$failed"
exit 1

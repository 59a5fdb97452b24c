#!/bin/sh
# Installs the Debian packages that building, testing and checking need, those that are missing; does nothing when none
# is. What each library is for: docs/dependencies.md.
#
#   scripts/setup.sh [--with-benchmarks]   the latter adds the servers and the client to compare with; Debian starts the web
#                                          server at once
set -eu

packages='
g++ cmake ninja-build pkg-config ccache git
libboost1.81-dev libboost-json1.81-dev libboost-program-options1.81-dev
libsqlite3-dev librhash-dev libutf8proc-dev zlib1g-dev libedit-dev
libngtcp2-dev libngtcp2-crypto-gnutls-dev libgnutls28-dev
libgtest-dev libgmock-dev libbenchmark-dev
clang-14 libclang-rt-14-dev clang-format-14 clang-tidy-14
doxygen python3 curl
'
case ${1-} in
    '') ;;
    --with-benchmarks) packages="$packages nginx-light ngtcp2-server ngtcp2-client openssl" ;;
    *)
        echo "usage: scripts/setup.sh [--with-benchmarks]" >&2
        exit 2
        ;;
esac

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "setup.sh: installs Debian packages, and this is no Debian. Install what answers to these:" >&2
    echo "$packages" >&2
    exit 1
fi

missing=
for package in $packages; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) || status=
    [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

echo "Installing$missing"
as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "setup.sh: run it as root, or install sudo: apt-get needs it for$missing" >&2
        exit 1
    fi
    as_root=sudo
fi
$as_root apt-get update -q
# shellcheck disable=SC2086  # one word for each package
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing

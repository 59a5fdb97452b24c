# Every library that libgnutella stands on. Debian's package of each is named in scripts/setup.sh, and why we use it in
# docs/dependencies.md. What a static libgnutella needs again at the user's link is in gnutellaConfig.cmake.in and, for
# pkg-config, in GnutellaInstall.cmake.

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(SQLite3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(librhash REQUIRED IMPORTED_TARGET librhash)
pkg_check_modules(libutf8proc REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(gnutls REQUIRED IMPORTED_TARGET gnutls)
pkg_check_modules(libngtcp2 REQUIRED IMPORTED_TARGET libngtcp2>=0.12)
pkg_check_modules(libngtcp2_crypto_gnutls REQUIRED IMPORTED_TARGET libngtcp2_crypto_gnutls)

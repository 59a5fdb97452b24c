# Every library that the project stands on. Debian's package of each is named in scripts/setup.sh, and why we use it
# in docs/dependencies.md. Included by the project's own build and by the installed package's configuration.

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(SQLite3 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(librhash REQUIRED IMPORTED_TARGET librhash)
pkg_check_modules(libutf8proc REQUIRED IMPORTED_TARGET libutf8proc)

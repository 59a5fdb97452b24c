# One place that says how every target of the project is compiled: gnutella_compile_options(TARGET).

if(PROJECT_IS_TOP_LEVEL)
  find_program(CCACHE_PROGRAM ccache)
  if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # The sloppiness lets ccache serve objects that were built with a precompiled header; the base directory, one
    # clone's or worktree's objects to another. Of a precompiled header ccache sees what is left when comments are gone,
    # and GCC the whole text of what is in it: with a header of ours in it, GCC would take what was compiled before a
    # comment was changed for another header, and have all of it twice.
    set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
      CCACHE_NOHASHDIR=1
      ${CCACHE_PROGRAM})
  endif()
  # Debug information names files from the top of the tree, wherever that stood when an object was compiled.
  set(GNUTELLA_PREFIX_MAP -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
  endif()
endif()

if(GNUTELLA_SANITIZE)
  set(GNUTELLA_SANITIZE_FLAGS -fsanitize=${GNUTELLA_SANITIZE} -fno-omit-frame-pointer)
  if(GNUTELLA_SANITIZE MATCHES "undefined")
    list(APPEND GNUTELLA_SANITIZE_FLAGS -fno-sanitize-recover=undefined)
    if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
      # Clang 14 cannot put what this check needs before a coroutine ("difference across sections").
      list(APPEND GNUTELLA_SANITIZE_FLAGS -fno-sanitize=function)
    endif()
  endif()
endif()

function(gnutella_compile_options target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow ${GNUTELLA_PREFIX_MAP})
  if(GNUTELLA_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # A precompiled header is only reusable by ccache with this flag.
    target_compile_options(${target} PRIVATE -fpch-preprocess)
    # GCC 12 blames the frames of Asio's coroutines, which are kept and used again, when it sees both ends inlined.
    target_compile_options(${target} PRIVATE -Wno-mismatched-new-delete)
    if(CMAKE_UNITY_BUILD)
      # GCC takes what a source file has for itself alone for what a header would have: sources are included there.
      target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
    endif()
    if(GNUTELLA_SANITIZE MATCHES "thread")
      # Asio uses atomic_thread_fence, which GCC warns that ThreadSanitizer does not model.
      target_compile_options(${target} PRIVATE -Wno-tsan)
    endif()
  endif()
  if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    # Clang takes a local name for one that hides what another source of the same unit has for itself alone, and cannot
    # be told to look at local names only. GCC looks at the same sources.
    target_compile_options(${target} PRIVATE -Wno-shadow)
  endif()
  if(GNUTELLA_SANITIZE)
    target_compile_options(${target} PRIVATE ${GNUTELLA_SANITIZE_FLAGS})
    target_link_options(${target} PRIVATE ${GNUTELLA_SANITIZE_FLAGS})
  endif()
endfunction()

# Tests are built once and run once: what they take is the compiling.
function(gnutella_test_options target)
  gnutella_compile_options(${target})
  target_compile_options(${target} PRIVATE -O0)
  if(CMAKE_UNITY_BUILD AND NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    # As above; GCC says so of tests, and can be told.
    target_compile_options(${target} PRIVATE -Wno-shadow -Wshadow=local)
  endif()
endfunction()

# What `cmake --install` puts down: the library and its headers, and what find_package and pkg-config need to find them.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS gnutella EXPORT gnutella
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT development
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)

# find_package(gnutella)
set(GNUTELLA_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/gnutella)
install(EXPORT gnutella
  FILE gnutellaTargets.cmake
  NAMESPACE gnutella::
  DESTINATION ${GNUTELLA_CMAKE_DIR}
  COMPONENT development)
configure_package_config_file(cmake/gnutellaConfig.cmake.in gnutellaConfig.cmake
  INSTALL_DESTINATION ${GNUTELLA_CMAKE_DIR}
  NO_SET_AND_CHECK_MACRO
  NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(gnutellaConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/gnutellaConfig.cmake
  ${PROJECT_BINARY_DIR}/gnutellaConfigVersion.cmake
  DESTINATION ${GNUTELLA_CMAKE_DIR}
  COMPONENT development)

# pkg-config gnutella. What the library is built on is private to a shared one: its users need neither its packages nor
# its flags, unless they link an archive from elsewhere with --static. An archive alone cannot be linked without, so
# that its users must not have to ask. (Boost has no .pc files.)
set(GNUTELLA_PC_BOOST_LIBS "-lboost_json -lboost_container")
if(BUILD_SHARED_LIBS)
  set(GNUTELLA_PC_REQUIRES "")
  set(GNUTELLA_PC_LIBS "")
  set(GNUTELLA_PC_LIBS_PRIVATE "${GNUTELLA_PC_BOOST_LIBS} -lsqlite3 -lrhash -lutf8proc -lz -lngtcp2_crypto_gnutls -lngtcp2 -lgnutls")
else()
  set(GNUTELLA_PC_REQUIRES "sqlite3, librhash, libutf8proc, zlib, libngtcp2_crypto_gnutls, libngtcp2, gnutls")
  set(GNUTELLA_PC_LIBS "${GNUTELLA_PC_BOOST_LIBS}")
  set(GNUTELLA_PC_LIBS_PRIVATE "")
endif()
set(GNUTELLA_PC_DIR ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
# The file finds its prefix from where it lies, so that an installation can be moved.
cmake_path(SET GNUTELLA_PC_PREFIX "/")
cmake_path(RELATIVE_PATH GNUTELLA_PC_PREFIX BASE_DIRECTORY /${GNUTELLA_PC_DIR})
configure_file(cmake/gnutella.pc.in gnutella.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/gnutella.pc DESTINATION ${GNUTELLA_PC_DIR} COMPONENT development)

install(FILES LICENSE CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT development)

# The target `docs`: the reference of the public headers as HTML, in docs/html of the build directory.

find_package(Doxygen QUIET)
if(DOXYGEN_FOUND)
  configure_file(docs/Doxyfile.in docs/Doxyfile @ONLY)
  add_custom_target(docs
    COMMAND Doxygen::doxygen ${PROJECT_BINARY_DIR}/docs/Doxyfile
    COMMENT "Writing the reference to ${PROJECT_BINARY_DIR}/docs/html/index.html"
    VERBATIM)
endif()

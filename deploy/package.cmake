# The Debian package: `cpack --config build/release/CPackConfig.cmake -G DEB`.
# One package per Debian release and architecture: the library names differ.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME antminer-exporter)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR "The Antminer exporter authors")
set(CPACK_PACKAGE_CONTACT "The Antminer exporter authors <nobody@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Prometheus exporter for Bitmain Antminer fleets")
set(CPACK_PACKAGE_DESCRIPTION
    "Finds the Antminers of a network, polls them and serves their state to Prometheus, with a
JSON API and history beside it. antminer_farm, a simulator of such miners on
loopback, is part of the package.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_SET_DESTDIR OFF)

set(debian_release "")
if(EXISTS /etc/os-release)
  file(STRINGS /etc/os-release version_line REGEX "^VERSION_ID=")
  string(REGEX REPLACE "[^0-9]" "" debian_release "${version_line}")
endif()
set(CPACK_DEBIAN_PACKAGE_RELEASE "1~deb${debian_release}")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "init-system-helpers (>= 1.51), tzdata")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "prometheus")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${CMAKE_CURRENT_LIST_DIR}/debian/postinst ${CMAKE_CURRENT_LIST_DIR}/debian/prerm
    ${CMAKE_CURRENT_LIST_DIR}/debian/postrm ${CMAKE_CURRENT_LIST_DIR}/debian/conffiles)
configure_file(${CMAKE_CURRENT_LIST_DIR}/debian/changelog.in ${CMAKE_CURRENT_BINARY_DIR}/changelog
               @ONLY)
antx_gzip(${CMAKE_CURRENT_BINARY_DIR}/changelog changelog.Debian.gz)
add_custom_target(debian_changelog ALL DEPENDS ${packed}/changelog.Debian.gz)
install(FILES ${packed}/changelog.Debian.gz DESTINATION ${doc_folder})
install(FILES ${CMAKE_CURRENT_LIST_DIR}/debian/lintian-overrides
        DESTINATION share/lintian/overrides RENAME antminer-exporter)
include(CPack)

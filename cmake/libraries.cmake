# The libraries from Debian that the rooms stand on (docs/dependencies.md says what each is for).
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(CURL REQUIRED)
find_package(fmt REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n)
find_package(OpenSSL 3 REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(prometheus-cpp REQUIRED CONFIG)
find_package(SQLite3 3.40 REQUIRED)
find_package(Threads REQUIRED)
find_package(tomlplusplus REQUIRED CONFIG)

pkg_check_modules(libpq REQUIRED IMPORTED_TARGET libpq>=15)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)

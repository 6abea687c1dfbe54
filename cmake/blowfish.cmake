# The words that Blowfish starts from are digits of pi. The build computes them; nobody copies a table.
add_executable(blowfish_start tools/blowfish_start.cpp)
set(blowfish_folder "${CMAKE_BINARY_DIR}/embedded/blowfish")
set(blowfish_header "${blowfish_folder}/crypto/blowfish_start.h")
file(MAKE_DIRECTORY "${blowfish_folder}/crypto")
add_custom_command(
  OUTPUT "${blowfish_header}"
  COMMAND blowfish_start "${blowfish_header}"
  DEPENDS blowfish_start
  COMMENT "Computing the state that Blowfish starts from"
  VERBATIM)
target_sources(room_crypto PRIVATE "${blowfish_header}")
target_include_directories(room_crypto PUBLIC "${blowfish_folder}")

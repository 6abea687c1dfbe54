# Flags that hold for every build: the language, the warnings (errors, all of them) and the hardening.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

include(CheckPIESupported)
check_pie_supported()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(GATEHOUSE_UNITY "tests" CACHE STRING "Whose sources compile several as one unit, a third of the time for a build of everything: none, tests, all")
set(GATEHOUSE_OPTIMISED_ROOMS "" CACHE STRING "Rooms that are optimised where the rest is not: hashing would take all the time")
option(GATEHOUSE_HARDENED "FORTIFY_SOURCE; off where a sanitizer watches, since it hides calls from it" ON)

add_compile_options(
  -Wall -Wextra -Wpedantic -Werror
  -Wshadow -Wformat=2 -Wunused-result -Wnon-virtual-dtor -Woverloaded-virtual
  -Wold-style-cast -Wcast-qual -Wimplicit-fallthrough -Wvla
  # Naming some members and leaving the rest absent is how values are made here; what must be given
  # has no default constructor.
  -Wno-missing-field-initializers
  -fstack-protector-strong -fstack-clash-protection -fno-omit-frame-pointer
  # Binaries and test output name files from the top of the repository, wherever it lies.
  "-ffile-prefix-map=${CMAKE_SOURCE_DIR}=."
)
add_compile_definitions(_GLIBCXX_ASSERTIONS)
add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack)

if(GATEHOUSE_HARDENED)
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
endif()
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  add_compile_options(-fcf-protection=full)
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(
    -Wconversion -Wno-sign-conversion -Wunreachable-code -Wno-missing-designated-field-initializers
    -fcolor-diagnostics
  )
else()
  # False positives of g++ 12, each with the reason why it is off in this build alone:
  # - maybe-uninitialized: std::optional and std::expected members of coroutine frames, which only
  #   this compiler believes to be read before they are written.
  # - dangling-pointer, restrict, array-bounds, stringop-overflow, stringop-overread: inlined
  #   std::string operations (GCC bugs 105329, 105651, 106199), reported inside libstdc++ itself.
  # - mismatched-new-delete: the frame of a coroutine, allocated and freed by the compiler's own code.
  # - shadow: enumerators and types of the same name in different scopes; clang checks real shadowing.
  add_compile_options(
    -Wno-maybe-uninitialized -Wno-dangling-pointer -Wno-restrict -Wno-array-bounds
    -Wno-stringop-overflow -Wno-stringop-overread -Wno-mismatched-new-delete -Wno-shadow
    -fdiagnostics-color
  )
endif()

if(GATEHOUSE_UNITY STREQUAL "all")
  # What is one source's own lies beside what is another's: that says nothing about either. Release, in
  # which every source of the server is compiled alone, warns of all of it.
  add_compile_options(-Wno-shadow)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    add_compile_options(-Wno-subobject-linkage)
  endif()
endif()

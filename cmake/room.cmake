# room(): a folder of src/ as a library that sees its own headers and those of the rooms it knows.

function(room_name path result)
  string(REPLACE "/" "_" name "room_${path}")
  set(${result} "${name}" PARENT_SCOPE)
endfunction()

# The folders directly under src/<parent>, sorted, as rooms "<parent>/<folder>".
function(rooms_of parent result)
  file(GLOB folders CONFIGURE_DEPENDS LIST_DIRECTORIES true RELATIVE "${CMAKE_SOURCE_DIR}/src"
    "${CMAKE_SOURCE_DIR}/src/${parent}/*")
  set(rooms "")
  foreach(folder IN LISTS folders)
    if(IS_DIRECTORY "${CMAKE_SOURCE_DIR}/src/${folder}")
      list(APPEND rooms "${folder}")
    endif()
  endforeach()
  set(${result} "${rooms}" PARENT_SCOPE)
endfunction()

# PUBLIC, or INTERFACE where the library has no sources yet.
function(room_scope name result)
  get_target_property(type ${name} TYPE)
  if(type STREQUAL "INTERFACE_LIBRARY")
    set(${result} INTERFACE PARENT_SCOPE)
  else()
    set(${result} PUBLIC PARENT_SCOPE)
  endif()
endfunction()

# Where a build of everything is wanted soon, the sources in the variable become units of several each
# (tools/unity_groups.py), formed anew when one of them changes.
function(compiled_together name variable)
  if(NOT GATEHOUSE_UNITY STREQUAL "all" AND NOT (GATEHOUSE_UNITY STREQUAL "tests" AND name STREQUAL "gatehouse_tests"))
    return()
  endif()
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tools/unity_groups.py" ${${variable}})
  execute_process(
    COMMAND ${Python3_EXECUTABLE} "${CMAKE_SOURCE_DIR}/tools/unity_groups.py" "${CMAKE_BINARY_DIR}/unity/${name}" ${${variable}}
    OUTPUT_VARIABLE units COMMAND_ERROR_IS_FATAL ANY)
  set(${variable} ${units} PARENT_SCOPE)
endfunction()

function(room path)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" KNOWS)
  room_name(${path} name)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${path}/*.cpp")
  list(FILTER sources EXCLUDE REGEX "(_test|/app/(main|describe))\\.cpp$")
  if(sources)
    compiled_together(${name} sources)
    add_library(${name} STATIC ${sources})
    if(path IN_LIST GATEHOUSE_OPTIMISED_ROOMS)
      target_compile_options(${name} PRIVATE -O1)
    endif()
  else()
    add_library(${name} INTERFACE)
  endif()
  room_scope(${name} scope)

  # The compiler reaches a room's headers through a link of their own, so that it sees no other room.
  set(window "${CMAKE_BINARY_DIR}/windows/${name}/${path}")
  cmake_path(GET window PARENT_PATH folder)
  file(MAKE_DIRECTORY "${folder}")
  file(CREATE_LINK "${CMAKE_SOURCE_DIR}/src/${path}" "${window}" SYMBOLIC)
  target_include_directories(${name} ${scope} "${CMAKE_BINARY_DIR}/windows/${name}")

  foreach(known IN LISTS arg_KNOWS)
    if(known MATCHES "^(.*)/\\*$")
      rooms_of(${CMAKE_MATCH_1} known_rooms)
    else()
      set(known_rooms ${known})
    endif()
    foreach(known_room IN LISTS known_rooms)
      room_name(${known_room} known_name)
      target_link_libraries(${name} ${scope} ${known_name})
    endforeach()
  endforeach()
  set_property(GLOBAL APPEND PROPERTY GATEHOUSE_ROOMS ${path})
endfunction()

# One room for each folder under src/<parent>, all with the same doors and none to each other.
function(rooms_under parent)
  rooms_of(${parent} rooms)
  foreach(path IN LISTS rooms)
    room(${path} ${ARGN})
  endforeach()
endfunction()

# The libraries that a room is built on; a room that does not stand yet needs none.
function(room_uses path)
  room_name(${path} name)
  if(TARGET ${name})
    room_scope(${name} scope)
    target_link_libraries(${name} ${scope} ${ARGN})
  endif()
endfunction()

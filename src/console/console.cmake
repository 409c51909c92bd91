# Puts the console's templates and its compiled styles, scripts and fonts into the binary.
#
# npm fetches GOV.UK Frontend and MoJ Frontend into the build folder (assets/package-lock.json says which); assets/build compiles them.
find_program(NPM npm)
if(NOT NPM)
  message(FATAL_ERROR "npm is not installed: the console's styles are made with it. Install Node.js 18 or later with npm (apt-get install npm), or run deploy/start, which does.")
endif()
set(console ${PROJECT_SOURCE_DIR}/src/console)
set(made ${CMAKE_BINARY_DIR}/console)
set(compiled heed.css govuk.js atkinson-400.woff2 atkinson-700.woff2)
list(TRANSFORM compiled PREPEND ${made}/ OUTPUT_VARIABLE compiled_paths)
add_custom_command(
  OUTPUT ${compiled_paths}
  COMMAND sh ${console}/assets/build ${NPM} ${console}/assets ${made}
  DEPENDS ${console}/assets/build ${console}/assets/package.json ${console}/assets/package-lock.json ${console}/assets/heed.scss
  COMMENT "the console's styles (npm, sass)" VERBATIM)

# One C++ file that takes every file in as it is.
file(GLOB templates CONFIGURE_DEPENDS ${console}/templates/*.mustache)
set(files)
foreach(path ${templates})
  get_filename_component(name ${path} NAME)
  list(APPEND files "templates/${name}=${path}")
endforeach()
foreach(name ${compiled})
  list(APPEND files "assets/${name}=${made}/${name}")
endforeach()
foreach(name heed.js queue.js icon.svg)
  list(APPEND files "assets/${name}=${console}/assets/${name}")
endforeach()
set(blocks "") 
set(externs "")
set(rows "")
set(depends "")
set(number 0)
foreach(entry ${files})
  string(REGEX MATCH "^([^=]+)=(.*)$" _ "${entry}")
  set(symbol heed_embedded_${number})
  string(APPEND blocks "asm(\".section .rodata\\n.global ${symbol}\\n${symbol}:\\n.incbin \\\"${CMAKE_MATCH_2}\\\"\\n.global ${symbol}_end\\n${symbol}_end:\\n.byte 0\\n.previous\");\n")
  string(APPEND externs "extern \"C\" const char ${symbol}[], ${symbol}_end[];\n")
  string(APPEND rows "      {\"${CMAKE_MATCH_1}\", {${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol})}},\n")
  list(APPEND depends ${CMAKE_MATCH_2})
  math(EXPR number "${number} + 1")
endforeach()
file(CONFIGURE OUTPUT ${made}/files.cc @ONLY CONTENT [[// Made by src/console/console.cmake.
#include "src/console/embedded.h"

@blocks@
@externs@
namespace heed {

std::span<const Embedded> AllEmbedded() {
  static const Embedded kAll[] = {
@rows@  };
  return kAll;
}

}  // namespace heed
]])
set_source_files_properties(${made}/files.cc PROPERTIES OBJECT_DEPENDS "${depends}")
target_sources(heed_console PRIVATE ${made}/files.cc)

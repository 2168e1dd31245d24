# Turns the files of the pages into a source file: cmake -DFOLDER=... -DOUTPUT=... -P embed.cmake
set(code "// Made by embed.cmake.\n#include \"api/pages/assets.h\"\n\nnamespace antx::pages {\n")
function(embed file name type)
  file(READ ${FOLDER}/${file} text)
  file(SHA256 ${FOLDER}/${file} hash)
  string(SUBSTRING ${hash} 0 16 hash)
  string(APPEND code "\nconst Asset& ${name}() {\n"
         "  static constexpr Asset kAsset{\"${type}\", \"\\\"${hash}\\\"\",\n"
         "R\"antx(${text})antx\"};\n  return kAsset;\n}\n")
  set(code "${code}" PARENT_SCOPE)
endfunction()
embed(style.css StyleAsset "text/css[charset]")
embed(app.js ScriptAsset "text/javascript[charset]")
embed(icon.svg IconAsset "image/svg+xml")
string(REPLACE "[charset]" "; charset=utf-8" code "${code}")
file(WRITE ${OUTPUT} "${code}\n}  // namespace antx::pages\n")

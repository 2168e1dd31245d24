# Builds the files of alertmanager/ in: cmake -DFOLDER=... -DOUTPUT=... -P embed_alertmanager.cmake
file(READ ${FOLDER}/alertmanager.yml base)
file(READ ${FOLDER}/antminer.tmpl templates)
file(WRITE ${OUTPUT} "// Made by embed_alertmanager.cmake.
#include \"app/alertmanager_config.h\"

namespace antx {

std::string_view AlertmanagerBase() {
  return R\"antx(${base})antx\";
}

std::string_view AlertmanagerTemplates() {
  return R\"antx(${templates})antx\";
}

}  // namespace antx
")

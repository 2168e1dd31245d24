#include "config/reload_diff.h"

#include "config/keys.h"

namespace antx {

std::vector<std::string> RestartNeeded(const Config& old_config, const Config& new_config) {
  std::vector<std::string> paths;
  for (const Key& key : AllKeys()) {
    if (key.restart && key.get(old_config) != key.get(new_config)) paths.push_back(key.path);
  }
  return paths;
}

}  // namespace antx

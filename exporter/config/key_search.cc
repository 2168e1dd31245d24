// Finding a row of the key table by its path, or the row that was probably meant.
#include <algorithm>
#include <vector>

#include "config/keys.h"

namespace antx {
namespace {

constexpr std::size_t kLongestPath = 80;

/// How far two words are apart.
std::size_t Distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

const Key* FindKey(std::string_view path) {
  for (const Key& key : AllKeys()) {
    if (key.path == path) return &key;
  }
  return nullptr;
}

const Key* FindSecretFile(std::string_view path) {
  for (const Key& key : AllKeys()) {
    if (key.secret && key.path + "_file" == path) return &key;
  }
  return nullptr;
}

bool IsGroup(std::string_view path) {
  return std::any_of(AllKeys().begin(), AllKeys().end(), [&](const Key& key) {
    return key.path.size() > path.size() && key.path.starts_with(path) &&
           key.path[path.size()] == '.';
  });
}

std::string SuggestPath(const std::string& path) {
  const Key* best = nullptr;
  std::size_t distance = 6;
  if (path.size() <= kLongestPath) {
    for (const Key& key : AllKeys()) {
      const std::size_t to = Distance(path, key.path);
      if (to >= distance) continue;
      distance = to;
      best = &key;
    }
  }
  return best == nullptr ? "; see the settings reference"
                         : "; did you mean \"" + best->path + "\"?";
}

}  // namespace antx

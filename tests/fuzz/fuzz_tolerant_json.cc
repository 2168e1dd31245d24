// Any bytes through the tolerant parser. What it accepts must be within the depth limit, and
// what a strict parser accepts must come out without a repair.
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "antminer/tolerant_json.h"

namespace {

int Depth(const boost::json::value& value) {
  int deepest = 0;
  if (const auto* list = value.if_array()) {
    for (const auto& item : *list) deepest = std::max(deepest, Depth(item));
    return deepest + 1;
  }
  if (const auto* object = value.if_object()) {
    for (const auto& [key, item] : *object) deepest = std::max(deepest, Depth(item));
    return deepest + 1;
  }
  return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int kDepth = 16;
  antx::RepairCounts repairs{};
  const auto value =
      antx::ParseTolerant({reinterpret_cast<const char*>(data), size}, kDepth, {}, repairs);
  if (value.has_error()) return 0;
  if (Depth(*value) > kDepth) std::abort();
  // Its own output is sound JSON: no repair is needed the second time.
  antx::RepairCounts again{};
  const auto second = antx::ParseTolerant(boost::json::serialize(*value), kDepth, {}, again);
  if (second.has_error()) std::abort();
  for (const auto count : again) {
    if (count != 0) std::abort();
  }
  return 0;
}

#include <string>

#include "antminer/decode.h"
#include "antminer/families/family.h"
#include "model/model_name.h"

namespace antx {

std::string RequestFor(std::string_view command) {
  // ePIC serves HTTP on the port of the API.
  constexpr std::string_view kHttp = "http:";
  if (command.starts_with(kHttp)) {
    return "GET " + std::string(command.substr(kHttp.size())) + " HTTP/1.0\r\n\r\n";
  }
  return "{\"command\":\"" + std::string(command) + "\"}";
}

CommandPlan PlanFor(const Identity& known) {
  if (known.firmware.empty()) return {{"version", "summary", "stats", "pools"}, {}, false};
  const Family& family = FamilyNamed(known.firmware);
  return {family.every_poll(), family.seldom(), family.may_join(NormaliseModel(known.model))};
}

}  // namespace antx

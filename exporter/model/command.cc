#include "model/command.h"

#include <array>

namespace antx {
namespace {

constexpr std::array<std::string_view, kVerbCount> kVerbs = {
    "restart", "reboot", "blink", "sleep", "wake", "work_mode", "pool"};

constexpr std::array<std::string_view, 8> kVerdicts = {"done",         "unsupported", "no_login",
                                                       "denied",       "refused",     "no_answer",
                                                       "not_verified", "cancelled"};

}  // namespace

std::string_view VerbName(Verb verb) { return kVerbs.at(static_cast<std::size_t>(verb)); }

std::optional<Verb> ParseVerb(std::string_view name) {
  for (std::size_t i = 0; i < kVerbs.size(); ++i) {
    if (kVerbs.at(i) == name) return static_cast<Verb>(i);
  }
  return std::nullopt;
}

std::string_view CommandVerdictName(CommandVerdict verdict) {
  return kVerdicts.at(static_cast<std::size_t>(verdict));
}

}  // namespace antx

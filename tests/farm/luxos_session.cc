#include "farm/luxos_session.h"

#include <algorithm>
#include <array>
#include <vector>

#include "farm/dialect.h"
#include "farm/web_digest.h"
#include "util/text.h"

namespace antx::farm {
namespace {

constexpr std::array<std::string_view, 10> kWrites = {
    "addpool", "removepool",   "switchpool", "enablepool", "disablepool",
    "curtail", "rebootdevice", "resetminer", "ledset",     "profileset"};

/// The text behind "parameter" of a request.
std::string_view ParameterOf(std::string_view request) {
  const auto key = request.find("\"parameter\"");
  if (key == std::string_view::npos) return {};
  const auto open = request.find('"', request.find(':', key));
  if (open == std::string_view::npos) return {};
  const auto close = request.find('"', open + 1);
  return close == std::string_view::npos ? std::string_view()
                                         : request.substr(open + 1, close - open - 1);
}

std::string Session(const VirtualMiner& miner, const Moment& moment, const std::string& id) {
  return "{" + Status(miner, moment, 316, "Session information") +
         ",\"SESSION\":[{\"SessionID\":\"" + id + "\"}],\"id\":1}";
}

std::string Plain(const VirtualMiner& miner, const Moment& moment, int code,
                  const std::string& message, char severity) {
  return "{" + Status(miner, moment, code, message, severity) + ",\"id\":1}";
}

/// `words` are the parameters behind the session.
void Change(Fleet::Member& member, double now, std::string_view command,
            const std::vector<std::string_view>& words) {
  const auto word = [&words](std::size_t i) {
    return std::string(i < words.size() ? words[i] : "");
  };
  auto& pools = member.miner.pools();
  const auto index = static_cast<std::size_t>(ParseInt(word(0)).value_or(99));
  if (command == "curtail") {
    if (word(0) == "sleep") (void)member.miner.SetFault("sleep", "", now);
    if (word(0) == "wakeup") (void)member.miner.Clear("sleep", now);
  } else if (command == "rebootdevice" || command == "resetminer") {
    (void)member.miner.SetFault("reboot", "", now);
    member.web.session.clear();
  } else if (command == "ledset") {
    member.web.blinking = word(1) == "blink";
  } else if (command == "addpool" && words.size() >= 2) {
    pools.push_back({word(0), word(1), word(2)});
  } else if (command == "removepool" && index < pools.size()) {
    pools.erase(pools.begin() + static_cast<std::ptrdiff_t>(index));
  } else if (command == "switchpool" && index < pools.size()) {
    std::rotate(pools.begin(), pools.begin() + static_cast<std::ptrdiff_t>(index),
                pools.begin() + static_cast<std::ptrdiff_t>(index) + 1);
  }
}

}  // namespace

std::optional<std::string> AnswerLuxosWrite(Fleet::Member& member, double now,
                                            std::string_view request) {
  const std::string_view command = CommandOf(request);
  const Moment moment = member.miner.At(now);
  const VirtualMiner& miner = member.miner;
  std::string& session = member.web.session;
  if (command == "session") return Session(miner, moment, session);
  if (command == "logon") {
    if (!session.empty()) return Plain(miner, moment, 402, "Another session is active", 'E');
    session = Md5("luxos" + std::to_string(++member.web.nonces)).substr(0, 8);
    return Session(miner, moment, session);
  }
  const auto words = SplitList(ParameterOf(request), ",");
  const bool known = !session.empty() && !words.empty() && words[0] == session;
  if (command == "kill") {
    session.clear();
    return Plain(miner, moment, 316, "Session terminated", 'S');
  }
  if (command == "logoff") {
    if (!known) return Plain(miner, moment, 402, "Invalid session", 'E');
    session.clear();
    return Plain(miner, moment, 316, "Session terminated", 'S');
  }
  if (std::find(kWrites.begin(), kWrites.end(), command) == kWrites.end()) return std::nullopt;
  if (!known) return Plain(miner, moment, 402, "Session is required", 'E');
  member.web.Record(command, ParameterOf(request));
  if (!member.web.Has("web_ignored"))
    Change(member, now, command, {words.begin() + 1, words.end()});
  return Plain(miner, moment, 300, "Command accepted", 'S');
}

}  // namespace antx::farm

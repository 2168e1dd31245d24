#include "farm/luxos_session.h"

#include <algorithm>
#include <array>
#include <vector>

#include "farm/api_write.h"
#include "farm/dialect.h"
#include "farm/web_digest.h"

namespace antx::farm {
namespace {

constexpr std::array<std::string_view, 5> kWrites = {"curtail", "rebootdevice", "resetminer",
                                                     "ledset", "profileset"};

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
            const std::vector<std::string>& words) {
  const auto word = [&words](std::size_t i) { return i < words.size() ? words[i] : std::string(); };
  if (command == "curtail") {
    if (word(0) == "sleep") (void)member.miner.SetFault("sleep", "", now);
    if (word(0) == "wakeup") (void)member.miner.Clear("sleep", now);
  } else if (command == "rebootdevice" || command == "resetminer") {
    (void)member.miner.SetFault("reboot", "", now);
    member.web.session.clear();
  } else if (command == "ledset") {
    member.web.light = word(1);
    member.web.blinking = word(1) == "blink";
  } else if (command == "profileset") {
    member.web.profile = word(0);
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
  const auto words = ParametersOf(request);
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
  WriteByApi(member, now, request,
             [now, name = std::string(command),
              rest = std::vector<std::string>(words.begin() + 1, words.end())](Fleet::Member& to) {
               Change(to, now, name, rest);
             });
  return Plain(miner, moment, 300, "Command accepted", 'S');
}

}  // namespace antx::farm

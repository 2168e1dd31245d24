// One pass over the web side of one miner: which pages, with which login, and what is remembered
// of it. A refused login is not tried again until it changes or a long time is over, since
// miners lock out.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "antminer/web.h"
#include "config/config.h"
#include "config/web_login.h"
#include "model/poll.h"
#include "net/web_client.h"
#include "util/clock.h"
#include "util/ipv4.h"

namespace antx {

/// What is remembered of a miner's web side between passes. Belongs to the net thread.
struct WebMemory {
  WebDialect dialect = WebDialect::kNone;  ///< kNone: not known yet.
  std::set<std::string> missing;           ///< Pages that this miner does not have.
  std::string family;                      ///< What the two above were learned for.
  SteadyTime learned_at;
  std::optional<WebLogin> denied;  ///< The login that was refused.
  SteadyTime denied_at;
  std::optional<WebLogin> accepted;     ///< The login that was taken last.
  std::string login_header;             ///< Token of the last login; "" none. A secret.
  std::optional<SteadyTime> asked;      ///< When the last pass ended.
  bool tried = false;                   ///< The last pass had something to ask.
  std::optional<PollError> error;       ///< Why a page of the last pass failed.
  bool error_counted = false;           ///< An outcome has carried it to the counters.
  std::shared_ptr<const Reading> told;  ///< What the last pass that told anything told.
  SteadyTime told_at;
  bool whole = false;  ///< `told` can stand for the reading of the API.
};

struct WebPassRequest {
  Ipv4 address;
  std::uint16_t api_port = 4028;
  std::shared_ptr<const MinersConfig> settings;
  Identity known;
  bool whole = false;  ///< The API gives nothing: ask for all pages.
  std::chrono::nanoseconds budget{std::chrono::seconds(20)};  ///< For the whole pass.
  std::size_t answer_bytes = 1U << 20U;
  int max_depth = 32;
  const Clock* clock = nullptr;  ///< Outlives the pass.
};

/// Asks page after page, one connection at a time, and updates `memory`. Both outlive the pass.
/// Never throws because of what a miner does.
boost::asio::awaitable<void> AskWebSide(WebClient& client, WebPassRequest request,
                                        WebMemory* memory);

/// How long one pass may take: four times the timeout of a page, never more than 0.8 of the
/// interval of the polls, so that no poll waits long for it.
[[nodiscard]] std::chrono::nanoseconds WebBudget(const MinersConfig& miners,
                                                 const PollingConfig& polling);

/// Whether a pass is due by the interval.
[[nodiscard]] bool WebIsDue(const WebMemory& memory, const MinersConfig& settings, SteadyTime now);

/// Whether a miner whose API gave no reading answers at all, so that its web side is worth asking.
[[nodiscard]] bool HostAnswers(const PollOutcome& outcome);

/// Adds to an outcome of the API what the web side told lately: facts, the collector `web`, and,
/// with `whole`, the reading where the API gave none.
void AddWebSide(WebMemory& memory, const MinersConfig& settings, SteadyTime now,
                PollOutcome& outcome);

}  // namespace antx

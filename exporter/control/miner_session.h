// The talk with one miner while a command runs: who may talk (the poller is held off), requests
// to the API and to the web side one after the other, logins, and what of it may be told.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/web_login.h"
#include "control/miner_holds.h"
#include "net/web_client.h"
#include "util/clock.h"
#include "util/ipv4.h"
#include "util/result.h"

namespace antx {

/// How a login is shown to the web side.
enum class CommandAuth : std::uint8_t {
  kNone,
  kDigest,
  kVnishToken,      ///< POST /api/v1/unlock, then a bearer token.
  kBraiinsToken,    ///< POST /api/v1/auth/login, then the token as it is.
  kBraiinsSession,  ///< The login mutation of GraphQL, then a cookie.
};

/// Whether a request changes something on the miner. Such a one is never sent a second time
/// unless the miner said that it did not take it.
enum class Effect : std::uint8_t { kReads, kChanges };

struct WebStep {
  std::string method = "GET";
  std::string path;
  std::string body = {};
  std::string content_type = "application/json";
  Effect effect = Effect::kReads;
  bool api_port = false;               ///< ePIC: HTTP on the port of the API.
  std::chrono::milliseconds total{0};  ///< 0: miners.web_timeout.
};

/// What came of a request to the web side.
struct WebReply {
  enum class State : std::uint8_t {
    kAnswer,     ///< Any status but 401 and 403.
    kDenied,     ///< The login was refused.
    kUnreached,  ///< It did not get there.
    kLost,       ///< It may have got there; no answer came.
  };
  State state = State::kUnreached;
  int status = 0;
  std::string body;
  std::string words;  ///< Why there is no answer; no secrets.
  [[nodiscard]] bool ok() const { return state == State::kAnswer && status >= 200 && status < 300; }
};

struct SessionSetup {
  WebClient* web = nullptr;           ///< Outlives the session.
  const Clock* clock = nullptr;       ///< Outlives the session.
  const MinerHolds* holds = nullptr;  ///< Outlives the session.
  Ipv4 address;
  std::uint16_t api_port = 4028;
  std::uint16_t web_port = 80;
  std::chrono::milliseconds api_timeout{5000};
  std::chrono::milliseconds web_timeout{5000};
  std::size_t answer_bytes = 1U << 20U;
  std::optional<WebLogin> login;
};

class MinerSession {
 public:
  explicit MinerSession(SessionSetup setup);
  /// Ends the hold.
  ~MinerSession();
  MinerSession(const MinerSession&) = delete;
  MinerSession& operator=(const MinerSession&) = delete;

  /// Keeps the poller off until Leave. False: the exporter stops.
  [[nodiscard]] boost::asio::awaitable<bool> Enter();
  void Leave();

  /// One exchange with the API. `lost` (may be null) is set when a request that changes something
  /// may have got there and no answer came.
  [[nodiscard]] boost::asio::awaitable<Result<std::string>> Api(std::string request, Effect effect,
                                                                bool* lost = nullptr);
  /// One call to the web side, logged in as `auth` asks. A refused login is tried once more with
  /// a new nonce or token, since miners call good ones stale without saying so.
  [[nodiscard]] boost::asio::awaitable<WebReply> Web(CommandAuth auth, WebStep step);

  /// Something that changes the miner may have reached it.
  [[nodiscard]] bool sent() const { return sent_; }
  /// The login was refused.
  [[nodiscard]] bool login_refused() const { return login_refused_; }
  /// A page said with status 200 that the password is wrong: nothing was changed.
  void RefuseLogin() {
    login_refused_ = true;
    sent_ = false;
  }
  [[nodiscard]] const std::optional<WebLogin>& login() const { return setup_.login; }
  [[nodiscard]] const SessionSetup& setup() const { return setup_; }

  /// A word that no detail may show: passwords, tokens.
  void AddSecret(std::string word);
  /// Words of a miner, fit for a detail: short, one line, without secrets.
  [[nodiscard]] std::string Words(std::string_view text) const;

 private:
  [[nodiscard]] boost::asio::awaitable<WebReply> Call(CommandAuth auth, const WebStep& step);
  [[nodiscard]] boost::asio::awaitable<WebReply> LogIn(CommandAuth auth);
  [[nodiscard]] WebCall CallFor(const WebStep& step) const;
  void OpenWeb(CommandAuth auth);

  SessionSetup setup_;
  std::shared_ptr<WebSession> web_;
  std::string login_header_;  ///< A secret.
  std::vector<std::string> secrets_;
  bool logged_in_ = false;  ///< By a form; Digest needs none.
  bool entered_ = false;
  bool sent_ = false;
  bool login_refused_ = false;
};

}  // namespace antx

#include "control/miner_session.h"

#include <algorithm>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <utility>

#include "antminer/commands_web.h"
#include "antminer/web.h"
#include "net/exchange.h"
#include "util/secret.h"
#include "util/text.h"

namespace antx {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr std::size_t kMostWords = 200;

std::optional<WebAuth> FormOf(CommandAuth auth) {
  if (auth == CommandAuth::kBraiinsToken) return WebAuth::kBraiinsToken;
  if (auth == CommandAuth::kBraiinsSession) return WebAuth::kBraiinsSession;
  return std::nullopt;
}

}  // namespace

MinerSession::MinerSession(SessionSetup setup) : setup_(std::move(setup)) {
  if (setup_.login) AddSecret(setup_.login->password);
}

MinerSession::~MinerSession() { Leave(); }

asio::awaitable<bool> MinerSession::Enter() {
  if (entered_) co_return true;
  if (setup_.holds->hold) {
    const bool held = co_await setup_.holds->hold(setup_.address);
    if (!held) co_return false;
  }
  entered_ = true;
  co_return true;
}

void MinerSession::Leave() {
  if (!std::exchange(entered_, false)) return;
  if (setup_.holds->release) setup_.holds->release(setup_.address);
}

void MinerSession::AddSecret(std::string word) {
  if (word.empty() || std::find(secrets_.begin(), secrets_.end(), word) != secrets_.end()) return;
  secrets_.push_back(std::move(word));
  // A longer one may hold a shorter one.
  std::sort(secrets_.begin(), secrets_.end(),
            [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

std::string MinerSession::Words(std::string_view text) const {
  std::string words = ToValidUtf8(Trim(text));
  for (const std::string& secret : secrets_) HideSecret(secret, words);
  return EscapeControl(CutUtf8(words, kMostWords));
}

asio::awaitable<Result<std::string>> MinerSession::Api(std::string request, Effect effect,
                                                       bool* lost) {
  const ExchangeLimits limits{setup_.api_timeout, setup_.api_timeout, setup_.answer_bytes};
  const asio::ip::tcp::endpoint miner(asio::ip::address_v4(setup_.address.value), setup_.api_port);
  bool connected = false;
  auto reply = co_await Exchange(miner, std::move(request), limits, &connected);
  if (effect == Effect::kChanges && connected) {
    sent_ = true;
    // Closed without a byte is how the API turns away whom it does not let in.
    const bool turned_away = reply.has_error() && reply.error().reason == Reason::kAuth;
    if (lost != nullptr) *lost = reply.has_error() && !turned_away;
  }
  co_return reply;
}

void MinerSession::OpenWeb(CommandAuth auth) {
  const bool digest = auth == CommandAuth::kDigest && setup_.login.has_value();
  web_ = digest ? setup_.web->Open(setup_.address, setup_.login->username, setup_.login->password)
                : setup_.web->Open(setup_.address);
  logged_in_ = false;
  login_header_.clear();
}

WebCall MinerSession::CallFor(const WebStep& step) const {
  WebCall call;
  call.method = step.method;
  call.port = step.api_port ? setup_.api_port : setup_.web_port;
  call.path = step.path;
  call.body = step.body;
  if (step.method != "GET") call.content_type = step.content_type;
  call.total = step.total > milliseconds::zero() ? step.total : setup_.web_timeout;
  call.connect = std::min(call.connect, call.total);
  call.answer_bytes = setup_.answer_bytes;
  // A connection that is used again and dies makes libcurl send the request once more.
  call.last = true;
  if (!login_header_.empty()) call.headers.push_back(login_header_);
  return call;
}

asio::awaitable<WebReply> MinerSession::Call(CommandAuth auth, const WebStep& step) {
  if (!web_) OpenWeb(auth);
  auto answer = co_await setup_.web->Ask(web_, CallFor(step));
  WebReply reply;
  if (answer.has_error()) {
    const HttpError& error = answer.error();
    reply.words = Words(error.detail);
    reply.state = error.no_door ? WebReply::State::kUnreached : WebReply::State::kLost;
    // An answer of a wrong kind is an answer.
    if (error.kind == HttpError::Kind::kRedirect) {
      reply.state = WebReply::State::kAnswer;
      reply.status = error.status;
    }
  } else {
    const bool denied = answer->status == 401 || answer->status == 403;
    reply.state = denied ? WebReply::State::kDenied : WebReply::State::kAnswer;
    reply.status = answer->status;
    reply.body = std::move(answer->body);
  }
  if (step.effect == Effect::kChanges && reply.state != WebReply::State::kUnreached &&
      reply.state != WebReply::State::kDenied) {
    sent_ = true;
  }
  co_return reply;
}

asio::awaitable<WebReply> MinerSession::LogIn(CommandAuth auth) {
  WebReply denied;
  denied.state = WebReply::State::kDenied;
  if (!setup_.login) co_return denied;
  const auto form = FormOf(auth);
  WebStep step;
  step.method = "POST";
  if (form) {
    auto request = LoginRequestFor(*form, setup_.login->username, setup_.login->password);
    step.path = std::move(request->path);
    step.body = std::move(request->body);
  } else {
    step.path = "/api/v1/unlock";
    step.body = VnishUnlock(setup_.login->password);
  }
  WebReply reply = co_await Call(auth, step);
  if (!reply.ok()) {
    // Whatever a page of logins says below 500 is a no.
    if (reply.state == WebReply::State::kAnswer && reply.status < 500) reply.state = denied.state;
    co_return reply;
  }
  const auto header = form ? LoginHeaderFrom(*form, reply.body) : VnishTokenHeader(reply.body);
  if (!header) {
    // GraphQL says no with status 200; nonsense is no refusal.
    const bool refused = auth == CommandAuth::kBraiinsSession && !PageIsNone(reply.body);
    if (refused) co_return denied;
    reply.state = WebReply::State::kUnreached;
    reply.words = "the answer to the login is none";
    co_return reply;
  }
  login_header_ = *header;
  AddSecret(header->substr(header->rfind(' ') + 1));
  logged_in_ = true;
  co_return reply;
}

asio::awaitable<WebReply> MinerSession::Web(CommandAuth auth, WebStep step) {
  const bool by_form = auth != CommandAuth::kNone && auth != CommandAuth::kDigest;
  WebReply reply;
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (attempt > 0) OpenWeb(auth);
    if (by_form && !logged_in_) {
      reply = co_await LogIn(auth);
      if (reply.state == WebReply::State::kDenied) {
        login_refused_ = true;
        co_return reply;
      }
      if (!logged_in_) {
        // Nothing of the step itself got there.
        if (reply.state == WebReply::State::kLost) reply.state = WebReply::State::kUnreached;
        co_return reply;
      }
    }
    reply = co_await Call(auth, step);
    if (reply.state != WebReply::State::kDenied) co_return reply;
    if (auth == CommandAuth::kNone) break;
  }
  login_refused_ = auth != CommandAuth::kNone && reply.status == 401;
  co_return reply;
}

}  // namespace antx

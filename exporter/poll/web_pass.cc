#include "poll/web_pass.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "util/text.h"

namespace antx {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// Miners that lock out do so for minutes to hours.
constexpr auto kTryDeniedAgain = std::chrono::hours(6);
// "Not found" may have been the word of a miner that was still booting.
constexpr auto kLearnAgain = std::chrono::hours(6);
constexpr double kStaleIntervals = 2.5;
// Uptimes come in whole seconds or minutes: a boot time that jitters looks like reboots.
constexpr auto kBootShift = std::chrono::seconds(90);

Reason ReasonOf(const HttpError& error) {
  switch (error.kind) {
    case HttpError::Kind::kConnect:
      return error.no_door ? Reason::kRefused : Reason::kReset;
    case HttpError::Kind::kTimeout:
      return Reason::kTimeout;
    case HttpError::Kind::kTooLarge:
      return Reason::kOversize;
    case HttpError::Kind::kRedirect:
      return Reason::kApi;
    case HttpError::Kind::kCancelled:
      return Reason::kCancelled;
    case HttpError::Kind::kTls:
    case HttpError::Kind::kOther:
      break;
  }
  return Reason::kParse;
}

PollError Denied() {
  return {Reason::kAuth, "the web side refuses the login; see miners.credentials"};
}

/// What one call came to.
enum class Verdict { kPage, kMissing, kFailed, kHostGone, kDenied };

struct Pass {
  WebClient& client;
  WebPassRequest request;
  WebMemory& memory;
  std::optional<WebLogin> login;
  std::shared_ptr<WebSession> session;
  std::vector<RawReply> replies;
  bool accepted = false;  ///< The login was taken in this pass.
  SteadyTime deadline;

  asio::awaitable<void> Run();
  asio::awaitable<bool> Recognise();
  asio::awaitable<WebDialect> AskPlan(const WebPlan& plan);
  asio::awaitable<Verdict> AskPage(const WebPlan& plan, const WebRequest& page, bool last);
  asio::awaitable<HttpResult<WebAnswer>> Call(const WebPlan& plan, const WebRequest& page,
                                              bool last);
  asio::awaitable<bool> LogIn(const WebPlan& plan);
  void OpenSession(const WebPlan& plan);
  void Fail(std::string_view page, PollError error);
  void Deny();
  void ForgetOld();
  void Remember(const std::string& page, const PollError& error);
  void Keep();
  [[nodiscard]] Verdict NotLoggedIn() const {
    return memory.denied ? Verdict::kDenied : Verdict::kHostGone;
  }
  [[nodiscard]] std::vector<const WebRequest*> PagesOf(const WebPlan& plan) const;
  [[nodiscard]] WebCall NewCall(std::uint16_t port, std::string_view path) const;
  [[nodiscard]] std::uint16_t PortOf(WebPort port) const;
  [[nodiscard]] nanoseconds Left() const { return deadline - request.clock->Steady(); }
  [[nodiscard]] bool MayLogIn() const { return login.has_value() && !memory.denied; }
};

std::uint16_t Pass::PortOf(WebPort port) const {
  constexpr std::uint16_t kInfoPort = 6060;
  if (port == WebPort::kApi) return request.api_port;
  if (port == WebPort::kInfo) return kInfoPort;
  return static_cast<std::uint16_t>(request.settings->web_port);
}

WebCall Pass::NewCall(std::uint16_t port, std::string_view path) const {
  WebCall call;
  call.port = port;
  call.path = path;
  call.total = std::chrono::duration_cast<milliseconds>(request.settings->web_timeout);
  call.total =
      std::clamp(std::chrono::duration_cast<milliseconds>(Left()), milliseconds(1), call.total);
  call.connect = std::min(call.connect, call.total);
  call.answer_bytes = request.answer_bytes;
  return call;
}

void Pass::OpenSession(const WebPlan& plan) {
  const bool digest = plan.auth == WebAuth::kDigest && MayLogIn();
  session = digest ? client.Open(request.address, login->username, login->password)
                   : client.Open(request.address);
}

void Pass::Fail(std::string_view page, PollError error) {
  replies.push_back({std::string(page), std::move(error)});
}

void Pass::Deny() {
  memory.denied = login;
  memory.denied_at = request.clock->Steady();
  memory.accepted.reset();
  memory.login_header.clear();
}

std::vector<const WebRequest*> Pass::PagesOf(const WebPlan& plan) const {
  std::vector<const WebRequest*> pages;
  for (const WebRequest& page : plan.requests) {
    if (page.whole && !request.whole) continue;
    if (page.login && !MayLogIn()) continue;
    if (page.applies != nullptr && !page.applies(request.known)) continue;
    if (memory.missing.contains(std::string(page.name))) continue;
    pages.push_back(&page);
  }
  return pages;
}

asio::awaitable<bool> Pass::LogIn(const WebPlan& plan) {
  const auto form = LoginRequestFor(plan.auth, login->username, login->password);
  if (!form) co_return true;  // Digest shows the login with each call.
  WebCall call = NewCall(PortOf(WebPort::kWeb), form->path);
  call.method = "POST";
  call.content_type = "application/json";
  call.body = form->body;
  const auto answer = co_await client.Ask(session, std::move(call));
  if (answer.has_error()) {
    Fail("login", {ReasonOf(answer.error()), answer.error().detail});
    co_return false;
  }
  const auto header =
      answer->status < 300 ? LoginHeaderFrom(plan.auth, answer->body) : std::nullopt;
  if (header) {
    memory.login_header = *header;
    accepted = true;
    co_return true;
  }
  if (answer->status >= 500) {
    Fail("login", {Reason::kApi, "answers " + std::to_string(answer->status)});
  } else {
    Deny();
  }
  co_return false;
}

asio::awaitable<HttpResult<WebAnswer>> Pass::Call(const WebPlan& plan, const WebRequest& page,
                                                  bool last) {
  WebCall call = NewCall(PortOf(page.port), page.path);
  call.last = last;
  if (!page.body.empty()) {
    call.method = "POST";
    call.content_type = "application/json";
    call.body = page.body;
  }
  if (page.login && !memory.login_header.empty()) call.headers.push_back(memory.login_header);
  // Nobody but the web side of the miner gets to see a login.
  auto with = session;
  if (page.port != WebPort::kWeb && plan.auth != WebAuth::kNone) {
    with = client.Open(request.address);
  }
  co_return co_await client.Ask(with, std::move(call));
}

asio::awaitable<Verdict> Pass::AskPage(const WebPlan& plan, const WebRequest& page, bool last) {
  const bool by_form = plan.auth == WebAuth::kBraiinsToken || plan.auth == WebAuth::kBraiinsSession;
  const bool token = plan.auth == WebAuth::kBraiinsToken && !memory.login_header.empty();
  if (page.login && by_form && !accepted && !token) {
    const bool good = co_await LogIn(plan);
    if (!good) co_return NotLoggedIn();
  }
  auto answer = co_await Call(plan, page, last);
  const bool refused = answer.has_value() && answer->status == 401 && page.login;
  if (refused && by_form && !accepted) {
    // The token of an earlier pass is too old.
    const bool good = co_await LogIn(plan);
    if (!good) co_return NotLoggedIn();
    answer = co_await Call(plan, page, last);
  } else if (refused && plan.auth == WebAuth::kDigest && memory.accepted == login) {
    // It took this login before: perhaps a stale nonce that it does not call stale.
    OpenSession(plan);
    answer = co_await Call(plan, page, last);
  }
  if (answer.has_error()) {
    const HttpError& error = answer.error();
    if (page.port == WebPort::kInfo && error.kind == HttpError::Kind::kConnect) {
      co_return Verdict::kMissing;
    }
    Fail(page.name, {ReasonOf(error), error.detail});
    const bool gone = error.kind == HttpError::Kind::kConnect ||
                      error.kind == HttpError::Kind::kTimeout ||
                      error.kind == HttpError::Kind::kCancelled;
    co_return gone&& page.port != WebPort::kInfo ? Verdict::kHostGone : Verdict::kFailed;
  }
  if (answer->status == 404) co_return Verdict::kMissing;
  // The login is good; it may not read this page, or not in this way.
  const bool forbidden = answer->status == 401 || answer->status == 403;
  if (forbidden && page.login && by_form && accepted) co_return Verdict::kMissing;
  if (answer->status == 401 && page.login && !accepted) co_return Verdict::kDenied;
  if (answer->status >= 300 || answer->status < 200) {
    const bool asks = answer->status == 401 || answer->status == 403;
    Fail(page.name, {Reason::kApi, asks ? "the page asks for a login"
                                        : "answers " + std::to_string(answer->status)});
    co_return Verdict::kFailed;
  }
  if (page.login) {
    accepted = true;
    memory.accepted = login;
  }
  replies.push_back({std::string(page.name), std::move(answer->body)});
  co_return Verdict::kPage;
}

/// The dialect to go on with when this is not the right one; kNone: done.
asio::awaitable<WebDialect> Pass::AskPlan(const WebPlan& plan) {
  OpenSession(plan);
  const auto pages = PagesOf(plan);
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const WebRequest& page = *pages[i];
    if (Left() <= nanoseconds::zero()) {
      Fail(page.name, {Reason::kTimeout, "no time left in this pass"});
      co_return WebDialect::kNone;
    }
    const Verdict verdict = co_await AskPage(plan, page, i + 1 == pages.size());
    switch (verdict) {
      case Verdict::kPage:
      case Verdict::kFailed:
        break;
      case Verdict::kMissing:
        if (page.probe && plan.otherwise != plan.dialect) co_return plan.otherwise;
        memory.missing.emplace(page.name);
        break;
      case Verdict::kHostGone:
        co_return WebDialect::kNone;
      case Verdict::kDenied:
        Deny();
        co_return WebDialect::kNone;
    }
  }
  co_return WebDialect::kNone;
}

/// A host of unknown kind: its start page tells.
asio::awaitable<bool> Pass::Recognise() {
  WebCall call = NewCall(PortOf(WebPort::kWeb), "/");
  call.last = true;
  const auto answer = co_await client.Ask(client.Open(request.address), std::move(call));
  if (answer.has_error()) {
    Fail("start", {ReasonOf(answer.error()), answer.error().detail});
    co_return false;
  }
  memory.dialect = RecogniseWeb(answer->www_authenticate, answer->body);
  co_return memory.dialect != WebDialect::kNone;
}

void Pass::ForgetOld() {
  const SteadyTime now = request.clock->Steady();
  const bool same = memory.family == request.known.firmware || request.known.firmware.empty();
  if (same && now - memory.learned_at < kLearnAgain) return;
  memory.dialect = WebDialect::kNone;
  memory.missing.clear();
  memory.family = request.known.firmware;
  memory.learned_at = now;
}

asio::awaitable<void> Pass::Run() {
  const bool expired = request.clock->Steady() - memory.denied_at >= kTryDeniedAgain;
  if (memory.denied && (!login || *memory.denied != *login || expired)) memory.denied.reset();
  ForgetOld();
  const bool unknown = request.known.firmware.empty() || request.known.firmware == "unknown";
  if (memory.dialect == WebDialect::kNone) memory.dialect = FirstWebDialect(request.known);
  if (memory.dialect == WebDialect::kNone) {
    if (!unknown) co_return;
    const bool known = co_await Recognise();
    if (!known) co_return;
  }
  // Each dialect leads on to an older one: no way back.
  for (WebDialect next = memory.dialect; next != WebDialect::kNone;) {
    memory.dialect = next;
    next = co_await AskPlan(WebPlanOf(next));
    if (next != WebDialect::kNone) replies.clear();
  }
}

/// The first error of the pass is the one that is told.
void Pass::Remember(const std::string& page, const PollError& error) {
  if (memory.error) return;
  memory.error = PollError{error.reason, "web page " + page + ": " + EscapeControl(error.detail)};
}

void Pass::Keep() {
  const SteadyTime now = request.clock->Steady();
  memory.asked = now;
  memory.tried = !replies.empty() || memory.denied.has_value();
  memory.error.reset();
  memory.error_counted = false;
  if (memory.denied) memory.error = Denied();
  const DecodeContext context{request.clock->Now(), request.known, request.max_depth};
  WebDecoded decoded = DecodeWeb(memory.dialect, replies, context);
  // A closed port is no fault of a host that never had a web side.
  const bool none = !memory.told && std::all_of(replies.begin(), replies.end(), [](const auto& r) {
    return r.body.has_error() && r.body.error().reason == Reason::kRefused;
  });
  if (none && !memory.denied) {
    memory.tried = false;
    return;
  }
  for (const RawReply& reply : replies) {
    if (reply.body.has_error()) Remember(reply.command, reply.body.error());
  }
  bool told = false;
  for (const CommandResult& page : decoded.pages) {
    told = told || !page.error;
    if (page.error) Remember(page.command, *page.error);
  }
  if (!told) return;
  auto& boot = decoded.reading.boot_time;
  if (boot) boot = std::chrono::round<std::chrono::seconds>(*boot);
  if (memory.told && memory.told->boot_time && boot) {
    const auto shift = *boot - *memory.told->boot_time;
    if (shift < kBootShift && shift > -kBootShift) boot = memory.told->boot_time;
  }
  memory.whole = decoded.whole && request.whole;
  memory.told = std::make_shared<const Reading>(std::move(decoded.reading));
  memory.told_at = now;
}

}  // namespace

asio::awaitable<void> AskWebSide(WebClient& client, WebPassRequest request, WebMemory* memory) {
  Pass pass{client, std::move(request), *memory, std::nullopt, nullptr, {}, false, {}};
  pass.deadline = pass.request.clock->Steady() + pass.request.budget;
  pass.login =
      WebLoginFor(*pass.request.settings, pass.request.address, pass.request.known.firmware);
  co_await pass.Run();
  pass.Keep();
}

nanoseconds WebBudget(const MinersConfig& miners, const PollingConfig& polling) {
  return std::chrono::duration_cast<nanoseconds>(
      std::min(4 * miners.web_timeout, polling.interval * 0.8));
}

bool WebIsDue(const WebMemory& memory, const MinersConfig& settings, SteadyTime now) {
  if (!settings.web) return false;
  return !memory.asked ||
         now - *memory.asked >= std::chrono::duration_cast<nanoseconds>(settings.web_interval);
}

bool HostAnswers(const PollOutcome& outcome) {
  if (outcome.connected) return true;
  if (!outcome.error) return false;
  const Reason reason = outcome.error->reason;
  return reason == Reason::kRefused || reason == Reason::kReset || reason == Reason::kAuth;
}

void AddWebSide(WebMemory& memory, const MinersConfig& settings, SteadyTime now,
                PollOutcome& outcome) {
  if (!settings.web || !memory.asked) return;
  if (memory.tried) outcome.collectors.push_back({Collector::kWeb, !memory.error});
  outcome.web_error = memory.error;
  if (memory.error && !std::exchange(memory.error_counted, true)) {
    outcome.command_errors.push_back(*memory.error);
  }
  if (!memory.told) return;
  AddWebIdentity(memory.told->identity, outcome.identity);
  const auto age = now - memory.told_at;
  if (age > std::chrono::duration_cast<nanoseconds>(settings.web_interval * kStaleIntervals)) {
    return;
  }
  if (outcome.reading) {
    Reading reading = *outcome.reading;
    AddWebFacts(*memory.told, reading);
    outcome.reading = std::make_shared<const Reading>(std::move(reading));
    return;
  }
  // Only what this poll has asked for: an older reading would freeze the figures.
  if (!memory.whole || memory.told_at < outcome.finished - outcome.duration) return;
  Reading reading = *memory.told;
  reading.by_web = true;
  reading.identity = outcome.identity;
  outcome.reading = std::make_shared<const Reading>(std::move(reading));
  // ePIC has nothing else: that the API told no rate is no fault.
  if (outcome.identity.firmware == "epic") outcome.error = memory.error;
}

}  // namespace antx

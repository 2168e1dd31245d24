// Calls to the web side that all dialects share.
#include <utility>

#include "antminer/commands_web.h"
#include "control/command_run.h"
#include "util/text.h"

namespace antx {

namespace asio = boost::asio;

asio::awaitable<std::optional<CommandOutcome>> TellWeb(CommandRun& run, CommandAuth auth,
                                                       WebStep step, std::string_view what,
                                                       std::string* page) {
  step.effect = Effect::kChanges;
  // An empty body is no JSON.
  if (step.body.empty()) step.content_type.clear();
  WebReply reply = co_await run.session.Web(auth, std::move(step));
  if (reply.state == WebReply::State::kLost) {
    run.lost = true;
    co_return std::nullopt;
  }
  if (!reply.ok()) co_return run.Failed(reply, what);
  const std::string refusal = RefusalIn(reply.body);
  if (!refusal.empty()) {
    co_return run.Outcome(CommandVerdict::kRefused,
                          std::string(what) + ": \"" + run.session.Words(refusal) + '"');
  }
  if (page != nullptr) *page = std::move(reply.body);
  co_return std::nullopt;
}

asio::awaitable<PageRead> ReadPage(CommandRun& run, CommandAuth auth, WebStep step,
                                   std::string_view what) {
  PageRead read;
  WebReply reply = co_await run.session.Web(auth, std::move(step));
  read.status = reply.status;
  if (!reply.ok()) read.failed = run.Failed(reply, what);
  read.page = std::move(reply.body);
  co_return read;
}

asio::awaitable<CommandOutcome> VerifyPage(CommandRun& run, PageLook look) {
  const Looker looker = [&run, &look]() -> asio::awaitable<Look> {
    const PageRead read = co_await ReadPage(run, look.auth, look.step, look.what);
    if (read.failed) co_return Look{false, read.failed->detail};
    std::optional<std::string> text;
    if (look.path.empty()) {
      text = std::string(Trim(read.page));
    } else {
      text = PageText(read.page, look.path);
    }
    if (!text) co_return Look{false, "the page tells no " + look.what};
    co_return Look{EqualsNoCase(*text, look.wanted), look.what + " is " + run.session.Words(*text)};
  };
  co_return co_await LookUntilSeen(run, looker);
}

}  // namespace antx

#include "farm/web_dialect.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "farm/web_digest.h"
#include "util/text.h"

namespace antx::farm {
namespace {

constexpr double kLateSeconds = 3;

/// Whether the pages of this machine stand behind Digest.
bool NeedsDigest(Dialect dialect) {
  return dialect == Dialect::kX19 || dialect == Dialect::kX17 || dialect == Dialect::kLegacy ||
         dialect == Dialect::kMarathon;
}

WebResponse PageOf(Fleet::Member& member, const Moment& moment, double now,
                   const WebRequest& request, std::string_view path) {
  switch (member.miner.profile().dialect) {
    case Dialect::kX19:
      return StockPage(member, moment, now, request, path);
    case Dialect::kLegacy:
    case Dialect::kX17:
      return OldStockPage(member, moment, now, request, path);
    case Dialect::kVnish:
      return VnishPage(member, moment, now, request, path);
    case Dialect::kBraiins:
      return BraiinsPage(member, moment, now, request, path);
    case Dialect::kMarathon:
      return MarathonPage(member, moment, now, request, path);
    case Dialect::kEpic:
    case Dialect::kLuxos:
      break;
  }
  if (path != "/") return NotFound();
  const bool epic = member.miner.profile().dialect == Dialect::kEpic;
  return {200,
          epic ? "<title>Miner Web Dashboard</title>" : "<title>Luxor Firmware</title>",
          "text/html",
          {},
          false};
}

/// The fault that answers in place of the page, if one does.
std::optional<WebResponse> Instead(const WebSide& web) {
  if (web.Has("web_error")) return WebResponse{500, "oops", "text/html", {}, false};
  if (web.Has("web_redirect")) {
    return WebResponse{302, "", "text/html", {"Location: http://127.255.255.254/"}, false};
  }
  return std::nullopt;
}

}  // namespace

WebResponse NotFound() { return {404, "<html>404 - Not Found</html>", "text/html", {}, false}; }

std::string MacOf(const VirtualMiner& miner) {
  const std::uint32_t a = miner.address().value;
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "02:00:%02x:%02x:%02x:%02x", a >> 24U, a >> 16U & 255U,
                a >> 8U & 255U, a & 255U);
  return text.data();
}

std::string HostnameOf(const VirtualMiner& miner) {
  const std::uint32_t a = miner.address().value;
  return "miner-" + std::to_string(a >> 8U & 255U) + "-" + std::to_string(a & 255U);
}

std::string SerialOf(const VirtualMiner& miner) {
  return "SIM" + std::to_string(miner.address().value & 0xffffffU);
}

void Write(Fleet::Member& member, double now, const WebRequest& request, std::string_view path,
           const std::function<void(Fleet::Member&)>& change) {
  member.web.Record(now, request.method, path,
                    request.body.empty() ? request.target : request.body);
  if (member.web.Has("web_ignored")) return;
  if (member.web.Has("web_late")) {
    member.later.emplace_back(now + kLateSeconds, change);
    return;
  }
  change(member);
}

void RestartMining(Fleet::Member& member, double now) {
  (void)member.miner.SetFault("reboot", "", now);
}

void RebootDevice(Fleet::Member& member, double now) {
  RestartMining(member, now);
  member.web.down_until = now + VirtualMiner::kRebootSeconds;
}

WebResponse AnswerWeb(Fleet::Member& member, double now, const WebRequest& request) {
  member.Settle(now);
  WebSide& web = member.web;
  const std::string_view path =
      std::string_view(request.target).substr(0, request.target.find('?'));
  web.Count(path);
  if (auto instead = Instead(web)) return *std::move(instead);
  if (NeedsDigest(member.miner.profile().dialect)) {
    const LoginCheck check = CheckDigest(web, request);
    if (check == LoginCheck::kWrong || (check == LoginCheck::kGood && web.Has("web_locked"))) {
      ++web.refused_logins;
    }
    if (check == LoginCheck::kGood && web.stale_left > 0) {
      --web.stale_left;
      return AskForDigest(web, false);  // Some builds forget to say "stale".
    }
    if (check != LoginCheck::kGood || web.Has("web_locked")) {
      return AskForDigest(web, check == LoginCheck::kStale);
    }
  }
  const auto written = web.written;
  WebResponse response = PageOf(member, member.miner.At(now), now, request, path);
  if (web.Has("web_die") && web.written != written) response.die = true;
  return response;
}

bool IsWholeRequest(std::string_view request) {
  const bool http = request.starts_with("GET ") || request.starts_with("POST ");
  return !http || ParseRequest(request).has_value();
}

std::string AnswerEpicOnApiPort(Fleet::Member& member, double now, std::string_view request) {
  member.Settle(now);
  const auto parsed = ParseRequest(request);
  if (!parsed || parsed->request.method.empty()) {
    return ToBytes({400, "not HTTP", "text/plain", {}, false}, true);
  }
  const std::string& target = parsed->request.target;
  const std::string_view path = std::string_view(target).substr(0, target.find('?'));
  member.web.Count(path);
  if (const auto instead = Instead(member.web)) return ToBytes(*instead, true);
  const auto written = member.web.written;
  const WebResponse response = EpicPage(member, member.miner.At(now), now, parsed->request, path);
  if (member.web.Has("web_die") && member.web.written != written) return {};
  return ToBytes(response, true);
}

}  // namespace antx::farm

// The landing page: what is there, in numbers, and where to go. No script, nothing from
// elsewhere; everything that came from a miner is escaped.
#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include "api/routes.h"

namespace antx {
namespace {

constexpr std::string_view kStyle = R"css(:root{color-scheme:light dark;--line:#8884;--soft:#8881}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}
h1{font-size:1.4rem;margin:.5rem 0}h2{font-size:1.1rem;margin:1.5rem 0 .5rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;
border-bottom:1px solid var(--line)}td.number,th.number{text-align:right}
.states{display:flex;flex-wrap:wrap;gap:.5rem;padding:0;list-style:none}
.states li{background:var(--soft);border:1px solid var(--line);border-radius:.5rem;padding:.4rem .8rem}
.states b{display:block;font-size:1.4rem}
input,button{font:inherit;padding:.3rem .6rem}nav a{margin-right:1rem}
)css";

constexpr std::size_t kMostRows = 50;

/// Worst first: the states are listed from good to bad.
std::vector<std::shared_ptr<const MinerView>> WorstFirst(const Snapshot& snapshot) {
  auto miners = snapshot.miners;
  std::stable_sort(miners.begin(), miners.end(), [](const auto& a, const auto& b) {
    return static_cast<int>(a->state) > static_cast<int>(b->state);
  });
  if (miners.size() > kMostRows) miners.resize(kMostRows);
  return miners;
}

std::string Hashrate(const MinerView& miner) {
  if (!miner.reading || !miner.reading->hashrate_hashes_per_second) return "-";
  static constexpr std::array<std::string_view, 6> kUnits = {"H/s",  "kH/s", "MH/s",
                                                             "GH/s", "TH/s", "PH/s"};
  double rate = *miner.reading->hashrate_hashes_per_second;
  std::size_t unit = 0;
  while (rate >= 1000 && unit + 1 < kUnits.size()) {
    rate /= 1000;
    ++unit;
  }
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.2f ", rate);
  return std::string(text.data(), static_cast<std::size_t>(size)) + std::string(kUnits.at(unit));
}

std::string StateList(const Snapshot& snapshot) {
  std::array<int, kMinerStateCount> counts{};
  for (const auto& miner : snapshot.miners) {
    if (miner->polled) ++counts.at(static_cast<std::size_t>(miner->state));
  }
  std::string html =
      "<ul class=\"states\"><li><b>" + std::to_string(snapshot.miners.size()) + "</b>miners</li>";
  for (int i = 0; i < kMinerStateCount; ++i) {
    const int count = counts.at(static_cast<std::size_t>(i));
    if (count == 0) continue;
    html += "<li><b>" + std::to_string(count) + "</b>" +
            std::string(MinerStateName(static_cast<MinerState>(i))) + "</li>";
  }
  return html + "</ul>";
}

std::string MinerRows(const Snapshot& snapshot) {
  std::string html;
  for (const auto& miner : WorstFirst(snapshot)) {
    const std::string address = miner->facts.address.ToString();
    html += "<tr><td><a href=\"/probe?target=" + address + "\">" + HtmlEscaped(miner->facts.id) +
            "</a></td><td>" + HtmlEscaped(miner->identity.model) + "</td><td>" +
            HtmlEscaped(miner->identity.firmware) + "</td><td>" +
            (miner->polled ? std::string(MinerStateName(miner->state)) : "not polled yet") +
            "</td><td class=\"number\">" + Hashrate(*miner) + "</td></tr>\n";
  }
  return html;
}

}  // namespace

HttpResponse HandleStyle(const ApiContext& /*context*/, const HttpRequest& /*request*/) {
  HttpResponse response;
  response.content_type = "text/css; charset=utf-8";
  response.body = kStyle;
  return response;
}

HttpResponse HandleLanding(const ApiContext& context, const HttpRequest& /*request*/) {
  const auto snapshot = context.box.Latest();
  const auto config = context.config();
  const std::string metrics = HtmlEscaped(config->web.telemetry_path);
  HttpResponse response;
  response.content_type = "text/html; charset=utf-8";
  response.body =
      "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<title>Antminer exporter</title><link rel=\"stylesheet\" href=\"/static/style.css\"></head>"
      "<body><h1>Antminer exporter " +
      HtmlEscaped(context.version) + "</h1><nav><a href=\"" + metrics + "\">Metrics</a>" +
      "<a href=\"/sd\">Service discovery</a><a href=\"/api/miners\">Miners (JSON)</a>"
      "<a href=\"/-/ready\">Ready?</a></nav>" +
      StateList(*snapshot) +
      "<form action=\"/probe\"><label>Poll one miner now: <input name=\"target\" "
      "placeholder=\"address\" required></label> <button>Probe</button></form>"
      "<h2>Miners, worst first</h2><table><thead><tr><th>Miner</th><th>Model</th><th>Firmware</th>"
      "<th>State</th><th class=\"number\">Hashrate</th></tr></thead><tbody>\n" +
      MinerRows(*snapshot) + "</tbody></table>";
  if (snapshot->miners.size() > kMostRows) {
    response.body += "<p>The first " + std::to_string(kMostRows) + " of " +
                     std::to_string(snapshot->miners.size()) + " are shown.</p>";
  }
  response.body += "</body></html>\n";
  return response;
}

}  // namespace antx

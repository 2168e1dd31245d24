// The overview: trends of the fleet and its groups, or of one miner with ?ip=.
#include "api/pages/pages.h"
#include "api/pages/parts.h"
#include "api/pages/trends.h"
#include "api/pages/words.h"

namespace antx::pages {
namespace {

constexpr std::size_t kEvents = 12;
constexpr std::size_t kMostGroups = 12;

const std::string& ModelOf(const MinerView& miner) { return miner.identity.model; }
const std::string& FirmwareOf(const MinerView& miner) { return miner.identity.firmware; }
const std::string& SiteOf(const MinerView& miner) { return miner.facts.labels.site; }

void GroupRow(Html& html, const Group& group, std::string_view parameter) {
  const Totals& totals = group.totals;
  const int attention = totals.weights.at(static_cast<std::size_t>(Weight::kWarning)) +
                        totals.weights.at(static_cast<std::size_t>(Weight::kCritical));
  html << "<tr><th scope=\"row\">";
  if (group.name.empty()) {
    html << "not known";
  } else {
    html << "<a class=\"row\" href=\"/dashboard/miners?" << parameter << "="
         << PercentEncoded(group.name) << "\">" << group.name << "</a>";
  }
  html << "</th><td class=\"number\" data-label=\"Miners\">" << Count(totals.miners)
       << "</td><td class=\"number\" data-label=\"Fresh\">" << Count(totals.fresh)
       << "</td><td class=\"number\" data-label=\"Need attention\">" << Count(attention)
       << "</td><td class=\"number\" data-label=\"Hashrate\">";
  if (totals.rated > 0) {
    html << RateText(totals.hashrate);
  } else if (totals.other_rates.size() == 1) {
    const auto& [algorithm, rate] = *totals.other_rates.begin();
    html << RateText(rate, algorithm);
  } else {
    html << kUnknown;
  }
  html << "</td><td class=\"number\" data-label=\"Of expected\">"
       << (totals.expected > 0 ? PercentText(totals.compared / totals.expected)
                               : std::string(kUnknown))
       << "</td><td class=\"number\" data-label=\"Power\">"
       << (totals.powered > 0 ? PowerText(totals.watts) : std::string(kUnknown))
       << "</td><td class=\"number\" data-label=\"Hottest\">"
       << (totals.hottest ? CelsiusText(totals.hottest_celsius) : std::string(kUnknown))
       << "</td></tr>";
}

Html GroupTable(const View& view, std::string_view title, std::string_view parameter,
                const std::string& (*name)(const MinerView&)) {
  const auto groups = GroupsBy(view.snapshot->miners, name);
  Html html;
  // One group without a name says nothing.
  if (groups.empty() || (groups.size() == 1 && groups.front().name.empty())) return html;
  html << "<section><h2>" << title << "</h2><table class=\"list\"><thead><tr><th scope=\"col\">"
       << title
       << "</th><th scope=\"col\" class=\"number\">Miners</th>"
          "<th scope=\"col\" class=\"number\">Fresh</th>"
          "<th scope=\"col\" class=\"number\">Need attention</th>"
          "<th scope=\"col\" class=\"number\">Hashrate</th>"
          "<th scope=\"col\" class=\"number\">Of expected</th>"
          "<th scope=\"col\" class=\"number\">Power</th>"
          "<th scope=\"col\" class=\"number\">Hottest</th></tr></thead><tbody>";
  for (std::size_t i = 0; i < groups.size() && i < kMostGroups; ++i) {
    GroupRow(html, groups[i], parameter);
  }
  html << "</tbody></table>";
  if (groups.size() > kMostGroups) {
    html << "<p class=\"more\">" << groups.size() - kMostGroups << " smaller groups not shown</p>";
  }
  html << "</section>";
  return html;
}

HttpResponse FleetDashboard(const View& view, const TrendRange& range) {
  const Totals totals = TotalsOf(view.snapshot->miners);
  Html live;
  live << "<div class=\"bar\"><h1>Dashboard</h1>" << RangeLinks(range, "/dashboard/?") << "</div>"
       << TotalTiles(totals) << StateBar(totals, "none") << FleetTrends(view, range)
       << GroupTable(view, "Model", "model", ModelOf) << GroupTable(view, "Site", "site", SiteOf)
       << GroupTable(view, "Firmware", "firmware", FirmwareOf);
  live << "<section><div class=\"bar\"><h2>Latest events</h2>"
          "<a href=\"/dashboard/logs\">All events</a></div>"
       << RecentEvents(view, "", kEvents) << "</section>";
  Frame frame;
  frame.title = "Dashboard";
  frame.active = "/dashboard/";
  return Page(view, frame, Html(), live);
}

HttpResponse MinerDashboard(const View& view, const TrendRange& range,
                            const std::shared_ptr<const MinerView>& miner) {
  const std::string address = miner->facts.address.ToString();
  Html live;
  live << "<div class=\"bar\"><h1>Dashboard of " << miner->facts.id << "</h1>"
       << RangeLinks(range, "/dashboard/?ip=" + address + "&") << "</div>"
       << TotalTiles(TotalsOf({miner})) << MinerTrends(view, range, *miner)
       << "<section><h2>State</h2>" << MinerTable(view, {{miner, Judge(*miner)}}, nullptr)
       << "</section><p class=\"more\"><a href=\"" << MinerPath(*miner)
       << "\">Everything about this miner</a> <a href=\"/dashboard/\">The whole fleet</a></p>";
  Frame frame;
  frame.title = "Dashboard of " + miner->facts.id;
  frame.active = "/dashboard/";
  return Page(view, frame, Html(), live);
}

}  // namespace

HttpResponse DashboardPage(const ApiContext& context, const HttpRequest& request) {
  const View view(context);
  const auto range = ParseRange(request.query);
  if (!range.value) return FaultPage(view, 400, "That time cannot be shown", range.error);
  const auto asked = request.query.Get("ip");
  if (!asked) return FleetDashboard(view, *range.value);
  const auto address = Ipv4::Parse(*asked);
  if (!address) {
    return FaultPage(view, 400, "That is no address",
                     "ip: \"" + *asked + "\" is no IPv4 address such as 192.0.2.11");
  }
  const auto miner = view.snapshot->Find(address->ToString());
  if (!miner) {
    return FaultPage(view, 404, "No such miner", "No miner is known at " + address->ToString());
  }
  return MinerDashboard(view, *range.value, miner);
}

}  // namespace antx::pages

// The table of miners: one row each, worst first unless asked otherwise.
#include "api/pages/parts.h"
#include "api/pages/trends.h"
#include "api/pages/words.h"

namespace antx::pages {
namespace {

constexpr std::size_t kSparkPoints = 96;

void HeadCell(Html& html, const SortKey& key, const MinerListQuery* query) {
  html << "<th scope=\"col\"";
  if (key.number) html << " class=\"number\"";
  if (query == nullptr) {
    html << ">" << key.title << "</th>";
    return;
  }
  const bool chosen = query->sort == key.name;
  MinerListQuery next = *query;
  next.page = 1;
  next.sort = key.name;
  // The first click on a figure shows the largest, on a word the first; the next turns round.
  next.descending = chosen ? !query->descending : key.number || key.name == "state";
  if (chosen) {
    if (query->descending) {
      html << " aria-sort=\"descending\"";
    } else {
      html << " aria-sort=\"ascending\"";
    }
  }
  html << "><a href=\"" << next.Url() << "\">" << key.title << "</a></th>";
}

void NameCell(Html& html, const MinerView& miner) {
  const std::string address = miner.facts.address.ToString();
  const MinerLabels& labels = miner.facts.labels;
  html << "<th scope=\"row\"><a class=\"row\" href=\"" << MinerPath(miner) << "\">"
       << miner.facts.id << "</a>";
  if (miner.facts.id != address) html << "<small>" << address << "</small>";
  if (!labels.site.empty() || !labels.rack.empty()) {
    html << "<small>" << labels.site;
    if (!labels.site.empty() && !labels.rack.empty()) html << " / ";
    html << labels.rack << "</small>";
  }
  html << "</th>";
}

void StateCell(Html& html, const View& view, const MinerListRow& row) {
  const MinerView& miner = *row.miner;
  html << "<td class=\"state\" data-label=\"State\">"
       << Badge(StateWord(miner), miner.polled ? WeightOf(miner.state) : Weight::kNeutral);
  if (miner.polled && miner.state != MinerState::kHashing && miner.state_since != SystemTime()) {
    html << " <small>" << For(view, miner.state_since) << "</small>";
  }
  html << Findings(row.verdict, 2) << "</td>";
}

void NumberCell(Html& html, std::string_view label, const std::string& text) {
  html << "<td class=\"number" << (text == kUnknown ? " none" : "") << "\" data-label=\"" << label
       << "\">" << text << "</td>";
}

void RatioCell(Html& html, const MinerView& miner) {
  const auto ratio = RateRatio(miner);
  if (!ratio) {
    NumberCell(html, "Of expected", std::string(kUnknown));
    return;
  }
  const Weight weight = *ratio >= 0.95   ? Weight::kGood
                        : *ratio >= 0.85 ? Weight::kWarning
                                         : Weight::kCritical;
  html << "<td class=\"number\" data-label=\"Of expected\">" << PercentText(*ratio)
       << Meter(*ratio, weight) << "</td>";
}

void PowerCell(Html& html, const MinerView& miner) {
  if (!IsFresh(miner) || !miner.power) {
    NumberCell(html, "Power", std::string(kUnknown));
    return;
  }
  html << "<td class=\"number\" data-label=\"Power\">" << PowerText(miner.power->watts);
  if (miner.power->source != PowerSource::kReported) html << "<small>estimated</small>";
  html << "</td>";
}

void HeatCell(Html& html, const MinerView& miner) {
  const auto hottest = miner.reading ? miner.reading->HottestChipCelsius() : std::nullopt;
  if (!hottest) {
    NumberCell(html, "Hottest", std::string(kUnknown));
    return;
  }
  const Weight weight = *hottest >= miner.thresholds.chip_critical_celsius  ? Weight::kCritical
                        : *hottest >= miner.thresholds.chip_warning_celsius ? Weight::kWarning
                                                                            : Weight::kGood;
  html << "<td class=\"number\" data-label=\"Hottest\">" << CelsiusText(*hottest)
       << Meter(*hottest / miner.thresholds.chip_critical_celsius, weight) << "</td>";
}

void TrendCell(Html& html, const View& view, const MinerView& miner) {
  html << "<td class=\"trend\" data-label=\"24 h\">";
  SeriesQuery query;
  query.miner = miner.facts.id;
  query.metric = static_cast<std::size_t>(MinerMetric::kHashrate);
  query.from = view.now - std::chrono::hours(24);
  query.to = view.now;
  query.most_points = kSparkPoints;
  const auto trend = ReadTrend(view, query);
  if (trend.has_value()) {
    html << Sparkline(trend->points, trend->span, "Hashrate of the last 24 hours");
  }
  html << "</td>";
}

void RateCell(Html& html, const MinerView& miner) {
  if (!miner.reading) return NumberCell(html, "Hashrate", std::string(kUnknown));
  NumberCell(html, "Hashrate",
             OrUnknown(miner.reading->hashrate_hashes_per_second,
                       [&](double value) { return RateText(value, miner.identity.algorithm); }));
}

void Row(Html& html, const View& view, const MinerListRow& row) {
  const MinerView& miner = *row.miner;
  html << "<tr class=\"" << WeightName(row.verdict.weight) << "\" data-key=\"" << miner.facts.id
       << "\">";
  NameCell(html, miner);
  StateCell(html, view, row);
  html << "<td data-label=\"Model\">"
       << (miner.identity.model.empty() ? std::string(kUnknown) : miner.identity.model) << "<small>"
       << miner.identity.firmware << "</small></td>";
  RateCell(html, miner);
  RatioCell(html, miner);
  PowerCell(html, miner);
  NumberCell(html, "J/TH",
             OrUnknown(JoulesPerTerahash(miner), [](double value) { return Figure(value); }));
  HeatCell(html, miner);
  NumberCell(html, "Slowest fan",
             OrUnknown(SlowestFan(miner), [](double rpm) { return Count(rpm) + " rpm"; }));
  html << "<td class=\"number\" data-label=\"Last answer\">" << Seen(view, miner) << "</td>";
  if (view.context.history) TrendCell(html, view, miner);
  html << "</tr>\n";
}

}  // namespace

Html MinerTable(const View& view, const std::vector<MinerListRow>& rows,
                const MinerListQuery* query) {
  Html html;
  html << "<table class=\"list miners\"><thead><tr>";
  for (const SortKey& key : SortKeys()) HeadCell(html, key, query);
  if (view.context.history) html << "<th scope=\"col\">24 h</th>";
  html << "</tr></thead><tbody>\n";
  for (const MinerListRow& row : rows) Row(html, view, row);
  html << "</tbody></table>";
  return html;
}

}  // namespace antx::pages

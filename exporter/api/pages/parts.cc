#include "api/pages/parts.h"

#include <algorithm>
#include <cmath>

#include "api/pages/words.h"
#include "util/text.h"

namespace antx::pages {
namespace {

/// "api_down" as people write it.
std::string Spaced(std::string_view word) {
  std::string text(word);
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

/// A sign per weight, so that colour is never alone.
std::string_view SignOf(Weight weight) {
  switch (weight) {
    case Weight::kGood:
      return "\u25cf";
    case Weight::kNeutral:
      return "\u25cb";
    case Weight::kWarning:
      return "\u25b2";
    case Weight::kCritical:
      return "\u25a0";
  }
  return "";
}

Html Plain(const std::string& text) {
  Html html;
  html << text;
  return html;
}

Html HashrateTile(const Totals& totals) {
  Html value, note;
  value << (totals.rated > 0 ? RateText(totals.hashrate) : std::string(kUnknown));
  if (totals.expected > 0) {
    note << PercentText(totals.compared / totals.expected) << " of expected";
  } else {
    note << "SHA-256 miners";
  }
  for (const auto& [algorithm, rate] : totals.other_rates) {
    note << " \u00b7 " << RateText(rate, algorithm) << ' '
         << (algorithm.empty() ? std::string("unknown algorithm") : algorithm);
  }
  return Tile("Hashrate", value, note);
}

Html PowerTile(const Totals& totals) {
  Html value, note;
  value << (totals.powered > 0 ? PowerText(totals.watts) : std::string(kUnknown));
  if (totals.powered == 0) {
    note << "nobody tells";
  } else if (totals.estimated_watts <= 0) {
    note << "measured by the miners";
  } else if (totals.estimated_watts >= totals.watts) {
    note << "estimated";
  } else {
    note << PercentText(totals.estimated_watts / totals.watts) << " of it estimated";
  }
  if (totals.powered > 0 && totals.powered < totals.fresh) {
    note << " \u00b7 not known of " << Count(totals.fresh - totals.powered);
  }
  return Tile("Power", value, note);
}

Html HeatTile(const Totals& totals) {
  Html value, note;
  if (totals.hottest) {
    value << CelsiusText(totals.hottest_celsius);
    note << "<a href=\"" << MinerPath(*totals.hottest) << "\">" << totals.hottest->facts.id
         << "</a>, limit " << CelsiusText(totals.hottest->thresholds.chip_critical_celsius);
  } else {
    value << kUnknown;
    note << "nobody tells";
  }
  return Tile("Hottest chip", value, note);
}

Html CountTile(const Totals& totals) {
  Html value, note;
  value << Count(totals.fresh) << "<small> of " << Count(totals.miners) << "</small>";
  const int missing = totals.miners - totals.fresh;
  if (missing == 0) {
    note << "all answer";
  } else {
    note << "<a href=\"/dashboard/miners?state=stale\">" << Count(missing)
         << " without fresh values</a>, not in the sums";
  }
  return Tile("Miners", value, note);
}

struct Share {
  std::string word;
  Weight weight = Weight::kNeutral;
  int count = 0;
};

std::vector<Share> SharesOf(const Totals& totals) {
  std::vector<Share> shares;
  for (int i = 0; i < kMinerStateCount; ++i) {
    const auto state = static_cast<MinerState>(i);
    const int count = totals.states.at(static_cast<std::size_t>(i));
    if (count > 0) shares.push_back({std::string(MinerStateName(state)), WeightOf(state), count});
  }
  if (totals.waiting > 0) shares.push_back({"waiting", Weight::kNeutral, totals.waiting});
  return shares;
}

void Chip(Html& html, std::string_view state, std::string_view word, int count,
          std::string_view selected, std::string_view weight) {
  MinerListQuery query;
  query.state = state;
  html << "<li><a class=\"chip " << weight << "\" href=\"" << query.Url() << "\"";
  if (state == selected) html << " aria-current=\"true\"";
  html << "><b>" << Count(count) << "</b> " << word << "</a></li>";
}

void EventRow(Html& html, const View& view, const StoredEvent& event, bool with_miner) {
  const Weight weight = event.level >= LogLevel::kError     ? Weight::kCritical
                        : event.level == LogLevel::kWarning ? Weight::kWarning
                                                            : Weight::kNeutral;
  html << "<tr><td data-label=\"When\">" << Ago(view, event.time)
       << "</td><td data-label=\"Level\">" << Badge(ToLower(LogLevelName(event.level)), weight)
       << "</td>";
  if (with_miner) {
    html << "<td data-label=\"Miner\">";
    if (const auto miner = view.snapshot->Find(event.miner); miner && !event.miner.empty()) {
      html << "<a href=\"" << MinerPath(*miner) << "\">" << miner->facts.id << "</a>";
    } else {
      html << (event.miner.empty() ? std::string(kUnknown) : event.miner);
    }
    html << "</td>";
  }
  html << "<td data-label=\"What\">" << Spaced(event.kind)
       << "</td><td class=\"wide\" data-label=\"Message\">" << event.message << "</td></tr>";
}

}  // namespace

Html Badge(std::string_view word, Weight weight) {
  const std::string text = Spaced(word);
  Html html;
  html << "<span class=\"badge " << WeightName(weight) << "\"><i aria-hidden=\"true\">"
       << SignOf(weight) << "</i>" << text << "</span>";
  return html;
}

Html Findings(const Verdict& verdict, std::size_t most) {
  Html html;
  if (verdict.findings.empty()) return html;
  html << "<ul class=\"findings\">";
  for (std::size_t i = 0; i < std::min(most, verdict.findings.size()); ++i) {
    html << "<li class=\"" << WeightName(verdict.findings[i].weight) << "\">"
         << verdict.findings[i].text << "</li>";
  }
  if (verdict.findings.size() > most) {
    html << "<li>and " << verdict.findings.size() - most << " more</li>";
  }
  html << "</ul>";
  return html;
}

Html Seen(const View& view, const MinerView& miner) {
  Html html;
  const Freshness freshness = FreshnessOf(miner, view.now, view.Interval());
  html << "<span class=\"seen " << FreshnessName(freshness) << "\"><i aria-hidden=\"true\"></i>";
  if (miner.last_success) {
    html << FreshnessName(freshness) << ", " << Ago(view, *miner.last_success);
  } else {
    html << "never answered";
  }
  html << "</span>";
  return html;
}

Html Meter(double ratio, Weight weight) {
  Html html;
  html << "<svg class=\"meter " << WeightName(weight)
       << "\" viewBox=\"0 0 100 6\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
          "<rect class=\"rest\" width=\"100\" height=\"6\"/><rect width=\""
       << static_cast<int>(std::lround(std::clamp(ratio, 0.0, 1.0) * 100))
       << "\" height=\"6\"/></svg>";
  return html;
}

Html Tile(std::string_view title, const Html& value, const Html& note) {
  Html html;
  html << "<div class=\"tile\"><dt>" << title << "</dt><dd><b>" << value << "</b><span>" << note
       << "</span></dd></div>";
  return html;
}

Html TotalTiles(const Totals& totals) {
  Html efficiency;
  efficiency << (totals.efficiency_rate > 0
                     ? EfficiencyText(totals.efficiency_watts / (totals.efficiency_rate / 1e12))
                     : std::string(kUnknown));
  Html html;
  html << "<dl class=\"tiles\">" << CountTile(totals) << HashrateTile(totals) << PowerTile(totals)
       << Tile("Efficiency", efficiency, Plain("SHA-256, power over hashrate")) << HeatTile(totals)
       << "</dl>";
  return html;
}

Html StateBar(const Totals& totals, std::string_view selected) {
  Html html;
  const auto shares = SharesOf(totals);
  html << "<svg class=\"states\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" "
          "aria-hidden=\"true\">";
  long x = 0;
  int before = 0;
  for (const Share& share : shares) {
    before += share.count;
    const long end = 1000L * before / std::max(totals.miners, 1);
    html << "<rect class=\"" << share.word << "\" x=\"" << x << "\" width=\""
         << std::max(end - x, 2L) << "\" height=\"10\"/>";
    x = end;
  }
  html << "</svg><ul class=\"chips\" aria-label=\"Miners by state\">";
  Chip(html, "", "all", totals.miners, selected, "all");
  const int attention = totals.weights.at(static_cast<std::size_t>(Weight::kWarning)) +
                        totals.weights.at(static_cast<std::size_t>(Weight::kCritical));
  Chip(html, "attention", "need attention", attention, selected, "need");
  for (const Share& share : shares) {
    Chip(html, share.word, Spaced(share.word), share.count, selected, share.word);
  }
  html << "</ul>";
  return html;
}

Html EventTable(const View& view, const std::vector<StoredEvent>& events, bool with_miner) {
  Html html;
  html << "<table class=\"list events\"><thead><tr><th scope=\"col\">When</th>"
          "<th scope=\"col\">Level</th>";
  if (with_miner) html << "<th scope=\"col\">Miner</th>";
  html << "<th scope=\"col\">What</th><th scope=\"col\">Message</th></tr></thead><tbody>";
  for (const StoredEvent& event : events) EventRow(html, view, event, with_miner);
  html << "</tbody></table>";
  return html;
}

Html RecentEvents(const View& view, const std::string& miner, std::size_t most) {
  Html html;
  if (!view.context.history) {
    html << "<p class=\"empty\">There is no history: the database is off or cannot be opened.</p>";
    return html;
  }
  LogQuery query;
  query.miner = miner;
  query.limit = most;
  const auto events = view.context.history->Events(query);
  if (events.has_error()) {
    html << "<p class=\"empty\">Events cannot be read: " << events.error().detail << "</p>";
  } else if (events->empty()) {
    html << "<p class=\"empty\">Nothing has happened yet.</p>";
  } else {
    html << EventTable(view, *events, miner.empty());
  }
  return html;
}

}  // namespace antx::pages

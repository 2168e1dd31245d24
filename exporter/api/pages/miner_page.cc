// Everything about one miner: verdict, figures, trends, parts, identity, events.
#include "api/pages/miner_parts.h"
#include "api/pages/pages.h"
#include "api/pages/parts.h"
#include "api/pages/trends.h"
#include "api/pages/words.h"

namespace antx::pages {
namespace {

constexpr std::size_t kEvents = 20;

Html RateTile(const MinerView& miner) {
  const auto rate = miner.reading ? miner.reading->hashrate_hashes_per_second : std::nullopt;
  const std::string& algorithm = miner.identity.algorithm;
  const auto text = [&](double value) { return RateText(value, algorithm); };
  Html value, note;
  value << OrUnknown(rate, text);
  if (const auto ratio = RateRatio(miner)) note << PercentText(*ratio) << " of expected";
  if (miner.baseline_hashes_per_second) {
    if (!note.empty()) note << ", ";
    note << "usual " << text(*miner.baseline_hashes_per_second);
  }
  return Tile("Hashrate", value, note);
}

/// Where the power figure comes from, in words.
Html PowerTile(const MinerView& miner) {
  Html value, note;
  if (!IsFresh(miner) || !miner.power) {
    value << kUnknown;
    note << "the miner does not tell";
    return Tile("Power", value, note);
  }
  value << PowerText(miner.power->watts);
  const std::string rated =
      miner.rated_joules_per_terahash ? EfficiencyText(*miner.rated_joules_per_terahash) : "J/TH";
  switch (miner.power->source) {
    case PowerSource::kReported:
      note << "measured by the miner";
      break;
    case PowerSource::kOverride:
      note << "estimated: hashrate \u00d7 " << rated << ", from your settings";
      break;
    case PowerSource::kTable:
      note << "estimated: hashrate \u00d7 " << rated << ", rated for the model";
      break;
    case PowerSource::kDefault:
      note << "estimated: hashrate \u00d7 " << rated << ", the general default";
      break;
  }
  return Tile("Power", value, note);
}

Html HeatTile(const MinerView& miner) {
  const auto hottest = miner.reading ? miner.reading->HottestChipCelsius() : std::nullopt;
  Html value, note;
  value << OrUnknown(hottest, CelsiusText);
  note << "warning at " << CelsiusText(miner.thresholds.chip_warning_celsius) << ", limit "
       << CelsiusText(miner.thresholds.chip_critical_celsius);
  return Tile("Hottest chip", value, note);
}

Html UptimeTile(const View& view, const MinerView& miner) {
  Html value, note;
  if (miner.reading && miner.reading->elapsed_seconds) {
    value << SpanText(*miner.reading->elapsed_seconds);
  } else {
    value << kUnknown;
  }
  note << Count(miner.counters.restarts) << " restarts seen";
  if (miner.mining_start) note << ", last start " << Ago(view, *miner.mining_start);
  return Tile("Mining for", value, note);
}

Html Tiles(const View& view, const MinerView& miner) {
  Html efficiency, note;
  efficiency << OrUnknown(JoulesPerTerahash(miner), EfficiencyText);
  if (miner.rated_joules_per_terahash) {
    note << "rated " << EfficiencyText(*miner.rated_joules_per_terahash);
  } else {
    note << "no rated figure";
  }
  Html fan, fan_note;
  fan << OrUnknown(SlowestFan(miner), [](double rpm) { return Count(rpm) + " rpm"; });
  if (miner.thresholds.fan_rpm > 0) {
    fan_note << "lowest good " << Count(miner.thresholds.fan_rpm) << " rpm";
  } else {
    fan_note << "not watched";
  }
  Html html;
  html << "<dl class=\"tiles\">" << RateTile(miner) << PowerTile(miner)
       << Tile("Efficiency", efficiency, note) << HeatTile(miner)
       << Tile("Slowest fan", fan, fan_note) << UptimeTile(view, miner) << "</dl>";
  return html;
}

Html Heading(const View& view, const MinerView& miner) {
  const std::string address = miner.facts.address.ToString();
  Html html;
  html << "<p class=\"crumbs\"><a href=\"/dashboard/miners\">Miners</a></p><div class=\"bar\"><h1>"
       << miner.facts.id << "</h1><span>"
       << Badge(StateWord(miner), miner.polled ? WeightOf(miner.state) : Weight::kNeutral);
  if (miner.polled && miner.state_since != SystemTime()) {
    html << " <small>" << For(view, miner.state_since) << "</small>";
  }
  html << "</span>" << Seen(view, miner) << "</div><p class=\"sub\">"
       << (miner.identity.model.empty() ? std::string("unknown model") : miner.identity.model);
  if (!miner.identity.firmware.empty()) html << " \u00b7 " << miner.identity.firmware;
  if (miner.facts.id != address) html << " \u00b7 " << address;
  html << "</p>" << Findings(Judge(miner), 20);
  if (!IsFresh(miner) && miner.polled) {
    html << "<p class=\"note\">There is no fresh reading: values are withheld when they are older "
            "than 2.5 poll intervals.</p>";
  }
  return html;
}

Html Links(const View& view, const MinerView& miner) {
  const std::string address = miner.facts.address.ToString();
  Html html;
  html << "<ul class=\"links inline\"><li><a href=\"/probe?target=" << address
       << "\">Poll now</a> (metrics)</li><li><a href=\"/dashboard/logs?ip=" << address
       << "\">Its events</a></li><li><a href=\"/dashboard/logs?log=errors&amp;ip=" << address
       << "\">Its errors</a></li><li><a href=\"http://" << address
       << "/\" rel=\"noreferrer noopener\">Web page of the miner</a></li>";
  if (!view.config->web.grafana_url.empty()) {
    std::string grafana = view.config->web.grafana_url;
    if (!grafana.ends_with('/')) grafana += '/';
    html << "<li><a href=\"" << grafana
         << "d/antminer-miner/antminer-miner?var-miner=" << PercentEncoded(miner.facts.id)
         << "\" rel=\"noreferrer\">Grafana</a></li>";
  }
  html << "</ul>";
  return html;
}

}  // namespace

HttpResponse MinerPage(const ApiContext& context, const HttpRequest& request) {
  const View view(context);
  const auto range = ParseRange(request.query);
  if (!range.value) return FaultPage(view, 400, "That time cannot be shown", range.error);
  const auto parameter = request.path_parameters.find("ip");
  const std::string asked =
      parameter == request.path_parameters.end() ? std::string() : parameter->second;
  const auto found = view.snapshot->Find(asked);
  if (!found) {
    return FaultPage(view, 404, "No such miner",
                     "No miner is known with the address or id \"" + asked + "\"");
  }
  const MinerView& miner = *found;
  Html live;
  live << Heading(view, miner) << Tiles(view, miner) << Links(view, miner)
       << "<section><div class=\"bar\"><h2>Trends</h2>"
       << RangeLinks(*range.value, MinerPath(miner) + "?") << "</div>"
       << MinerTrends(view, *range.value, miner) << "</section>" << BoardTable(miner)
       << FanTable(miner) << PoolTable(view, miner) << IdentityList(view, miner)
       << "<section><h2>Events</h2>" << RecentEvents(view, miner.facts.id, kEvents) << "</section>";
  Frame frame;
  frame.title = miner.facts.id;
  frame.active = "/dashboard/miners";
  return Page(view, frame, Html(), live);
}

}  // namespace antx::pages

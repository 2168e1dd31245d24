// The first page: a verdict in one sentence, the figures behind it, the worst miners.
#include "api/pages/pages.h"
#include "api/pages/parts.h"
#include "api/pages/words.h"

namespace antx::pages {
namespace {

constexpr int kWorstRows = 10;
constexpr std::size_t kEvents = 8;

int Attention(const Totals& totals) {
  return totals.weights.at(static_cast<std::size_t>(Weight::kWarning)) +
         totals.weights.at(static_cast<std::size_t>(Weight::kCritical));
}

Html Headline(const Totals& totals) {
  const int bad = Attention(totals);
  const Weight weight = totals.weights.at(static_cast<std::size_t>(Weight::kCritical)) > 0
                            ? Weight::kCritical
                        : bad > 0 ? Weight::kWarning
                                  : Weight::kGood;
  Html html;
  html << "<h1 class=\"headline " << WeightName(weight) << "\">";
  if (bad > 0) {
    html << Count(bad) << " of " << Count(totals.miners)
         << (totals.miners == 1 ? " miner" : " miners")
         << (bad == 1 ? " needs attention" : " need attention");
  } else if (totals.waiting == totals.miners) {
    html << "First look at " << Count(totals.miners) << " miners";
  } else if (totals.miners == 1) {
    html << "The miner is well";
  } else {
    html << "All " << Count(totals.miners) << " miners are well";
  }
  html << "</h1>";
  return html;
}

Html NoMiners(const View& view) {
  Html html;
  html << "<section class=\"card\"><h1 class=\"headline neutral\">No miner found yet</h1>"
          "<p>Searched: ";
  const auto& ranges = view.config->discovery.ranges;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (i > 0) html << ", ";
    html << "<code>" << ranges[i].text << "</code>";
  }
  if (ranges.empty()) html << "the network of this machine";
  html << ".</p><p>Miners appear here as soon as one answers on port "
       << view.config->discovery.miner_port
       << ". Is the range right? Does the API of the miners allow this machine? "
          "<code>antminer_exporter scan</code> shows one search step by step.</p></section>";
  return html;
}

Html Tools(const View& view) {
  Html html;
  html << "<section class=\"card tools\" aria-labelledby=\"tools\"><h2 id=\"tools\">Tools</h2>"
          "<form action=\"/probe\"><label for=\"target\">Poll one miner now</label>"
          "<div class=\"pair\"><input id=\"target\" name=\"target\" placeholder=\"address\" "
          "required maxlength=\"128\" autocomplete=\"off\"><button>Probe</button></div></form>"
          "<ul class=\"links\"><li><a href=\""
       << view.config->web.telemetry_path
       << "\">Metrics</a> for Prometheus</li>"
          "<li><a href=\"/sd\">Service discovery</a></li>"
          "<li><a href=\"/docs\">API reference</a></li>"
          "<li><a href=\"/api/miners\">Miners as JSON</a></li>"
          "<li><a href=\"/-/ready\">Ready?</a> <a href=\"/-/healthy\">Healthy?</a></li>";
  if (!view.config->web.grafana_url.empty()) {
    html << "<li><a href=\"" << view.config->web.grafana_url
         << "\" rel=\"noreferrer\">Grafana</a> for everything over time</li>";
  }
  html << "</ul></section>";
  return html;
}

Html Worst(const View& view) {
  // A small fleet is shown whole, of a large one what needs attention, if anything.
  MinerListQuery query;
  query.per_page = kWorstRows;
  query.state = static_cast<int>(view.snapshot->miners.size()) > kWorstRows ? "attention" : "";
  MinerListAnswer answer = SelectMiners(*view.snapshot, query);
  const bool well = answer.rows.empty();
  if (well) {
    query.state.clear();
    answer = SelectMiners(*view.snapshot, query);
  }
  Html html;
  html << "<section aria-labelledby=\"worst\"><div class=\"bar\"><h2 id=\"worst\">"
       << (well ? "Miners" : "Worst first") << "</h2><a href=\"/dashboard/miners\">All "
       << Count(static_cast<double>(view.snapshot->miners.size())) << " miners</a></div>"
       << MinerTable(view, answer.rows, nullptr);
  if (!well && answer.found > kWorstRows) {
    html << "<p class=\"more\"><a href=\"/dashboard/miners?state=attention\">"
         << Count(answer.found - kWorstRows) << " more need attention</a></p>";
  }
  html << "</section>";
  return html;
}

}  // namespace

HttpResponse HomePage(const ApiContext& context, const HttpRequest& /*request*/) {
  const View view(context);
  const Totals totals = TotalsOf(view.snapshot->miners);
  Html live;
  if (view.snapshot->miners.empty()) {
    live << NoMiners(view);
  } else {
    live << Headline(totals) << TotalTiles(totals) << StateBar(totals, "none") << Worst(view);
  }
  live << "<section aria-labelledby=\"events\"><div class=\"bar\"><h2 id=\"events\">Latest events"
          "</h2><a href=\"/dashboard/logs\">All events</a></div>"
       << RecentEvents(view, "", kEvents) << "</section>";
  Frame frame;
  frame.title = "Home";
  frame.active = "/";
  return Page(view, frame, Html(), live, Tools(view));
}

}  // namespace antx::pages

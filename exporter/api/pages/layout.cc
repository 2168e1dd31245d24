#include "api/pages/layout.h"

#include <algorithm>
#include <array>

#include "api/pages/miner_query.h"
#include "api/pages/words.h"

namespace antx::pages {
namespace {

struct Entry {
  std::string_view path, title;
};
constexpr std::array<Entry, 4> kEntries = {{{"/", "Home"},
                                            {"/dashboard/", "Dashboard"},
                                            {"/dashboard/miners", "Miners"},
                                            {"/dashboard/logs", "Logs"}}};

Html Navigation(const View& view, const Frame& frame) {
  Html html;
  html << "<nav aria-label=\"Pages\">";
  for (const Entry& entry : kEntries) {
    html << "<a href=\"" << entry.path << "\"";
    if (entry.path == frame.active) html << " aria-current=\"page\"";
    html << ">" << entry.title << "</a>";
  }
  if (!view.config->web.grafana_url.empty()) {
    html << "<a href=\"" << view.config->web.grafana_url << "\" rel=\"noreferrer\">Grafana</a>";
  }
  html << "</nav>";
  return html;
}

Html Head(const View& view, const Frame& frame, int seconds) {
  Html html;
  html << "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
          "<meta name=\"color-scheme\" content=\"light dark\"><title>"
       << frame.title
       << " \u00b7 Antminer exporter</title>"
          "<link rel=\"icon\" href=\"/static/icon.svg\" type=\"image/svg+xml\">"
          "<link rel=\"stylesheet\" href=\"/static/style.css\">"
          "<script src=\"/static/app.js\" defer></script>";
  if (frame.refresh) {
    html << "<noscript><meta http-equiv=\"refresh\" content=\"" << std::max(seconds, 30)
         << "\"></noscript>";
  }
  html << "</head><body><a class=\"skip\" href=\"#main\">Skip to content</a>"
          "<header class=\"top\"><a class=\"brand\" href=\"/\">"
          "<img src=\"/static/icon.svg\" width=\"22\" height=\"22\" alt=\"\">"
          "<span>Antminer exporter</span></a>"
       << Navigation(view, frame);
  if (frame.search) {
    html << "<form class=\"find\" action=\"/dashboard/miners\" role=\"search\">"
            "<label class=\"hidden\" for=\"q\">Search miners</label>"
            "<input id=\"q\" name=\"q\" type=\"search\" maxlength=\"200\" "
            "placeholder=\"Search miners\" autocomplete=\"off\"></form>";
  }
  html << "</header>";
  return html;
}

Html Foot(const View& view) {
  Html html;
  html << "<footer><span>Antminer exporter " << view.context.version
       << "</span><span>picture taken " << Ago(view, view.snapshot->taken)
       << "</span><span class=\"keys\"><kbd>/</kbd> search <kbd>j</kbd> <kbd>k</kbd> rows "
          "<kbd>Enter</kbd> open</span></footer>";
  return html;
}

}  // namespace

HttpResponse Page(const View& view, const Frame& frame, const Html& before, const Html& live,
                  const Html& after) {
  const int seconds = static_cast<int>(std::clamp(view.Interval(), 5.0, 60.0));
  Html html;
  html << Head(view, frame, seconds) << "<main id=\"main\">"
       << "<p id=\"offline\" class=\"banner\" role=\"status\" hidden></p>" << before
       << "<div id=\"live\"";
  if (frame.refresh) html << " data-refresh=\"" << seconds << "\"";
  html << ">" << live << "</div>" << after << "</main>" << Foot(view) << "</body></html>\n";
  HttpResponse response;
  response.status = frame.status;
  response.content_type = "text/html; charset=utf-8";
  response.headers = {{"Referrer-Policy", "same-origin"}, {"Cache-Control", "no-store"}};
  response.body = std::move(html).str();
  return response;
}

HttpResponse FaultPage(const View& view, int status, std::string_view title,
                       std::string_view detail) {
  Frame frame;
  frame.title = title;
  frame.status = status;
  frame.refresh = false;
  Html html;
  html << "<section class=\"card fault\"><h1>" << title << "</h1><p>" << detail
       << "</p><p><a href=\"/dashboard/miners\">All miners</a></p></section>";
  return Page(view, frame, Html(), html);
}

Html Ago(const View& view, SystemTime time) {
  Html html;
  const double age = std::max(view.Age(time), 0.0);
  html << "<time datetime=\"" << FormatUtc(time) << "\" title=\"" << StampText(time)
       << "\" data-age=\"" << static_cast<long long>(age) << "\">" << AgoText(age) << "</time>";
  return html;
}

Html For(const View& view, SystemTime since) {
  Html html;
  const double age = std::max(view.Age(since), 0.0);
  html << "for <time datetime=\"" << FormatUtc(since) << "\" title=\"since " << StampText(since)
       << "\" data-age=\"" << static_cast<long long>(age) << "\" data-span>" << SpanText(age)
       << "</time>";
  return html;
}

std::string MinerPath(const MinerView& miner) {
  return "/dashboard/miner/" + miner.facts.address.ToString();
}

}  // namespace antx::pages

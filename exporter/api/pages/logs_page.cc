// Events of the fleet and the error log, newest first, filtered and paged by links.
#include <algorithm>

#include "api/pages/pages.h"
#include "api/pages/parts.h"
#include "api/pages/words.h"

namespace antx::pages {
namespace {

constexpr std::size_t kPerPage = 100;
constexpr std::size_t kMostMinerBytes = 128;

struct LogsQuery {
  bool errors = false;  ///< The error log instead of events.
  std::string level, miner, since;
  LogQuery log;

  /// The same question for another log or page; "" values are left out.
  [[nodiscard]] std::string Url(bool other_errors, std::int64_t before) const {
    std::string url = "/dashboard/logs?log=";
    url += other_errors ? "errors" : "events";
    const auto add = [&url](std::string_view name, const std::string& value) {
      if (!value.empty()) url += '&' + std::string(name) + '=' + PercentEncoded(value);
    };
    add("level", level);
    add("ip", miner);
    add("since", since);
    if (before > 0) add("before", std::to_string(before));
    return url;
  }
};

std::string ReadLevel(LogsQuery& asked) {
  if (asked.level.empty() || asked.level == "all" || asked.level == "ALL") {
    asked.level.clear();
    return "";
  }
  asked.log.level = ParseLogLevel(asked.level);
  if (!asked.log.level) {
    return "level: \"" + asked.level + "\" is none of DEBUG, INFO, WARNING, ERROR, CRITICAL";
  }
  asked.level = LogLevelName(*asked.log.level);
  return "";
}

Parsed<LogsQuery> ParseLogsQuery(const Query& query, SystemTime now) {
  LogsQuery asked;
  const std::string log = query.Get("log").value_or("events");
  if (log != "events" && log != "errors") {
    return {std::nullopt, "log: \"" + log + "\" is neither events nor errors"};
  }
  asked.errors = log == "errors";
  asked.level = query.Get("level").value_or("");
  if (std::string error = ReadLevel(asked); !error.empty()) return {std::nullopt, error};
  // `ip` is what the JSON API calls it; an id is as good here.
  asked.miner = query.Get("ip").value_or(query.Get("miner").value_or(""));
  if (asked.miner.size() > kMostMinerBytes) {
    return {std::nullopt, "ip: has " + std::to_string(asked.miner.size()) + " bytes, at most " +
                              std::to_string(kMostMinerBytes)};
  }
  asked.since = query.Get("since").value_or("");
  const auto since = DateParameter(query, "since", now);
  if (!since.error.empty()) return {std::nullopt, since.error};
  const auto before = IntParameter(query, "before", 1, INT64_MAX);
  if (!before.error.empty()) return {std::nullopt, before.error};
  asked.log.miner = asked.miner;
  asked.log.since = since.value;
  asked.log.before_id = before.value.value_or(0);
  asked.log.limit = kPerPage + 1;  // One more tells whether there is another page.
  return {asked, ""};
}

Html FilterForm(const LogsQuery& asked) {
  Html html;
  html << "<form class=\"filters\" action=\"/dashboard/logs\"><input type=\"hidden\" name=\"log\" "
          "value=\""
       << (asked.errors ? "errors" : "events")
       << "\"><label>Level<select name=\"level\"><option value=\"\">all</option>";
  for (const LogLevel level : {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning,
                               LogLevel::kError, LogLevel::kCritical}) {
    html << "<option";
    if (asked.log.level == level) html << " selected";
    html << ">" << LogLevelName(level) << "</option>";
  }
  html << "</select></label><label>Miner<input name=\"ip\" maxlength=\"128\" "
          "placeholder=\"address or id\" value=\""
       << asked.miner
       << "\"></label><label>Since<input name=\"since\" maxlength=\"40\" "
          "placeholder=\"2h, 1d, 2025-09-11T20:00\" value=\""
       << asked.since << "\"></label><button>Filter</button>";
  if (!asked.level.empty() || !asked.miner.empty() || !asked.since.empty()) {
    html << "<a class=\"reset\" href=\"/dashboard/logs?log=" << (asked.errors ? "errors" : "events")
         << "\">Reset</a>";
  }
  html << "</form>";
  return html;
}

Html Tabs(const LogsQuery& asked) {
  Html html;
  html << "<ul class=\"ranges\" aria-label=\"Which log\"><li><a href=\"" << asked.Url(false, 0)
       << "\"";
  if (!asked.errors) html << " aria-current=\"true\"";
  html << ">Events</a></li><li><a href=\"" << asked.Url(true, 0) << "\"";
  if (asked.errors) html << " aria-current=\"true\"";
  html << ">Error log</a></li></ul>";
  return html;
}

/// Errors have the shape of events but for the names of two columns.
std::vector<StoredEvent> AsEvents(const std::vector<StoredError>& errors) {
  std::vector<StoredEvent> events;
  events.reserve(errors.size());
  for (const StoredError& error : errors) {
    std::string message = error.message;
    if (!error.context.empty()) message += ' ' + error.context;
    events.push_back({error.id, error.time, error.component, error.level, error.miner,
                      error.component, std::move(message)});
  }
  return events;
}

HistoryResult<std::vector<StoredEvent>> ReadLog(const HistoryReader& history,
                                                const LogsQuery& asked) {
  if (!asked.errors) return history.Events(asked.log);
  const auto errors = history.Errors(asked.log);
  if (errors.has_error()) return errors.error();
  return AsEvents(*errors);
}

Html LogTable(const View& view, const LogsQuery& asked) {
  Html html;
  if (!view.context.history) {
    html << "<p class=\"empty\">There is no history: the database is off or cannot be opened.</p>";
    return html;
  }
  auto events = ReadLog(*view.context.history, asked);
  if (events.has_error()) {
    html << "<p class=\"empty\">The log cannot be read: " << events.error().detail << "</p>";
    return html;
  }
  if (events->empty()) {
    html << "<p class=\"empty\">Nothing is stored that fits.</p>";
    return html;
  }
  const bool more = events->size() > kPerPage;
  if (more) events->resize(kPerPage);
  html << EventTable(view, *events, true)
       << "<nav class=\"pager\" aria-label=\"Pages of the log\">";
  if (asked.log.before_id > 0) {
    html << "<a href=\"" << asked.Url(asked.errors, 0) << "\">Newest</a>";
  }
  if (more) {
    html << "<a href=\"" << asked.Url(asked.errors, events->back().id)
         << "\" rel=\"next\">Older</a>";
  }
  html << "</nav>";
  return html;
}

}  // namespace

HttpResponse LogsPage(const ApiContext& context, const HttpRequest& request) {
  const View view(context);
  const auto asked = ParseLogsQuery(request.query, view.now);
  if (!asked.value) return FaultPage(view, 400, "That cannot be listed", asked.error);
  Html before;
  before << "<div class=\"bar\"><h1>Logs</h1>" << Tabs(*asked.value) << "</div>"
         << FilterForm(*asked.value);
  Frame frame;
  frame.title = "Logs";
  frame.active = "/dashboard/logs";
  // An older page does not change: it stays as it is read.
  frame.refresh = asked.value->log.before_id == 0;
  return Page(view, frame, before, LogTable(view, *asked.value));
}

}  // namespace antx::pages

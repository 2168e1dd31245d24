// The JSON API: what each route takes and gives. The dispatcher reads parameters by these rows
// and the document of the API is made from them.
#include <algorithm>
#include <iterator>
#include <utility>

#include "api/routes.h"
#include "model/history.h"

namespace antx {
namespace {

constexpr std::int64_t kMostMinutes = 525600;

const RouteParameter kIp = {"ip", "address", "Only this miner."};
const RouteParameter kIps = {"ips", "addresses", "Only these miners, at most 1024."};
const RouteParameter kFresh = {
    "fresh_within", "integer", "Minutes; a miner is active when its newest figures are not older.",
    "30",           1,         kMostMinutes};
const RouteParameter kSince = {"since", "date", "Not older than this."};
const RouteParameter kLevel = {"level", "level", "Only this level; ALL: every level."};
const RouteParameter kBefore = {
    "before_id", "integer", "Only entries with a smaller id: the next page.",
    "",          1,         9'007'199'254'740'991};

RouteParameter ActiveOnly(std::string_view standard) {
  return {"active_only", "boolean", "Leave out miners that are not active.", standard};
}

RouteParameter Limit(std::string_view standard) {
  return {"limit", "limit", "At most so many; brought into 1..api.max_limit.", standard};
}

/// Of a series: what, how fine, from when to when.
std::vector<RouteParameter> SeriesParameters(std::initializer_list<HistoryKind> kinds) {
  RouteParameter metric = {"metric", "word", "What.", "hashrate"};
  for (const HistoryKind kind : kinds) {
    for (const HistoryMetricInfo& info : HistoryMetrics(kind)) {
      const bool seen =
          std::find(metric.words.begin(), metric.words.end(), info.name) != metric.words.end();
      if (!seen) metric.words.push_back(info.name);
    }
  }
  return {
      std::move(metric),
      {"step",
       "word",
       "Length of a bucket; auto: the finest that fits into `points`.",
       "auto",
       0,
       0,
       {"auto", "raw", "5m", "1h", "1d"}},
      {"from", "date", "Not before this; a day before `to` unless given."},
      {"to", "date", "Before this; now unless given."},
      {"points", "integer", "At most so many points where the step is auto.", "3000", 1, 10000}};
}

std::vector<Route> FleetRoutes() {
  return {
      {"GET",
       "/api/summary",
       "api_summary",
       HandleSummary,
       "Totals of the fleet.",
       {kIp,
        {"mdns", "boolean", "With miners that only mDNS has found.", "true"},
        kFresh,
        ActiveOnly("true"),
        {"live", "boolean", "False: stored figures only.", "true"}},
       "Summary"},
      {"GET",
       "/api/miners/summary",
       "api_miners_summary",
       HandleMinersSummary,
       "Means per miner over a window, last seen first.",
       {{"window_min", "integer", "Minutes back from now.", "30", 1, kMostMinutes},
        ActiveOnly("true"),
        kFresh,
        kIps,
        {"since", "date", "Begin of the window, instead of window_min."}},
       "MinerMeans",
       {503}},
      {"GET",
       "/api/miners/current",
       "api_miners_current",
       HandleMinersCurrent,
       "Newest figures per miner, by address.",
       {ActiveOnly("true"), kFresh, kIps},
       "MinerCurrents"},
      {"GET",
       "/api/miners",
       "api_miners",
       HandleMiners,
       "All miners and their freshness.",
       {},
       "MinerItems"},
      {"GET",
       "/dashboard/api/miners",
       "dashboard_api_miners",
       HandleDashboardMiners,
       "The same as an object.",
       {},
       "MinerItemsObject"},
  };
}

std::vector<Route> HistoryRoutes() {
  return {
      {"GET",
       "/api/metrics",
       "api_metrics",
       HandleMetricRows,
       "Stored rows, ascending by time; the newest `limit` of them unless order is oldest. "
       "As ndjson or csv without limit: all of them, streamed.",
       {kIp,
        kIps,
        kSince,
        {"until", "date", "Before this."},
        {"limit", "limit", "At most so many, 500 unless given; brought into 1..api.max_limit."},
        {"order", "word", "Which end `limit` keeps.", "newest", 0, 0, {"newest", "oldest"}},
        {"cursor", "string", "The header X-Next-Cursor of the page before."},
        {"format", "word", "Form of the answer.", "json", 0, 0, {"json", "ndjson", "csv"}},
        ActiveOnly("false"),
        kFresh},
       "MetricRows",
       {503},
       "application/json,application/x-ndjson,text/csv"},
      {"GET",
       "/api/miners/{ip}/history",
       "api_miner_history",
       HandleMinerHistory,
       "One figure of a miner, or of one of its boards, over time.",
       [] {
         auto all = SeriesParameters({HistoryKind::kMiner, HistoryKind::kBoard});
         all.push_back({"board", "string", "Number of the board as the firmware prints it."});
         return all;
       }(),
       "Series",
       {404, 503}},
      {"GET",
       "/api/fleet/history",
       "api_fleet_history",
       HandleFleetHistory,
       "One figure of the fleet over time.",
       SeriesParameters({HistoryKind::kFleet}),
       "Series",
       {503}},
      {"GET",
       "/api/error-logs",
       "api_error_logs",
       HandleErrorLogs,
       "Warnings and errors, newest first.",
       {kLevel, kIp, kSince, Limit("200"), kBefore},
       "ErrorLogs",
       {503}},
      {"GET",
       "/api/events",
       "api_events",
       HandleEvents,
       "What happened, newest first.",
       {kLevel, kIp, kSince, Limit("500"), kBefore},
       "Events",
       {503}},
  };
}

std::vector<Route> MinerRoutes() {
  return {
      {"GET",
       "/api/miners/{ip}",
       "api_miner",
       HandleMiner,
       "Everything known of one miner, and where each value comes from.",
       {},
       "Miner",
       {404}},
      {"GET",
       "/api/miners/{ip}/pools",
       "api_miner_pools",
       HandleMinerPools,
       "Pools of one miner. Users are masked unless metrics.pool_workers is on.",
       {},
       "MinerPools",
       {404, 503}},
      {"GET",
       "/api/miner/{ip}/logs",
       "api_miner_logs",
       HandleMinerLogs,
       "Stored events and errors of one miner, newest first.",
       {kLevel, kSince, Limit("200")},
       "MinerLogs",
       {404, 503}},
  };
}

std::vector<Route> OwnRoutes() {
  return {
      {"GET",
       "/healthz",
       "healthz",
       HandleHealthz,
       "The process answers.",
       {},
       "Ok",
       {},
       "application/json",
       Scope::kNone},
      {"GET",
       "/readyz",
       "readyz",
       HandleReadyz,
       "Database and polling work.",
       {},
       "Readiness",
       {503},
       "application/json",
       Scope::kNone},
      {"GET",
       "/api/stream",
       "api_stream",
       HandleStream,
       "News as server-sent events: `state`, `event`, `round`, `lost`.",
       {},
       {},
       {503},
       "text/event-stream"},
      {"POST",
       "/api/discover",
       "api_discover",
       HandleDiscover,
       "Begins a discovery run over the configured ranges.",
       {},
       "Started",
       {202, 503},
       "application/json",
       Scope::kAdmin},
      {"POST",
       "/api/backup",
       "api_backup",
       HandleBackup,
       "Copies the database.",
       {},
       "Backup",
       {503},
       "application/json",
       Scope::kAdmin},
      {"GET",
       "/api/debug/routes",
       "debug_routes",
       HandleDebugRoutes,
       "This table; to loopback only unless api.debug_routes is on.",
       {},
       "RouteList",
       {403}},
      {"GET", "/openapi.json", "openapi", HandleOpenApi, "This document.", {}, "Anything"},
      {"GET",
       "/docs",
       "docs",
       HandleDocs,
       "This interface, to read and to try.",
       {},
       {},
       {},
       "text/html"},
      {"GET",
       "/docs/{file}",
       "docs_file",
       HandleDocsAsset,
       "What belongs to /docs.",
       {},
       {},
       {404},
       "text/css,text/javascript"},
  };
}

}  // namespace

std::vector<Route> JsonRoutes() {
  std::vector<Route> all;
  for (auto* group : {FleetRoutes, HistoryRoutes, MinerRoutes, OwnRoutes}) {
    auto routes = group();
    std::move(routes.begin(), routes.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace antx

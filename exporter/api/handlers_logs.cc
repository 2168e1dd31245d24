// What happened: events and errors, as stored.
#include <algorithm>
#include <unordered_map>

#include "api/routes.h"
#include "api/rows.h"

namespace antx {
namespace {

/// Ids of miners to their addresses: the answers name addresses.
class AddressBook {
 public:
  explicit AddressBook(const ApiContext& context) : snapshot_(context.box.Latest()) {
    if (context.history) latest_ = context.history->Latest();
    if (!latest_) return;
    for (const LatestRow& row : *latest_) stored_.emplace(row.miner, row.address);
  }
  /// Nothing for "" and for a miner that is forgotten.
  [[nodiscard]] std::optional<std::string> Find(const std::string& id) const {
    if (id.empty()) return std::nullopt;
    if (const auto address = Ipv4::Parse(id)) return address->ToString();
    if (const auto known = known_.find(id); known != known_.end()) return known->second;
    std::optional<std::string> found;
    if (const auto view = snapshot_->Find(id)) {
      found = view->facts.address.ToString();
    } else if (const auto stored = stored_.find(id); stored != stored_.end()) {
      found = stored->second.ToString();
    }
    known_.emplace(id, found);
    return found;
  }

 private:
  std::shared_ptr<const Snapshot> snapshot_;
  std::shared_ptr<const std::vector<LatestRow>> latest_;
  std::unordered_map<std::string_view, Ipv4> stored_;
  mutable std::unordered_map<std::string, std::optional<std::string>> known_;
};

/// Nothing: the filter names no miner that there can be.
std::optional<LogQuery> ToQuery(const Parameters& parameters) {
  LogQuery query;
  query.level = parameters.Find<LogLevel>("level");
  query.since = parameters.Date("since");
  query.before_id = parameters.Find<std::int64_t>("before_id").value_or(0);
  query.limit = static_cast<std::size_t>(parameters.Integer("limit"));
  if (const auto ip = parameters.Addresses("ip")) {
    if (ip->empty()) return std::nullopt;
    query.miner = ip->front().ToString();
  }
  return query;
}

void WriteEvent(const StoredEvent& event, const AddressBook& book, JsonWriter& json) {
  json.BeginObject()
      .Field("id", event.id)
      .Field("timestamp", event.time)
      .Field("miner_ip", book.Find(event.miner))
      .Field("level", LogLevelName(event.level))
      .Field("source", event.source)
      .Field("kind", event.kind)
      .Field("message", event.message)
      .EndObject();
}

void WriteError(const StoredError& error, const AddressBook& book, JsonWriter& json) {
  json.BeginObject()
      .Field("id", error.id)
      .Field("created_at", error.time)
      .Field("level", LogLevelName(error.level))
      .Field("component", error.component)
      .Field("miner_ip", book.Find(error.miner))
      .Field("message", error.message);
  json.Key("context").Raw(error.context.empty() ? "null" : error.context).EndObject();
}

/// An entry of either list, for the log of one miner.
struct LogLine {
  SystemTime time;
  LogLevel level;
  std::string source;
  std::string message;
};

HistoryResult<std::vector<LogLine>> LinesOf(const HistoryReader& history, const LogQuery& query) {
  const auto events = history.Events(query);
  if (!events) return events.error();
  const auto errors = history.Errors(query);
  if (!errors) return errors.error();
  std::vector<LogLine> lines;
  for (const StoredEvent& event : *events) {
    lines.push_back({event.time, event.level, event.source, event.message});
  }
  for (const StoredError& error : *errors) {
    lines.push_back({error.time, error.level, error.component, error.message});
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const LogLine& a, const LogLine& b) { return a.time > b.time; });
  if (lines.size() > query.limit) lines.resize(query.limit);
  return lines;
}

}  // namespace

HttpResponse HandleEvents(const ApiContext& context, const HttpRequest& request) {
  if (!context.history) return NoHistory();
  const auto query = ToQuery(request.parameters);
  if (!query) return JsonResponse("[]\n");
  const auto events = context.history->Events(*query);
  if (!events) return NoHistory(events.error().detail);
  const AddressBook book(context);
  JsonWriter json;
  json.BeginList();
  for (const StoredEvent& event : *events) WriteEvent(event, book, json);
  json.EndList();
  return JsonResponse(json.Take());
}

HttpResponse HandleErrorLogs(const ApiContext& context, const HttpRequest& request) {
  if (!context.history) return NoHistory();
  const auto query = ToQuery(request.parameters);
  if (!query || !context.config()->logging.to_database) return JsonResponse("[]\n");
  const auto errors = context.history->Errors(*query);
  if (!errors) return NoHistory(errors.error().detail);
  const AddressBook book(context);
  JsonWriter json;
  json.BeginList();
  for (const StoredError& error : *errors) WriteError(error, book, json);
  json.EndList();
  return JsonResponse(json.Take());
}

HttpResponse HandleMinerLogs(const ApiContext& context, const HttpRequest& request) {
  if (!context.history) return NoHistory();
  const auto query = ToQuery(request.parameters);
  const auto miner = MinerOfPath(context, request);
  if (!query || !miner) return ErrorResponse(404, "no miner with this address is known");
  const auto lines = LinesOf(*context.history, *query);
  if (!lines) return NoHistory(lines.error().detail);
  JsonWriter json;
  json.BeginObject().Field("ok", true).Field("ip", query->miner).Key("logs").BeginList();
  for (const LogLine& line : *lines) {
    json.BeginObject()
        .Field("timestamp", line.time)
        .Field("level", LogLevelName(line.level))
        .Field("source", line.source)
        .Field("message", line.message)
        .EndObject();
  }
  json.EndList().EndObject();
  return JsonResponse(json.Take());
}

}  // namespace antx

// Rows and series of the past.
#include <algorithm>
#include <stdexcept>
#include <unordered_set>

#include "api/routes.h"
#include "api/rows.h"
#include "util/text.h"

namespace antx {
namespace {

/// A place between two rows: time, then address. As text "<microseconds>-<address>".
struct Cursor {
  SystemTime time;
  Ipv4 address;
  auto operator<=>(const Cursor&) const = default;
};

std::int64_t Micros(SystemTime time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

std::string CursorText(const HistoryRow& row) {
  return std::to_string(Micros(row.time)) + '-' + row.address.ToString();
}

std::optional<Cursor> ParseCursor(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto micros = ParseInt(text.substr(0, dash));
  const auto address = Ipv4::Parse(text.substr(dash + 1));
  if (!micros || !address || *micros < 0 || *micros > 7'000'000'000'000'000) return std::nullopt;
  return Cursor{SystemTime(std::chrono::microseconds(*micros)), *address};
}

Cursor Place(const HistoryRow& row) {
  return {SystemTime(std::chrono::microseconds(Micros(row.time))), row.address};
}

/// What /api/metrics was asked for.
struct RowsWanted {
  RowsQuery query;
  std::optional<Cursor> cursor;
  std::optional<std::unordered_set<std::string>> active;  ///< Ids; nothing: all.
  std::string model;                                      ///< Of the one miner of ?ip=.
  std::optional<std::int64_t> limit;                      ///< Nothing: all that match.

  [[nodiscard]] bool Takes(const HistoryRow& row) const {
    if (active && !active->contains(row.miner)) return false;
    if (!cursor) return true;
    return query.newest_first ? Place(row) < *cursor : *cursor < Place(row);
  }
};

/// Narrows the range to what lies behind the cursor.
void StartAt(const Cursor& cursor, RowsQuery& query) {
  if (query.newest_first) {
    // Stored times are milliseconds.
    const SystemTime end = cursor.time + std::chrono::milliseconds(1);
    query.to = query.to ? std::min(*query.to, end) : end;
  } else {
    query.from = query.from ? std::max(*query.from, cursor.time) : cursor.time;
  }
}

std::unordered_set<std::string> ActiveIds(const ApiContext& context, std::int64_t fresh_within) {
  const SystemTime now = context.clock.Now();
  std::unordered_set<std::string> ids;
  for (const MinerRow& row : NewestRows(context)) {
    if (IsFresh(row.time, now, fresh_within)) ids.insert(row.id);
  }
  return ids;
}

std::string ModelOf(const ApiContext& context, const std::vector<Ipv4>& addresses) {
  if (addresses.empty()) return "";
  for (const MinerRow& row : NewestRows(context)) {
    if (row.address == addresses.front()) return row.model;
  }
  return "";
}

void WriteRow(const HistoryRow& row, const std::string& model, JsonWriter& json) {
  const Figures figures = FiguresOf(row.values);
  json.BeginObject()
      .Field("timestamp", row.time)
      .Field("ip", row.address.ToString())
      .Field("power_w", figures.power_w)
      .Field("hashrate_ths", figures.hashrate_ths)
      .Field("avg_temp_c", figures.avg_temp_c)
      .Field("avg_fan_rpm", figures.avg_fan_rpm);
  if (!model.empty()) json.Field("model", model);
  json.EndObject();
}

std::string NdjsonLine(const HistoryRow& row, const std::string& model) {
  JsonWriter json;
  WriteRow(row, model, json);
  return json.Take();
}

constexpr std::string_view kCsvHead =
    "timestamp,ip,power_w,hashrate_ths,avg_temp_c,avg_fan_rpm,model\n";

std::string CsvNumber(std::optional<double> value) {
  if (!value) return "";
  JsonWriter json;
  json.Value(*value);
  std::string text = json.Take();
  text.pop_back();
  return text;
}

/// In quotes; a quote doubled. A leading = + - @ would be a formula in a spreadsheet.
std::string CsvText(std::string_view text) {
  std::string quoted = "\"";
  if (!text.empty() && std::string_view("=+-@").find(text.front()) != std::string_view::npos) {
    quoted += '\'';
  }
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

std::string CsvLine(const HistoryRow& row, const std::string& model) {
  const Figures figures = FiguresOf(row.values);
  return FormatUtc(row.time) + ',' + row.address.ToString() + ',' + CsvNumber(figures.power_w) +
         ',' + CsvNumber(figures.hashrate_ths) + ',' + CsvNumber(figures.avg_temp_c) + ',' +
         CsvNumber(figures.avg_fan_rpm) + ',' + (model.empty() ? "" : CsvText(model)) + '\n';
}

/// The rows of one page, ascending; `more` when there may be further ones.
struct RowPage {
  std::vector<HistoryRow> rows;
  std::string next;  ///< Cursor of the next page; "" at the end.
};

HistoryResult<RowPage> ReadPage(const HistoryReader& history, const RowsWanted& wanted) {
  RowPage page;
  const auto most = static_cast<std::size_t>(*wanted.limit);
  bool more = false;
  const auto done = history.Rows(wanted.query, [&](const HistoryRow& row) {
    if (!wanted.Takes(row)) return true;
    more = page.rows.size() == most;
    if (!more) page.rows.push_back(row);
    return !more;
  });
  if (!done) return done.error();
  if (more) page.next = CursorText(page.rows.back());
  if (wanted.query.newest_first) std::reverse(page.rows.begin(), page.rows.end());
  return page;
}

/// Everything that matches, without holding it.
HttpResponse StreamRows(std::shared_ptr<const HistoryReader> history, RowsWanted wanted, bool csv) {
  HttpResponse response;
  wanted.query.newest_first = false;
  response.stream = [history = std::move(history), wanted = std::move(wanted),
                     csv](const BodySink& sink) {
    constexpr std::size_t kPiece = std::size_t{16} * 1024;
    std::string piece(csv ? kCsvHead : "");
    const auto done = history->Rows(wanted.query, [&](const HistoryRow& row) {
      if (!wanted.Takes(row)) return true;
      piece += csv ? CsvLine(row, wanted.model) : NdjsonLine(row, wanted.model);
      if (piece.size() < kPiece) return true;
      const bool alive = sink(piece);
      piece.clear();
      return alive;
    });
    // The status is out already: only a body that ends short can tell.
    if (!done) throw std::runtime_error(done.error().detail);
    if (!piece.empty()) sink(piece);
  };
  return response;
}

HttpResponse PageResponse(const RowPage& page, const RowsWanted& wanted,
                          const std::string& format) {
  HttpResponse response;
  if (format == "json") {
    JsonWriter json;
    json.BeginList();
    for (const HistoryRow& row : page.rows) WriteRow(row, wanted.model, json);
    json.EndList();
    response.body = json.Take();
  } else {
    response.body = format == "csv" ? kCsvHead : "";
    for (const HistoryRow& row : page.rows) {
      response.body += format == "csv" ? CsvLine(row, wanted.model) : NdjsonLine(row, wanted.model);
    }
  }
  if (!page.next.empty()) response.headers.emplace_back("X-Next-Cursor", page.next);
  return response;
}

void SetType(const std::string& format, HttpResponse& response) {
  if (format == "csv") response.content_type = "text/csv; charset=utf-8";
  if (format == "ndjson") response.content_type = "application/x-ndjson";
}

HttpResponse SeriesResponse(const SeriesQuery& query, const SeriesAnswer& answer,
                            const HistoryMetricInfo& metric) {
  JsonWriter json;
  json.BeginObject().Field("metric", metric.name).Field("unit", metric.unit);
  json.Field("step", HistoryStepName(answer.step)).Field("from", query.from).Field("to", query.to);
  json.Key("points").BeginList();
  for (const HistoryPoint& point : answer.points) {
    json.BeginObject()
        .Field("time", point.time)
        .Field("mean", point.mean)
        .Field("min", point.min)
        .Field("max", point.max)
        .Field("last", point.last)
        .Field("samples", point.samples)
        .Field("coverage", point.coverage)
        .EndObject();
  }
  json.EndList().EndObject();
  return JsonResponse(json.Take());
}

/// @param known whether an empty answer is right where nothing is stored.
HttpResponse AnswerSeries(const ApiContext& context, const HttpRequest& request, SeriesQuery query,
                          HistoryKind kind, bool known) {
  if (!context.history) return NoHistory();
  const Parameters& wanted = request.parameters;
  const auto metric = FindHistoryMetric(kind, wanted.Text("metric"));
  if (!metric) {
    return ErrorResponse(400, "metric: is not kept for " +
                                  std::string(kind == HistoryKind::kBoard ? "boards" : "miners"));
  }
  query.metric = *metric;
  query.to = wanted.Date("to").value_or(context.clock.Now());
  query.from = wanted.Date("from").value_or(query.to - std::chrono::hours(24));
  if (query.from >= query.to) return ErrorResponse(400, "from: must be before `to`");
  if (const std::string step = wanted.Text("step"); step != "auto") {
    query.step = ParseHistoryStep(step);
  }
  query.most_points = static_cast<std::size_t>(wanted.Integer("points"));
  const auto answer = context.history->Series(query);
  if (!answer) return NoHistory(answer.error().detail);
  if (!answer->known && !known) return ErrorResponse(404, "nothing is stored under this name");
  return SeriesResponse(query, *answer, HistoryMetrics(kind).at(*metric));
}

}  // namespace

HttpResponse HandleMetricRows(const ApiContext& context, const HttpRequest& request) {
  if (!context.history) return NoHistory();
  const Parameters& given = request.parameters;
  const std::string format = given.Text("format");
  RowsWanted wanted;
  wanted.query.from = given.Date("since");
  wanted.query.to = given.Date("until");
  wanted.query.newest_first = given.Text("order") == "newest";
  wanted.limit = given.Find<std::int64_t>("limit");
  const MinerFilter filter(given);
  wanted.query.miners = filter.Names();
  if (const auto ip = given.Addresses("ip")) wanted.model = ModelOf(context, *ip);
  if (given.Boolean("active_only")) {
    wanted.active = ActiveIds(context, given.Integer("fresh_within"));
  }
  if (const std::string cursor = given.Text("cursor"); !cursor.empty()) {
    wanted.cursor = ParseCursor(cursor);
    if (!wanted.cursor) return ErrorResponse(400, "cursor: is not one that X-Next-Cursor gave");
    StartAt(*wanted.cursor, wanted.query);
  }
  const bool nothing = !filter.TakesAll() && wanted.query.miners.empty();  // IPv6 only.
  HttpResponse response;
  if (!wanted.limit && format != "json" && !nothing) {
    response = StreamRows(context.history, std::move(wanted), format == "csv");
  } else {
    if (!wanted.limit) {
      wanted.limit = std::min<std::int64_t>(500, context.config()->api.max_limit);
    }
    const auto page = nothing ? RowPage{} : ReadPage(*context.history, wanted);
    if (!page) return NoHistory(page.error().detail);
    response = PageResponse(*page, wanted, format);
  }
  SetType(format, response);
  return response;
}

HttpResponse HandleMinerHistory(const ApiContext& context, const HttpRequest& request) {
  const auto miner = MinerOfPath(context, request);
  SeriesQuery query;
  query.miner = miner ? miner->facts.id : AddressOfPath(request).ToString();
  query.board = request.parameters.Text("board");
  const HistoryKind kind = query.board.empty() ? HistoryKind::kMiner : HistoryKind::kBoard;
  return AnswerSeries(context, request, query, kind, miner && query.board.empty());
}

HttpResponse HandleFleetHistory(const ApiContext& context, const HttpRequest& request) {
  return AnswerSeries(context, request, {}, HistoryKind::kFleet, true);
}

}  // namespace antx

#include "app/export_command.h"

#include <fstream>

#include "api/query.h"
#include "app/export_format.h"
#include "history/history.h"
#include "history/side_database.h"
#include "metrics/backfill.h"

namespace antx {
namespace {

constexpr auto kProgressEvery = std::chrono::seconds(5);

/// What is wrong with the arguments, or the query.
struct Checked {
  RowsQuery query;
  ExportFormat format = ExportFormat::kOpenMetrics;
  std::string fault;
};

std::optional<SystemTime> Date(const std::string& text, const char* name, SystemTime now,
                               std::string& fault) {
  if (text.empty()) return std::nullopt;
  std::string escaped;
  for (const char c : text) escaped += c == '+' ? "%2B" : std::string(1, c);
  const auto date = DateParameter(Query(std::string(name) + '=' + escaped), name, now);
  if (!date.error.empty()) fault = "--" + date.error + ", found \"" + text + '"';
  return date.value;
}

Checked Check(const ExportRequest& request, SystemTime now) {
  Checked checked;
  checked.query.miners = request.miners;
  checked.query.from = Date(request.from, "from", now, checked.fault);
  checked.query.to = Date(request.to, "to", now, checked.fault);
  const auto step = ParseHistoryStep(request.step);
  if (!step) checked.fault = "--step: must be raw, 5m, 1h or 1d, found \"" + request.step + '"';
  checked.query.step = step.value_or(HistoryStep::kRaw);
  const auto format = ParseExportFormat(request.format);
  if (!format) {
    checked.fault = "--format: must be openmetrics, csv or ndjson, found \"" + request.format + '"';
  }
  checked.format = format.value_or(ExportFormat::kOpenMetrics);
  return checked;
}

/// Counts rows and says now and then how far it has come.
class Progress {
 public:
  explicit Progress(std::ostream& messages) : messages_(messages) {}
  void Row(SystemTime time) {
    ++rows_;
    if (rows_ % 4096 != 0 || clock_.Steady() < next_) return;
    next_ = clock_.Steady() + kProgressEvery;
    messages_ << rows_ << " rows, at " << FormatUtc(time) << '\n' << std::flush;
  }
  [[nodiscard]] std::size_t rows() const { return rows_; }

 private:
  std::ostream& messages_;
  RealClock clock_;
  SteadyTime next_ = clock_.Steady() + kProgressEvery;
  std::size_t rows_ = 0;
};

using Line = std::function<std::string(const HistoryRow&)>;

/// Writes all rows; an error text when the database or the output fails.
std::string WriteRows(const HistoryReader& reader, const RowsQuery& query, const Line& line,
                      std::ostream& out, Progress& progress) {
  const auto done = reader.Rows(query, [&](const HistoryRow& row) {
    out << line(row);
    progress.Row(row.time);
    return out.good();
  });
  if (done.has_error()) return done.error().detail;
  if (!out.flush()) return "the output cannot be written: is the disk full?";
  return {};
}

/// A family is a block of its own, so the rows are read once for each.
std::string WriteOpenMetrics(const HistoryReader& reader, const RowsQuery& query, std::ostream& out,
                             Progress& progress) {
  for (const ExportFamily& family : ExportFamilies()) {
    out << OpenMetricsHead(family);
    const auto fault = WriteRows(
        reader, query, [&](const HistoryRow& row) { return OpenMetricsLine(family, row); }, out,
        progress);
    if (!fault.empty()) return fault;
  }
  out << "# EOF\n";
  return out.flush() ? "" : "the output cannot be written: is the disk full?";
}

std::string WriteAll(const Checked& checked, const HistoryReader& reader, std::ostream& out,
                     Progress& progress) {
  switch (checked.format) {
    case ExportFormat::kOpenMetrics:
      return WriteOpenMetrics(reader, checked.query, out, progress);
    case ExportFormat::kCsv:
      out << CsvHead();
      return WriteRows(reader, checked.query, CsvLine, out, progress);
    case ExportFormat::kNdjson:
      return WriteRows(reader, checked.query, NdjsonLine, out, progress);
  }
  return {};
}

}  // namespace

int RunExport(const Config& config, const ExportRequest& request, std::ostream& out,
              std::ostream& messages) {
  const RealClock clock;
  const Checked checked = Check(request, clock.Now());
  if (!checked.fault.empty()) {
    messages << checked.fault << '\n';
    return 2;
  }
  DbReader reader(clock);
  ReadSettings settings;
  settings.path = config.storage.path;
  reader.Configure(settings, false);
  std::ofstream file;
  if (!request.output.empty() && request.output != "-") {
    file.open(request.output, std::ios::binary | std::ios::trunc);
    if (!file) {
      messages << "--output: " << request.output << " cannot be written\n";
      return 1;
    }
  }
  Progress progress(messages);
  const std::string fault = WriteAll(checked, reader, file.is_open() ? file : out, progress);
  if (!fault.empty()) {
    messages << fault << '\n';
    return 1;
  }
  messages << progress.rows() << " rows exported\n";
  return 0;
}

int RunBackup(const Config& config, const std::string& target, std::ostream& messages) {
  const auto copies = BackupDatabases(config.storage.path, target);
  if (copies.has_error()) {
    messages << copies.error().detail << '\n';
    return 1;
  }
  messages << config.storage.path << " copied to";
  for (const std::string& copy : *copies) messages << ' ' << copy;
  messages << '\n';
  return 0;
}

}  // namespace antx

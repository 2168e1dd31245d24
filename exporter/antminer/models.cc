#include "antminer/models.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

#include "model/model_name.h"
#include "util/text.h"

namespace antx {
namespace {

constexpr std::string_view kModelsCsv =
#include "models_csv.inc"
    ;

constexpr std::size_t kColumns = 8;

std::array<std::string_view, kColumns> Columns(std::string_view line) {
  std::array<std::string_view, kColumns> columns;
  for (std::size_t i = 0; i < kColumns; ++i) {
    const auto comma = std::min(line.find(','), line.size());
    columns.at(i) = Trim(line.substr(0, comma));
    line.remove_prefix(std::min(comma + 1, line.size()));
  }
  return columns;
}

std::optional<double> Value(std::string_view text, std::string_view line) {
  if (text.empty()) return std::nullopt;
  const auto value = ParseDouble(text);
  if (!value) throw std::logic_error("models.csv: bad number in: " + std::string(line));
  return value;
}

std::optional<int> Whole(std::string_view text, std::string_view line) {
  const auto value = Value(text, line);
  if (!value) return std::nullopt;
  return static_cast<int>(*value);
}

}  // namespace

ModelTable::ModelTable(std::string_view csv) {
  std::vector<std::string_view> lines;
  for (const std::string_view line : SplitList(csv, "\n")) {
    if (!line.starts_with('#') && !line.starts_with("name,")) lines.push_back(line);
  }
  keys_.reserve(lines.size());
  for (const std::string_view line : lines) {
    const auto columns = Columns(line);
    keys_.push_back(NormaliseModel(columns[0]));
    ModelRow row;
    row.name = columns[0];
    row.key = keys_.back();
    row.algorithm = columns[1];
    row.api_unit = Value(columns[2], line);
    row.hashrate_hashes_per_second = Value(columns[3], line);
    row.joules_per_terahash = Value(columns[4], line);
    row.boards = Whole(columns[5], line);
    row.chips_per_board = Whole(columns[6], line);
    row.fans = Whole(columns[7], line);
    rows_.push_back(row);
  }
  std::sort(rows_.begin(), rows_.end(),
            [](const ModelRow& a, const ModelRow& b) { return a.key < b.key; });
}

const ModelRow* ModelTable::Find(std::string_view model) const {
  const std::string key = NormaliseModel(model);
  const auto found =
      std::lower_bound(rows_.begin(), rows_.end(), key,
                       [](const ModelRow& row, const std::string& k) { return row.key < k; });
  return found != rows_.end() && found->key == key ? &*found : nullptr;
}

const ModelTable& BuiltInModels() {
  static const ModelTable table(kModelsCsv);
  return table;
}

const ModelRow* FindModel(std::string_view model) { return BuiltInModels().Find(model); }

namespace {

/// What the model table knows and the reply did not say.
void FillFromModel(const ModelRow& row, Reading& reading) {
  if (!reading.hashrate_expected_hashes_per_second) {
    reading.hashrate_expected_hashes_per_second = row.hashrate_hashes_per_second;
  }
  reading.boards_expected = row.boards;
  reading.fans_expected = row.fans;
  reading.rated_joules_per_terahash = row.joules_per_terahash;
}

/// Boards of one machine are alike: the fullest one tells what the others should have.
/// Variants of one model name differ, so this counts more than the table.
void FillExpectedChips(const ModelRow* row, Reading& reading) {
  int most = 0;
  for (const BoardReading& board : reading.boards) most = std::max(most, board.chips.value_or(0));
  if (most == 0 && row != nullptr) most = row->chips_per_board.value_or(0);
  if (most == 0) return;
  for (BoardReading& board : reading.boards) board.chips_expected = most;
}

}  // namespace

void FillFromModelTable(Reading& reading) {
  const ModelRow* row = FindModel(reading.identity.model);
  if (row != nullptr) FillFromModel(*row, reading);
  FillExpectedChips(row, reading);
}

}  // namespace antx

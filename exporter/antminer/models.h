// The model table: nominal rate, boards, chips, fans, efficiency, algorithm.
// Data is models.csv; a new model is a row there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "antminer/decode.h"
#include "model/reading.h"

namespace antx {

/// Parses a table of the form of models.csv. Views in the rows point into `csv` and into
/// `keys`, which both outlive them. A malformed row throws std::logic_error: the table is
/// part of the program.
class ModelTable {
 public:
  explicit ModelTable(std::string_view csv);
  ModelTable(const ModelTable&) = delete;
  ModelTable& operator=(const ModelTable&) = delete;
  [[nodiscard]] const ModelRow* Find(std::string_view model) const;
  [[nodiscard]] const std::vector<ModelRow>& rows() const { return rows_; }

 private:
  std::vector<std::string> keys_;
  std::vector<ModelRow> rows_;  // Sorted by key.
};

/// Adds what the table knows of the reading's model and the miner did not tell.
void FillFromModelTable(Reading& reading);

/// The built-in table; made once, never changed.
[[nodiscard]] const ModelTable& BuiltInModels();

}  // namespace antx

// A store and a reader of one file, for tests that write rounds, compact and read back.
#pragma once

#include <memory>
#include <vector>

#include "history/compaction.h"
#include "history/reader.h"
#include "unit/history/history_fixture.h"

namespace antx {

class StoreFixture : public HistoryTest {
 protected:
  static constexpr auto kInterval = std::chrono::seconds(30);

  StoreFixture() : store_(OpenStore()), reader_(clock_) {
    ReadSettings settings;
    settings.path = path_;
    reader_.Configure(settings, false);
  }

  void Compact() {
    while (true) {
      const auto step = CompactSome(store_->db(), Milliseconds(clock_.system), 500);
      ASSERT_TRUE(step.has_value()) << step.error().detail;
      ASSERT_EQ(step->damaged_chunks, 0);
      if (!step->more) return;
    }
  }

  std::vector<HistoryRow> Rows(const RowsQuery& query) {
    std::vector<HistoryRow> rows;
    const auto done = reader_.Rows(query, [&](const HistoryRow& row) {
      rows.push_back(row);
      return true;
    });
    EXPECT_TRUE(done.has_value()) << (done.has_error() ? done.error().detail : "");
    return rows;
  }

  std::unique_ptr<HistoryStore> store_;
  DbReader reader_;
};

}  // namespace antx

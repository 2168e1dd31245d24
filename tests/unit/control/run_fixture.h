// A book of runs over a journal in a file, as one process after the other opens it.
#pragma once

#include <gmock/gmock.h>

#include "control/run.h"
#include "unit/control/control_fixture.h"

namespace antx {

class RunTest : public ControlTest {
 protected:
  RunTest() {
    for (int i = 1; i <= 4; ++i) Add("127.0.0." + std::to_string(i));
    Publish();
    Open();
  }
  /// A process that begins; what an earlier one wrote is there.
  void Open(const std::string& path = "") {
    book_.reset();
    journal_.reset();
    journal_ =
        std::make_unique<Journal>(*Journal::Open(path.empty() ? folder_.Path("control.db") : path));
    book_ = std::make_unique<RunBook>(BookParts(*journal_));
    ASSERT_TRUE(book_->Restore().has_value());
  }
  std::int64_t Begin(const RunReport& run, const ControlCaller& caller = Caller()) {
    const auto begun = book_->Begin(caller, run, false);
    EXPECT_TRUE(begun.has_value()) << begun.error().text;
    (void)book_->Tick();
    return begun->run;
  }
  /// Ticks for so long, as the thread would.
  void Run(std::chrono::nanoseconds time) {
    const SteadyTime end = clock_.Steady() + time;
    while (clock_.Steady() < end) {
      const SteadyTime next = book_->Tick();
      clock_.passed += std::max<std::chrono::nanoseconds>(std::min(next, end) - clock_.Steady(),
                                                          std::chrono::nanoseconds(1));
      Publish();
    }
    (void)book_->Tick();
  }
  void Answer(const CommandOutcome& outcome) {
    ASSERT_FALSE(sent_.empty());
    SentCommand sent = std::move(sent_.front());
    sent_.pop_front();
    sent.done(outcome);
    (void)book_->Tick();
  }
  RunReport Report(std::int64_t id) { return **journal_->Run(id); }
  std::vector<std::string> Results() {
    std::vector<std::string> results;
    auto rows = *journal_->AuditRows(0, 1000);
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
      results.push_back(row->action + ' ' + row->phase + ' ' + row->result);
    }
    return results;
  }
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<RunBook> book_;
};

}  // namespace antx

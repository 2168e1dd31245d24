// The thread of control: its loop, the journal and the runs.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <string>
#include <thread>

#include "control/controller.h"
#include "control/journal.h"
#include "control/run.h"

namespace antx {

/// Made and started by one thread; everything but `Post` belongs to its own.
class ControlThread {
 public:
  /// `parts` outlive it.
  ControlThread(const ControlParts& parts, Journal journal);
  ~ControlThread();
  ControlThread(const ControlThread&) = delete;
  ControlThread& operator=(const ControlThread&) = delete;

  /// Takes over unfinished runs and begins.
  [[nodiscard]] DbResult<void> Start();
  /// Runs `work` on the thread. Any thread.
  void Post(std::function<void()> work);

  [[nodiscard]] Journal& journal() { return journal_; }
  [[nodiscard]] RunBook& book() { return book_; }
  [[nodiscard]] std::map<std::int64_t, ControlPlan>& plans() { return plans_; }
  /// Looks soon what may begin.
  void Wake();
  void TellStopped();

 private:
  void Loop();
  void Tick();
  void Prune();
  [[nodiscard]] RunHooks Hooks();
  void Tell(const RunReport& run, const StepReport& step);

  const ControlParts& parts_;
  Journal journal_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  boost::asio::steady_timer timer_;
  RunBook book_;
  std::map<std::int64_t, ControlPlan> plans_;  ///< Made and not yet executed.
  SteadyTime pruned_;
  std::thread thread_;
};

}  // namespace antx

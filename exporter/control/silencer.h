// Silences in an Alertmanager, by a thread of its own. It brings the Alertmanager in line with a
// list that never grows beyond a bound, with longer and longer pauses while there is no answer,
// until the silence would be over anyway. Who wants a silence never waits for it.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "config/config.h"
#include "control/silence_book.h"
#include "model/quiet.h"
#include "util/clock.h"
#include "util/log.h"

namespace antx {

/// Values of the label `result`.
inline constexpr std::array<std::string_view, 6> kSilenceResults = {
    "opened", "ended", "failed", "refused", "expired", "dropped"};

/// After so many failures in a row: 1 s, 2 s, 4 s, ... 60 s.
[[nodiscard]] std::chrono::seconds SilencePause(int failures);

class Silencer final : public Quiet {
 public:
  struct Parts {
    const Clock& clock;  ///< Outlives the silencer, as does the log.
    Logger& log;
    std::function<void(std::string_view result)> count;  ///< Called from any thread.
    /// Tells the silences of this exporter from those of others at one Alertmanager; the same
    /// after a restart.
    std::string instance;
  };

  /// The thread runs once an address is set.
  Silencer(Parts parts, std::shared_ptr<const Config> config);
  /// What is to be done is tried for two seconds more. What is open stays so and is found again
  /// by the next run.
  ~Silencer() override;
  Silencer(const Silencer&) = delete;
  Silencer& operator=(const Silencer&) = delete;

  /// New settings.
  void Configure(std::shared_ptr<const Config> config);

  void Begin(std::string key, std::vector<std::string> miners, std::chrono::seconds longest,
             std::string comment) override;
  void End(const std::string& key) override;
  /// As Begin, until a moment, for miners, a rack or a site.
  void BeginScope(const std::string& key, const SilenceScope& scope, SystemTime until,
                  const std::string& comment);
  /// Every cause that goes on from the run before has been begun again: what else that run left
  /// open is ended.
  void Settle();

 private:
  class Work;
  void Run();
  void Wake();  ///< With the mutex held.
  void Count(std::string_view result) const;

  Parts parts_;
  std::mutex mutex_;
  std::condition_variable wake_;
  // With the mutex held:
  std::shared_ptr<const Config> config_;
  SilenceBook book_;
  bool changed_ = false;  ///< The book has something new.
  bool try_now_ = false;  ///< New settings: no pause.
  std::optional<SteadyTime> stop_at_;
  std::thread thread_;
};

}  // namespace antx

// The one way in which a reader may cause a poll: /probe asks through this.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "model/snapshot.h"
#include "util/ipv4.h"

namespace antx {

struct ProbeAnswer {
  enum class Verdict {
    kAnswered,   ///< `view` holds what was read, perhaps partly, perhaps `up` = false.
    kForbidden,  ///< The address is neither known nor in a configured probe range.
    kBusy,       ///< Too many probes are waiting, or the exporter is stopping.
  };
  Verdict verdict = Verdict::kForbidden;
  std::shared_ptr<const MinerView> view;  ///< Set when answered.
};

/// Thread safe. Blocks the calling thread until the deadline at most.
class Prober {
 public:
  virtual ~Prober() = default;
  /// Polls one miner now, or joins the poll that is in flight; never two at once per miner.
  [[nodiscard]] virtual ProbeAnswer Probe(Ipv4 target, std::chrono::milliseconds deadline) = 0;
};

}  // namespace antx

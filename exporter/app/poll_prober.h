// /probe: a reader's wish for a poll, carried over to the net thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>

#include "config/config.h"
#include "fleet/tracker.h"
#include "model/probe.h"
#include "poll/poller.h"

namespace antx {

/// Thread safe. `poller`, `tracker` and `box` outlive it and belong to `net`.
class PollProber final : public Prober {
 public:
  using ConfigSource = std::function<std::shared_ptr<const Config>()>;
  PollProber(boost::asio::any_io_executor net, Poller& poller, Tracker& tracker,
             const SnapshotBox& box, ConfigSource config);

  /// Joins the poll in flight. Addresses of metrics.probe_ranges are polled without entering the
  /// inventory. At most 16 such strangers at once, then kBusy.
  [[nodiscard]] ProbeAnswer Probe(Ipv4 target, std::chrono::milliseconds deadline) override;

 private:
  struct Call;
  void Start(Ipv4 target, std::chrono::milliseconds deadline, const std::shared_ptr<Call>& call);

  boost::asio::any_io_executor net_;
  Poller& poller_;
  Tracker& tracker_;
  const SnapshotBox& box_;
  ConfigSource config_;
};

}  // namespace antx

// The market thread: fetches what is due, keeps the ledger and takes a snapshot of profit every
// quarter of an hour. Readers see immutable values only and never wait for a provider.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "config/config.h"
#include "market/fetcher.h"
#include "market/ledger.h"
#include "market/store.h"
#include "market/tariff.h"
#include "model/market.h"
#include "model/snapshot.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/shared_box.h"

namespace antx {

class Market final : public MarketReader {
 public:
  struct Parts {
    const SnapshotBox& box;  ///< `box`, `clock` and `log` outlive the market.
    const Clock& clock;
    Logger& log;
    std::function<double()> random;                   ///< 0..1; market thread only.
    std::function<void(const MarketGauges&)> gauges;  ///< On a change; market thread.
  };
  /// Opens the file; its place follows `config.storage` and needs a restart to change.
  Market(Parts parts, std::shared_ptr<const Config> config);
  /// Ends a request that is under way and writes the ledger.
  ~Market() override;
  Market(const Market&) = delete;
  Market& operator=(const Market&) = delete;

  /// Begins to work; once.
  void Start();
  /// Takes over new settings. Any thread.
  void Configure(std::shared_ptr<const Config> config);

  [[nodiscard]] std::shared_ptr<const MarketData> Data() const override { return data_.load(); }
  [[nodiscard]] std::optional<Profitability> Current(std::optional<Ipv4> miner) const override;
  [[nodiscard]] HistoryResult<void> Keep(const Profitability& profit) override;
  [[nodiscard]] HistoryResult<std::vector<Profitability>> History(std::optional<Ipv4> miner,
                                                                  SystemTime from) const override;
  [[nodiscard]] HistoryResult<std::vector<LedgerEntry>> Ledger(
      std::optional<Ipv4> miner, const std::string& first_day) const override;
  [[nodiscard]] bool Verify(const LedgerEntry& entry) const override { return Agrees(entry); }

 private:
  /// Settings and what is made of them, swapped as one.
  struct Setup {
    std::shared_ptr<const Config> config;
    TariffBook tariffs;
  };
  struct Work;  // All that belongs to the thread.
  void Run();
  /// Waits for the next round, new settings or the end. Returns whether it is the end.
  bool WaitForRound();
  [[nodiscard]] bool Stopping();
  void OpenStore();

  Parts parts_;
  SharedBox<Setup> setup_;
  SharedBox<MarketData> data_;
  std::string path_;
  std::unique_ptr<MarketStore> store_;  // Null: not even memory could be had.
  std::mutex mutex_;                    // Of the two below.
  std::condition_variable wake_;
  bool stop_ = false;
  bool changed_ = false;
  std::thread thread_;
};

}  // namespace antx

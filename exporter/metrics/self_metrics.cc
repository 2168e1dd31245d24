#include "metrics/self_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace antx {
namespace {

const prometheus::Histogram::BucketBoundaries kBuckets = {0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
constexpr std::array<std::string_view, 5> kDropReasons = {"boards", "fans", "sensors", "pools",
                                                          "miners"};

const FamilyInfo& InfoOf(Family family) { return kFamilies.at(static_cast<std::size_t>(family)); }

std::string BoundText(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  const std::string number(text.data(), end);
  // OpenMetrics wants "1.0", not "1"; the same in both formats, or the series would change name.
  return number.find('.') == std::string::npos ? number + ".0" : number;
}

std::vector<Label> LabelsOf(const prometheus::ClientMetric& metric) {
  std::vector<Label> labels;
  for (const auto& label : metric.label) labels.emplace_back(label.name, label.value);
  return labels;
}

void WriteHistogram(const prometheus::ClientMetric& metric, Page& page) {
  auto labels = LabelsOf(metric);
  for (const auto& bucket : metric.histogram.bucket) {
    const bool last = bucket.upper_bound > 1e300;
    const std::string bound = last ? "+Inf" : BoundText(bucket.upper_bound);
    labels.emplace_back("le", bound);
    page.Sample("_bucket", labels, static_cast<double>(bucket.cumulative_count));
    labels.pop_back();
  }
  page.Sample("_sum", labels, metric.histogram.sample_sum);
  page.Sample("_count", labels, static_cast<double>(metric.histogram.sample_count));
}

}  // namespace

struct SelfMetrics::Impl {
  using Labels = prometheus::Labels;

  template <class Builder>
  auto& Register(Family family, Builder builder) {
    const FamilyInfo& info = InfoOf(family);
    return builder.Name(std::string(info.name)).Help(std::string(info.help)).Register(registry);
  }
  prometheus::Family<prometheus::Counter>& Counters(Family family) {
    return Register(family, prometheus::BuildCounter());
  }
  prometheus::Family<prometheus::Gauge>& Gauges(Family family) {
    return Register(family, prometheus::BuildGauge());
  }
  void Set(Family family, const Labels& labels, double value) {
    Gauges(family).Add(labels).Set(value);
  }
  void Count(Family family, const Labels& labels, double by = 1) {
    Counters(family).Add(labels).Increment(by);
  }

  /// Makes the series of a gauge family those of `values`, by their one label (or none), beside
  /// the labels all have. The new ones are there before old ones go: no scrape falls into a gap.
  void Replace(Family family, const std::string& label,
               const std::map<std::string, std::optional<double>>& values,
               const Labels& of_all = {}) {
    auto& gauges = Gauges(family);
    std::set<prometheus::Gauge*> next;
    for (const auto& [text, value] : values) {
      if (!value) continue;
      Labels labels = of_all;
      if (!label.empty()) labels[label] = text;
      auto& gauge = gauges.Add(labels);
      gauge.Set(*value);
      next.insert(&gauge);
    }
    for (prometheus::Gauge* gauge : replaced[family]) {
      if (!next.contains(gauge)) gauges.Remove(gauge);
    }
    replaced[family] = std::move(next);
  }

  /// The tariff: a reload may change its label or end it.
  void Tariff(const ProfitabilityConfig& config) {
    const std::lock_guard lock(money_mutex);
    std::optional<double> fee;
    if (config.enabled) fee = config.pool_fee_percent / 100;
    Replace(Family::kPoolFeeRatio, "", {{"", fee}});
    // By time of use, Market() tells which price is in force.
    if (config.enabled && !config.tariff.periods.empty()) return;
    std::optional<double> price;
    if (config.enabled) price = config.tariff.price;
    Replace(Family::kElectricityPricePerKilowattHour, "currency", {{config.currency, price}});
  }

  /// Absent while nothing waits.
  void OldestPush(std::optional<SystemTime> oldest) {
    const std::lock_guard lock(push_mutex);
    auto& family = Gauges(Family::kExporterPushQueueOldestTimestampSeconds);
    if (oldest) {
      if (push_oldest == nullptr) push_oldest = &family.Add({});
      push_oldest->Set(UnixSeconds(*oldest));
    } else if (push_oldest != nullptr) {
      family.Remove(std::exchange(push_oldest, nullptr));
    }
  }

  prometheus::Registry registry{prometheus::Registry::InsertBehavior::Merge};
  std::mutex money_mutex;  // Of `replaced`.
  std::map<Family, std::set<prometheus::Gauge*>> replaced;
  std::mutex push_mutex;
  prometheus::Gauge* push_oldest = nullptr;
  prometheus::Histogram* poll_duration = nullptr;
  prometheus::Family<prometheus::Histogram>* http_duration = nullptr;
};

SelfMetrics::SelfMetrics() : impl_(std::make_unique<Impl>()) {
  impl_->poll_duration =
      &impl_->Register(Family::kExporterPollDurationSeconds, prometheus::BuildHistogram())
           .Add({}, kBuckets);
  impl_->http_duration =
      &impl_->Register(Family::kExporterHttpRequestDurationSeconds, prometheus::BuildHistogram());
  // Counters start at 0 for every value of their closed sets: increase() sees the first event.
  for (const Reason reason : kExportedReasons) {
    impl_->Counters(Family::kExporterPollErrorsTotal)
        .Add({{"reason", std::string(ReasonName(reason))}});
  }
  for (int i = 0; i < kRepairCount; ++i) {
    impl_->Counters(Family::kExporterParseWarningsTotal)
        .Add({{"kind", std::string(RepairName(static_cast<Repair>(i)))}});
  }
  for (int i = 0; i < kEventKindCount; ++i) {
    impl_->Counters(Family::kExporterEventsTotal)
        .Add({{"kind", std::string(EventKindName(static_cast<EventKind>(i)))}});
  }
  for (const std::string_view reason : kDropReasons) {
    impl_->Counters(Family::kExporterSeriesDroppedTotal).Add({{"reason", std::string(reason)}});
  }
  for (const char* source : {"tcp", "mdns"}) {
    impl_->Counters(Family::kDiscoveryFailuresTotal).Add({{"source", source}});
  }
  for (const Family family :
       {Family::kExporterPollCyclesTotal, Family::kExporterPollCyclesSkippedTotal,
        Family::kDiscoveryAddressesScannedTotal, Family::kExporterDatabaseErrorsTotal,
        Family::kExporterDatabaseRoundsDroppedTotal}) {
    impl_->Counters(family).Add({});
  }
  impl_->Gauges(Family::kExporterReady).Add({});
  impl_->Gauges(Family::kExporterPollsInFlight).Add({});
}

SelfMetrics::~SelfMetrics() = default;

void SelfMetrics::Build(const BuildFacts& facts) {
  impl_->Set(Family::kExporterBuildInfo,
             {{"version", facts.version},
              {"revision", facts.revision},
              {"branch", facts.branch},
              {"compiler", facts.compiler},
              {"build_date", facts.date}},
             1);
}

void SelfMetrics::Configured(const Config& config) {
  const AlertsConfig& alerts = config.alerts;
  impl_->Set(Family::kExporterPollIntervalSeconds, {}, config.polling.interval.count());
  impl_->Set(Family::kExporterMinersLimit, {}, config.metrics.max_miners);
  impl_->Set(Family::kThresholdHardwareErrorRatio, {}, alerts.hardware_error_ratio);
  impl_->Set(Family::kThresholdShareRejectRatio, {}, alerts.share_reject_ratio);
  impl_->Set(Family::kThresholdRestarts, {}, alerts.restarts_per_hour);
  impl_->Set(Family::kThresholdLastShareSeconds, {}, alerts.last_share_seconds);
  impl_->Set(Family::kThresholdBaselineSamples, {}, alerts.rolling_window_samples);
  impl_->Set(Family::kThresholdMarketAgeSeconds, {}, alerts.market_age_seconds);
  impl_->Tariff(config.profitability);
}

void SelfMetrics::Ready(bool ready) { impl_->Set(Family::kExporterReady, {}, ready ? 1 : 0); }

void SelfMetrics::Reloaded(bool good, SystemTime when) {
  impl_->Set(Family::kExporterConfigLastReloadSuccessful, {}, good ? 1 : 0);
  if (good) {
    impl_->Set(Family::kExporterConfigLastReloadSuccessTimestampSeconds, {}, UnixSeconds(when));
  }
}

void SelfMetrics::PollEnded(const PollOutcome& outcome) {
  impl_->poll_duration->Observe(std::chrono::duration<double>(outcome.duration).count());
  const auto count = [this](Reason reason) {
    if (reason == Reason::kCancelled) return;
    impl_->Count(Family::kExporterPollErrorsTotal, {{"reason", std::string(ReasonName(reason))}});
  };
  for (const PollError& error : outcome.command_errors) count(error.reason);
  // Every command answered, yet there is no reading.
  if (outcome.command_errors.empty() && outcome.error) count(outcome.error->reason);
  for (std::size_t i = 0; i < outcome.repairs.size(); ++i) {
    if (outcome.repairs.at(i) == 0) continue;
    impl_->Count(Family::kExporterParseWarningsTotal,
                 {{"kind", std::string(RepairName(static_cast<Repair>(i)))}},
                 outcome.repairs.at(i));
  }
}

void SelfMetrics::PollsInFlight(int count) {
  impl_->Set(Family::kExporterPollsInFlight, {}, count);
}

void SelfMetrics::CycleEnded(std::chrono::nanoseconds duration, SystemTime when, bool skipped) {
  impl_->Set(Family::kExporterPollCycleDurationSeconds, {},
             std::chrono::duration<double>(duration).count());
  impl_->Set(Family::kExporterLastPollCycleTimestampSeconds, {}, UnixSeconds(when));
  impl_->Count(Family::kExporterPollCyclesTotal, {});
  if (skipped) impl_->Count(Family::kExporterPollCyclesSkippedTotal, {});
}

void SelfMetrics::EventSeen(EventKind kind) {
  impl_->Count(Family::kExporterEventsTotal, {{"kind", std::string(EventKindName(kind))}});
}

void SelfMetrics::SeriesDropped(std::string_view reason, std::uint64_t count) {
  if (count == 0) return;
  impl_->Count(Family::kExporterSeriesDroppedTotal, {{"reason", std::string(reason)}},
               static_cast<double>(count));
}

void SelfMetrics::DiscoveryMiners(std::string_view source, int count) {
  impl_->Set(Family::kDiscoveryMiners, {{"source", std::string(source)}}, count);
}

void SelfMetrics::AddressesScanned(std::uint64_t count) {
  impl_->Count(Family::kDiscoveryAddressesScannedTotal, {}, static_cast<double>(count));
}

void SelfMetrics::SweepEnded(std::chrono::nanoseconds duration) {
  impl_->Set(Family::kDiscoverySweepDurationSeconds, {},
             std::chrono::duration<double>(duration).count());
}

void SelfMetrics::DiscoverySucceeded(std::string_view source, SystemTime when) {
  impl_->Set(Family::kDiscoveryLastSuccessTimestampSeconds, {{"source", std::string(source)}},
             UnixSeconds(when));
}

void SelfMetrics::DiscoveryFailed(std::string_view source) {
  impl_->Count(Family::kDiscoveryFailuresTotal, {{"source", std::string(source)}});
}

void SelfMetrics::DatabaseSize(std::string_view file, double bytes) {
  impl_->Set(Family::kExporterDatabaseSizeBytes, {{"file", std::string(file)}}, bytes);
}

void SelfMetrics::DatabaseWritten(std::string_view table, std::uint64_t rows, SystemTime when) {
  impl_->Count(Family::kExporterDatabaseRowsWrittenTotal, {{"table", std::string(table)}},
               static_cast<double>(rows));
  impl_->Set(Family::kExporterDatabaseLastWriteTimestampSeconds, {}, UnixSeconds(when));
}

void SelfMetrics::DatabaseUp(bool up) { impl_->Set(Family::kExporterDatabaseUp, {}, up ? 1 : 0); }

void SelfMetrics::DatabaseRoundsDropped(std::uint64_t rounds) {
  impl_->Count(Family::kExporterDatabaseRoundsDroppedTotal, {}, static_cast<double>(rounds));
}

void SelfMetrics::DatabaseForecast(double bytes) {
  impl_->Set(Family::kExporterDatabaseForecastBytes, {}, bytes);
}

void SelfMetrics::DatabaseFailed() { impl_->Count(Family::kExporterDatabaseErrorsTotal, {}); }

void SelfMetrics::HttpRequest(std::string_view handler, int code,
                              std::chrono::nanoseconds duration) {
  const std::string name(handler);
  impl_->Count(Family::kExporterHttpRequestsTotal,
               {{"handler", name}, {"code", std::to_string(code)}});
  impl_->http_duration->Add({{"handler", name}}, kBuckets)
      .Observe(std::chrono::duration<double>(duration).count());
}

void SelfMetrics::PushEnabled(std::span<const std::string_view> failures,
                              std::span<const std::string_view> drops) {
  impl_->Counters(Family::kExporterPushRecordsSentTotal).Add({});
  for (const std::string_view reason : failures) {
    impl_->Counters(Family::kExporterPushRequestFailuresTotal)
        .Add({{"reason", std::string(reason)}});
  }
  for (const std::string_view reason : drops) {
    impl_->Counters(Family::kExporterPushRecordsDroppedTotal)
        .Add({{"reason", std::string(reason)}});
  }
}

void SelfMetrics::PushSent(std::size_t records, SystemTime when) {
  impl_->Count(Family::kExporterPushRecordsSentTotal, {}, static_cast<double>(records));
  impl_->Set(Family::kExporterPushLastSuccessTimestampSeconds, {}, UnixSeconds(when));
}

void SelfMetrics::PushFailed(std::string_view reason) {
  impl_->Count(Family::kExporterPushRequestFailuresTotal, {{"reason", std::string(reason)}});
}

void SelfMetrics::PushDropped(std::string_view reason, std::size_t records) {
  impl_->Count(Family::kExporterPushRecordsDroppedTotal, {{"reason", std::string(reason)}},
               static_cast<double>(records));
}

void SelfMetrics::SilencesEnabled(std::span<const std::string_view> results) {
  for (const std::string_view result : results) {
    impl_->Counters(Family::kControlSilencesTotal).Add({{"result", std::string(result)}});
  }
}

void SelfMetrics::SilenceTold(std::string_view result) {
  impl_->Count(Family::kControlSilencesTotal, {{"result", std::string(result)}});
}

void SelfMetrics::PushQueue(std::size_t records, std::optional<SystemTime> oldest) {
  impl_->Set(Family::kExporterPushQueueRecords, {}, static_cast<double>(records));
  impl_->OldestPush(oldest);
}

void SelfMetrics::ControlEnabled(std::span<const std::string_view> verbs,
                                 std::span<const std::string_view> results) {
  auto& commands = impl_->Counters(Family::kControlCommandsTotal);
  for (const std::string_view verb : verbs) {
    for (const std::string_view result : results) {
      commands.Add({{"verb", std::string(verb)}, {"result", std::string(result)}});
    }
  }
}

void SelfMetrics::CommandEnded(std::string_view verb, std::string_view result) {
  impl_->Count(Family::kControlCommandsTotal,
               {{"verb", std::string(verb)}, {"result", std::string(result)}});
}

void SelfMetrics::CommandsInFlight(std::size_t commands) {
  impl_->Set(Family::kControlInFlight, {}, static_cast<double>(commands));
}

void SelfMetrics::ControlStopped(bool stopped) {
  impl_->Set(Family::kControlStopped, {}, stopped ? 1 : 0);
}

void SelfMetrics::Market(const MarketGauges& now) {
  const std::lock_guard lock(impl_->money_mutex);
  impl_->Replace(Family::kMarketBitcoinPrice, "currency", {{now.currency, now.bitcoin_price}});
  impl_->Replace(Family::kMarketNetworkDifficulty, "", {{"", now.network_difficulty}});
  impl_->Replace(Family::kMarketBlockSubsidyBitcoins, "", {{"", now.block_subsidy}});
  impl_->Replace(Family::kMarketBlockFeesBitcoins, "", {{"", now.block_fees}});
  std::map<std::string, std::optional<double>> times;
  for (const auto& [source, time] : now.last_success) times[source] = UnixSeconds(time);
  impl_->Replace(Family::kMarketLastSuccessTimestampSeconds, "source", times);
  impl_->Replace(Family::kElectricityPricePerKilowattHour, "currency",
                 {{now.currency, now.electricity_price}});
  impl_->Replace(Family::kSiteElectricityPricePerKilowattHour, "site",
                 {now.site_prices.begin(), now.site_prices.end()}, {{"currency", now.currency}});
}

void SelfMetrics::Write(const ExpositionRequest& request, Page& page) const {
  if (!request.Wants("exporter")) return;
  auto collected = impl_->registry.Collect();
  for (auto& family : collected) {  // The library keeps them by hash.
    std::sort(family.metric.begin(), family.metric.end(),
              [](const auto& a, const auto& b) { return a.label < b.label; });
  }
  std::map<std::string_view, const prometheus::MetricFamily*> by_name;
  for (const auto& family : collected) by_name[family.name] = &family;
  for (std::size_t i = 0; i < kFamilies.size(); ++i) {  // In the order of the contract.
    const auto found = by_name.find(kFamilies.at(i).name);
    if (found == by_name.end()) continue;
    page.Begin(static_cast<Family>(i));
    for (const auto& metric : found->second->metric) {
      if (found->second->type == prometheus::MetricType::Histogram) {
        WriteHistogram(metric, page);
        continue;
      }
      const bool counter = found->second->type == prometheus::MetricType::Counter;
      page.Sample("", LabelsOf(metric), counter ? metric.counter.value : metric.gauge.value);
    }
  }
}

}  // namespace antx

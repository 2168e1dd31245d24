#include "api/pages/miner_query.h"

#include <algorithm>
#include <optional>

#include "util/text.h"

namespace antx::pages {
namespace {

constexpr std::size_t kMostSearchBytes = 200;

bool KnownState(std::string_view word) {
  if (word.empty() || word == "waiting" || word == "attention" || word == "stale") return true;
  for (int i = 0; i < kMinerStateCount; ++i) {
    if (word == MinerStateName(static_cast<MinerState>(i))) return true;
  }
  return false;
}

std::string StateList() {
  std::string list = "attention, stale, waiting";
  for (int i = 0; i < kMinerStateCount; ++i) {
    list += ", " + std::string(MinerStateName(static_cast<MinerState>(i)));
  }
  return list;
}

std::string ReadWords(const Query& query, MinerListQuery& asked) {
  const std::vector<std::pair<std::string_view, std::string*>> words = {
      {"q", &asked.search},          {"state", &asked.state}, {"model", &asked.model},
      {"firmware", &asked.firmware}, {"site", &asked.site},
  };
  for (const auto& [name, target] : words) {
    *target = query.Get(name).value_or("");
    if (target->size() > kMostSearchBytes) {
      return std::string(name) + ": has " + std::to_string(target->size()) + " bytes, at most " +
             std::to_string(kMostSearchBytes);
    }
  }
  if (!KnownState(asked.state)) {
    return "state: \"" + asked.state + "\" is none of " + StateList();
  }
  return "";
}

std::string ReadOrder(const Query& query, MinerListQuery& asked) {
  asked.sort = query.Get("sort").value_or("state");
  const auto& keys = SortKeys();
  const auto key = std::find_if(keys.begin(), keys.end(),
                                [&](const SortKey& k) { return k.name == asked.sort; });
  if (key == keys.end()) {
    std::string error = "sort: \"" + asked.sort + "\" is none of";
    for (const SortKey& known : keys) error += ' ' + std::string(known.name);
    return error;
  }
  const std::string order =
      query.Get("order").value_or(key->number || asked.sort == "state" ? "desc" : "asc");
  if (order != "asc" && order != "desc") return "order: \"" + order + "\" is neither asc nor desc";
  asked.descending = order == "desc";
  return "";
}

bool Fits(const MinerListRow& row, const MinerListQuery& query) {
  const MinerView& miner = *row.miner;
  if (!query.model.empty() && miner.identity.model != query.model) return false;
  if (!query.firmware.empty() && miner.identity.firmware != query.firmware) return false;
  if (!query.site.empty() && miner.facts.labels.site != query.site) return false;
  if (query.state == "attention") return row.verdict.weight >= Weight::kWarning;
  if (query.state == "stale") return !IsFresh(miner);
  return query.state.empty() || query.state == StateWord(miner);
}

bool Holds(const MinerView& miner, std::string_view word) {
  const Identity& identity = miner.identity;
  const MinerLabels& labels = miner.facts.labels;
  for (const std::string* text : {&miner.facts.id, &identity.model, &identity.firmware,
                                  &identity.firmware_version, &identity.mac, &identity.hostname,
                                  &identity.serial, &labels.name, &labels.site, &labels.rack}) {
    if (ContainsNoCase(*text, word)) return true;
  }
  if (ContainsNoCase(miner.facts.address.ToString(), word)) return true;
  if (ContainsNoCase(StateWord(miner), word)) return true;
  if (!miner.reading) return false;
  return std::any_of(miner.reading->pools.begin(), miner.reading->pools.end(),
                     [&](const PoolReading& pool) {
                       return ContainsNoCase(pool.host, word) || ContainsNoCase(pool.user, word);
                     });
}

std::optional<double> NumberOf(const MinerView& miner, std::string_view sort) {
  if (sort == "hashrate") {
    return miner.reading ? miner.reading->hashrate_hashes_per_second : std::nullopt;
  }
  if (sort == "ratio") return RateRatio(miner);
  if (sort == "power") {
    return IsFresh(miner) && miner.power ? std::optional(miner.power->watts) : std::nullopt;
  }
  if (sort == "efficiency") return JoulesPerTerahash(miner);
  if (sort == "temperature") {
    return miner.reading ? miner.reading->HottestChipCelsius() : std::nullopt;
  }
  if (sort == "fan") return SlowestFan(miner);
  if (sort == "seen") {
    return miner.last_success ? std::optional(UnixSeconds(*miner.last_success)) : std::nullopt;
  }
  return std::nullopt;
}

struct Keyed {
  MinerListRow row;
  std::optional<double> number;
  std::string_view text;
};

/// Unknown values stand at the end in both directions.
bool Before(const Keyed& a, const Keyed& b, const MinerListQuery& query) {
  if (query.sort == "model") {
    if (a.text.empty() != b.text.empty()) return b.text.empty();
    if (a.text != b.text) return (a.text < b.text) != query.descending;
  } else if (query.sort != "miner") {
    if (a.number.has_value() != b.number.has_value()) return a.number.has_value();
    if (a.number && *a.number != *b.number) return (*a.number < *b.number) != query.descending;
  }
  const auto& first = a.row.miner->facts.address;
  const auto& second = b.row.miner->facts.address;
  return query.sort == "miner" && query.descending ? second < first : first < second;
}

Keyed KeyOf(MinerListRow row, const MinerListQuery& query) {
  Keyed keyed;
  keyed.text = row.miner->identity.model;
  // Worst first among equals: the lower its share of the expected rate, the worse.
  keyed.number =
      query.sort == "state"
          ? row.verdict.rank + 1 - std::clamp(RateRatio(*row.miner).value_or(0), 0.0, 0.999)
          : NumberOf(*row.miner, query.sort);
  keyed.row = std::move(row);
  return keyed;
}

}  // namespace

const std::vector<SortKey>& SortKeys() {
  static const std::vector<SortKey> kKeys = {
      {"miner", "Miner", false},      {"state", "State", false},
      {"model", "Model", false},      {"hashrate", "Hashrate", true},
      {"ratio", "Of expected", true}, {"power", "Power", true},
      {"efficiency", "J/TH", true},   {"temperature", "Hottest", true},
      {"fan", "Slowest fan", true},   {"seen", "Last answer", true},
  };
  return kKeys;
}

std::string PercentEncoded(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  static constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
  std::string encoded;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
  }
  return encoded;
}

std::string MinerListQuery::Url() const {
  std::string url = "/dashboard/miners";
  char separator = '?';
  const auto add = [&](std::string_view name, const std::string& value) {
    url += separator + std::string(name) + '=' + PercentEncoded(value);
    separator = '&';
  };
  if (!search.empty()) add("q", search);
  if (!state.empty()) add("state", state);
  if (!model.empty()) add("model", model);
  if (!firmware.empty()) add("firmware", firmware);
  if (!site.empty()) add("site", site);
  if (sort != "state" || !descending) {
    add("sort", sort);
    add("order", descending ? "desc" : "asc");
  }
  if (per_page != kDefaultPerPage) add("per_page", std::to_string(per_page));
  if (page != 1) add("page", std::to_string(page));
  return url;
}

Parsed<MinerListQuery> ParseMinerListQuery(const Query& query) {
  MinerListQuery asked;
  std::string error = ReadWords(query, asked);
  if (error.empty()) error = ReadOrder(query, asked);
  if (!error.empty()) return {std::nullopt, error};
  const auto page = IntParameter(query, "page", 1, 1'000'000);
  if (!page.error.empty()) return {std::nullopt, page.error};
  const auto per_page = IntParameter(query, "per_page", 1, kMostPerPage);
  if (!per_page.error.empty()) return {std::nullopt, per_page.error};
  asked.page = static_cast<int>(page.value.value_or(1));
  asked.per_page = static_cast<int>(per_page.value.value_or(kDefaultPerPage));
  return {asked, ""};
}

MinerListAnswer SelectMiners(const Snapshot& snapshot, const MinerListQuery& query) {
  const auto words = SplitList(query.search, " \t");
  std::vector<Keyed> found;
  for (const auto& miner : snapshot.miners) {
    MinerListRow row{miner, Judge(*miner)};
    if (!Fits(row, query)) continue;
    const bool holds = std::all_of(words.begin(), words.end(),
                                   [&](std::string_view word) { return Holds(*miner, word); });
    if (holds) found.push_back(KeyOf(std::move(row), query));
  }
  std::sort(found.begin(), found.end(),
            [&](const Keyed& a, const Keyed& b) { return Before(a, b, query); });
  MinerListAnswer answer;
  answer.found = static_cast<int>(found.size());
  answer.pages = std::max(1, (answer.found + query.per_page - 1) / query.per_page);
  answer.page = std::min(query.page, answer.pages);
  const int first = (answer.page - 1) * query.per_page;
  const int last = std::min(first + query.per_page, answer.found);
  for (int i = first; i < last; ++i) {
    answer.rows.push_back(std::move(found[static_cast<std::size_t>(i)].row));
  }
  return answer;
}

}  // namespace antx::pages

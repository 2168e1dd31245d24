#include "config/draft.h"

#include <algorithm>
#include <utility>

#include "config/load.h"
#include "config/read_file.h"
#include "model/model_name.h"
#include "util/text.h"

namespace antx {
namespace {

constexpr std::size_t kMostSecretBytes = 65536;
constexpr std::size_t kLongestShown = 200;

/// An address as it may be shown: no user, no password, no query.
std::string WithoutLogin(std::string_view url) {
  const auto scheme = url.find("://");
  const auto start = scheme == std::string_view::npos ? 0 : scheme + 3;
  const auto query = std::min(url.find('?'), url.size());
  const auto at = url.rfind('@');
  std::string shown(url.substr(0, query));
  if (at != std::string_view::npos && at >= start) {
    // A password may hold a question mark: whatever stands in front of the last @ is hidden.
    const std::string_view rest = url.substr(at);
    shown = std::string(url.substr(0, start)) + "***" +
            std::string(rest.substr(0, std::min(rest.find('?'), rest.size())));
  }
  return query < url.size() ? shown + "?***" : shown;
}

std::string Shown(const Key& key, std::string_view value) {
  if (key.secret) return "the value";
  const std::string text = key.is_url ? WithoutLogin(value) : std::string(value);
  return '"' + EscapeControl(CutUtf8(text, kLongestShown)) + '"';
}

bool IsPublic(Ipv4 address) {
  static const std::vector<Ipv4Network> kPrivate = {
      {*Ipv4::Parse("10.0.0.0"), 8},     {*Ipv4::Parse("127.0.0.0"), 8},
      {*Ipv4::Parse("172.16.0.0"), 12},  {*Ipv4::Parse("192.168.0.0"), 16},
      {*Ipv4::Parse("100.64.0.0"), 10},  {*Ipv4::Parse("169.254.0.0"), 16},
      {*Ipv4::Parse("192.0.2.0"), 24},   {*Ipv4::Parse("198.51.100.0"), 24},
      {*Ipv4::Parse("203.0.113.0"), 24}, {*Ipv4::Parse("198.18.0.0"), 15}};
  return std::none_of(kPrivate.begin(), kPrivate.end(),
                      [address](const Ipv4Network& net) { return net.Contains(address); });
}

}  // namespace

void Draft::Apply(const Key& key, const std::string& place, std::string_view value) {
  value = Trim(value);
  if (value.empty()) return;
  if (key.set(value, config)) {
    set_.insert(key.path);
    config.secret_files.erase(key.path);
    return;
  }
  std::string hint;
  if (key.path == "alerts.hashrate_drop_ratio" && ParseDouble(value).value_or(0) > 1) {
    hint = " (0.9 = 10 % drop)";
  }
  Fault(place + ": " + Shown(key, value) + " is not allowed; allowed: " + key.allowed + hint);
}

void Draft::ApplySecretFile(const Key& key, const std::string& place, const std::string& path) {
  if (path.empty()) return;
  const auto secret = ReadSecret(place, path);
  if (!secret) return;
  Apply(key, place, *secret);
  config.secret_files[key.path] = path;
}

std::optional<std::string> Draft::ReadSecret(const std::string& place, const std::string& path) {
  const FileText file = ReadTextFile(path, kMostSecretBytes);
  if (!file.text) {
    Fault(place + ": the file " + path + ' ' + file.fault);
    return std::nullopt;
  }
  if (Trim(*file.text).empty()) {
    Fault(place + ": the file " + path + " is empty");
    return std::nullopt;
  }
  if (file.world_readable) {
    Warn(path + " holds a secret and everybody may read it; chmod 600 it");
  }
  return std::string(Trim(*file.text));
}

void Draft::SetEfficiency(const std::string& place, const std::string& model,
                          const std::string& text) {
  const auto value = ParseDouble(text);
  if (!value || *value <= 0 || *value > 500) {
    return Fault(place + ": \"" + std::string(CutUtf8(text, kLongestShown)) +
                 "\" is not allowed; allowed: a number above 0 to 500");
  }
  config.efficiency.models[NormaliseModel(model)] = *value;
}

std::vector<AddressRange> ResolveRangeList(const std::vector<YamlValue>& words, Draft& draft) {
  std::vector<AddressRange> ranges;
  for (const YamlValue& word : words) {
    for (const std::string_view item : SplitList(word.text, ", \t")) {
      const std::string quoted =
          word.place + ": \"" + std::string(CutUtf8(item, kLongestShown)) + "\" is ";
      std::string fault;
      std::string warning;
      const auto range = ParseRange(item, fault, warning);
      if (!warning.empty()) draft.Warn(word.place + ": " + warning);
      if (!range) {
        draft.Fault(quoted + fault);
      } else if (!draft.config.discovery.allow_public &&
                 (IsPublic(range->first) || IsPublic(range->last))) {
        draft.Fault(quoted + "public; allowed: private networks, or set discovery.allow_public");
      } else if (std::find(ranges.begin(), ranges.end(), *range) == ranges.end()) {
        ranges.push_back(*range);
      }
    }
  }
  return ranges;
}

std::uint64_t CountAddresses(std::vector<AddressRange> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const AddressRange& a, const AddressRange& b) { return a.first < b.first; });
  std::uint64_t count = 0;
  std::uint64_t next = 0;  // The first address that is not counted yet.
  for (const AddressRange& range : ranges) {
    const std::uint64_t first = std::max<std::uint64_t>(range.first.value, next);
    if (first > range.last.value) continue;
    next = std::uint64_t{range.last.value} + 1;
    count += next - first;
  }
  return count;
}

}  // namespace antx

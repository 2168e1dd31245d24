#include "util/log_limit.h"

#include <algorithm>
#include <utility>

#include "util/text.h"

namespace antx {
namespace {

constexpr std::size_t kLongestShape = 120;
constexpr std::size_t kMostWindows = 100'000;

}  // namespace

std::string MessageShape(std::string_view message) {
  std::string shape;
  char quote = 0;
  for (const char c : CutUtf8(message, kLongestShape)) {
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"') {
      quote = c;
      shape += '"';
    } else if (c >= '0' && c <= '9') {
      if (shape.empty() || shape.back() != '#') shape += '#';
    } else {
      shape += c;
    }
  }
  return shape;
}

LogLimit::Window& LogLimit::Find(const std::string& key, std::string_view component,
                                 std::string_view miner, SteadyTime now) {
  // More causes than anybody reads share one window.
  const std::string& used = windows_.size() < kMostWindows || windows_.contains(key) ? key : "";
  const auto [found, created] = windows_.try_emplace(used);
  if (created) {
    found->second.component = component;
    found->second.miner = miner;
    ends_.emplace_back(now + kWindow, used);
  }
  return found->second;
}

bool LogLimit::Admit(LogLevel level, std::string_view component, std::string_view miner,
                     std::string_view message, SteadyTime now) {
  const std::string name(component);
  const std::string shape_key = name + '\n' + MessageShape(message);
  const bool about_miner = !miner.empty();
  Window& shape = Find(shape_key, component, "", now);
  const std::size_t most = about_miner ? kLinesPerShape : kLinesPerCause;
  Window* full = shape.lines >= most ? &shape : nullptr;
  if (full == nullptr && about_miner) {
    Window& own = Find(name + '\r' + std::string(miner), component, miner, now);
    if (own.lines >= kLinesPerCause) {
      full = &own;
    } else {
      ++own.lines;
    }
  }
  if (full != nullptr) {
    if (full->held_back++ == 0) full->example = message;
    full->level = std::max(full->level, level);
    return false;
  }
  ++shape.lines;
  return true;
}

std::vector<LogLimit::Summary> LogLimit::TakeEnded(SteadyTime now) {
  std::vector<Summary> summaries;
  while (!ends_.empty() && ends_.front().first <= now) {
    const auto found = windows_.find(ends_.front().second);
    if (found != windows_.end()) {
      Window& window = found->second;
      if (window.held_back > 0) {
        summaries.push_back(
            {window.level, std::move(window.component), std::move(window.miner),
             std::to_string(window.held_back) + " more like this suppressed: " + window.example});
      }
      windows_.erase(found);
    }
    ends_.pop_front();
  }
  return summaries;
}

}  // namespace antx

// What the writers of families share: numbers as labels, lists with a cap.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace antx {

/// Small numbers as label text without the heap.
class NumberLabel {
 public:
  explicit NumberLabel(int number)
      : size_(static_cast<std::size_t>(
            std::to_chars(text_.data(), text_.data() + text_.size(), number).ptr - text_.data())) {}
  operator std::string_view() const { return {text_.data(), size_}; }  // NOLINT: it is a text

 private:
  std::array<char, 12> text_{};
  std::size_t size_;
};

/// Calls `visit` for the first `cap` elements that pass `wanted` and whose `name` did not occur
/// before: a miner that repeats itself must not give one series twice. Returns how many of the
/// wanted ones were left out.
template <class List, class Wanted, class Name, class Visit>
std::uint64_t EachCapped(const List& list, int cap, Wanted wanted, Name name, Visit visit) {
  std::uint64_t dropped = 0;
  int count = 0;
  for (auto element = list.begin(); element != list.end(); ++element) {
    if (!wanted(*element)) continue;
    const bool twice = std::any_of(list.begin(), element, [&](const auto& before) {
      return wanted(before) && name(before) == name(*element);
    });
    if (count == cap || twice) {
      ++dropped;
      continue;
    }
    ++count;
    visit(*element);
  }
  return dropped;
}

}  // namespace antx

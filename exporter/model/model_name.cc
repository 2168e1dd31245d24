#include "model/model_name.h"

#include <array>
#include <cctype>
#include <vector>

#include "util/text.h"

namespace antx {
namespace {

constexpr std::array<std::string_view, 6> kGlued = {"pro",   "xp",        "hyd",
                                                    "hydro", "immersion", "mini"};

bool IsHashrateSuffix(std::string_view word) {
  std::size_t digits = 0;
  while (digits < word.size() &&
         (std::isdigit(static_cast<unsigned char>(word[digits])) != 0 || word[digits] == '.')) {
    ++digits;
  }
  const auto unit = word.substr(digits);
  return digits > 0 && (unit == "t" || unit == "th" || unit == "th/s" || unit == "ths");
}

/// "s19jpro" -> "s19j pro": only behind a letter or digit, and only at the end of the word.
void AppendSplit(std::string_view word, std::vector<std::string>& words) {
  std::string_view tail = word;
  std::string_view plus;
  if (!tail.empty() && tail.back() == '+') {
    plus = "+";
    tail.remove_suffix(1);
  }
  for (const std::string_view suffix : kGlued) {
    if (tail.size() > suffix.size() && tail.ends_with(suffix)) {
      AppendSplit(tail.substr(0, tail.size() - suffix.size()), words);
      words.push_back(std::string(suffix) + std::string(plus));
      return;
    }
  }
  words.emplace_back(word);
}

}  // namespace

std::string NormaliseModel(std::string_view model) {
  std::string lower = ToLower(model.substr(0, model.find('(')));
  for (char& c : lower) {
    if (c == '_' || c == '-' || c == '\n') c = ' ';
  }
  std::vector<std::string> words;
  for (std::string_view word : SplitList(lower, " \t")) {
    if (word == "bitmain" || word == "antminer" || word == "hiveon" || word == "aml") continue;
    if (!words.empty() && IsHashrateSuffix(word)) break;
    while (!word.empty() && word.back() == '.') word.remove_suffix(1);
    if (!word.empty()) AppendSplit(word, words);
  }
  std::string key;
  for (const std::string& word : words) {
    if (!key.empty()) key += ' ';
    key += word == "hydro" ? "hyd" : word;
  }
  return key;
}

}  // namespace antx

#include "golden/page_text.h"

#include <algorithm>
#include <array>
#include <set>

#include "util/text.h"

namespace antx {
namespace {

class Reader {
 public:
  explicit Reader(Format format) : format_(format) {}

  PageText Read(std::string_view text) {
    if (!text.empty() && text.back() != '\n') Fault("the last line has no end", "");
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size() - 1);
      Line(text.substr(0, end));
      text.remove_prefix(end + 1);
    }
    if (format_ == Format::kOpenMetrics && !ended_) Fault("no # EOF", "");
    return std::move(page_);
  }

 private:
  void Fault(const std::string& what, std::string_view line) {
    page_.faults.push_back(what);
    page_.faults.back().append(": ").append(line);
  }

  void Line(std::string_view line) {
    if (ended_) return Fault("text behind # EOF", line);
    if (line == "# EOF" && format_ == Format::kOpenMetrics) {
      ended_ = true;
      return;
    }
    if (ToValidUtf8(line) != line) Fault("no UTF-8", line);
    line.starts_with("# ") ? Header(line.substr(2)) : Sample(line);
  }

  void Header(std::string_view line) {
    const auto first = line.find(' ');
    const auto second = line.find(' ', first + 1);
    if (second == std::string_view::npos) return Fault("a header has three parts", line);
    const std::string_view kind = line.substr(0, first);
    const std::string name(line.substr(first + 1, second - first - 1));
    const std::string_view rest = line.substr(second + 1);
    const bool opens = kind == (format_ == Format::kText ? "HELP" : "TYPE");
    if (opens) {
      if (!families_.insert(name).second) Fault("a second block of the family", line);
      page_.families.push_back({name, "", "", {}});
    }
    if (page_.families.empty() || page_.families.back().name != name) {
      return Fault("a header of another family", line);
    }
    if (!page_.families.back().samples.empty()) Fault("a header behind samples", line);
    if (kind == "TYPE") {
      page_.families.back().type = rest;
    } else if (kind == "UNIT") {
      page_.families.back().unit = rest;
      if (!name.ends_with(rest)) Fault("the name lacks its unit", line);
    } else if (kind != "HELP") {
      Fault("an unknown header", line);
    }
  }

  void Sample(std::string_view line) {
    PageSample sample;
    const auto name_end = std::min(line.find_first_of("{ "), line.size());
    sample.name = line.substr(0, name_end);
    std::size_t at = name_end;
    if (at < line.size() && line[at] == '{') at = Labels(line, at + 1, sample);
    if (at >= line.size() || line[at] != ' ') return Fault("no value", line);
    sample.value = line.substr(at + 1);
    if (sample.value != "+Inf" && !ParseDouble(sample.value)) Fault("no number", line);
    if (page_.families.empty() || !Belongs(page_.families.back(), sample.name)) {
      return Fault("a sample outside its family", line);
    }
    auto sorted = sample.labels;
    std::sort(sorted.begin(), sorted.end());
    std::string series = sample.name;
    for (const auto& [label, value] : sorted) {
      series.append("\n").append(label).append("\n").append(value);
    }
    if (!series_.insert(series).second) Fault("a series twice", line);
    page_.families.back().samples.push_back(std::move(sample));
  }

  /// Returns the place behind the closing brace.
  std::size_t Labels(std::string_view line, std::size_t at, PageSample& sample) {
    while (at < line.size() && line[at] != '}') {
      const auto equals = line.find("=\"", at);
      if (equals == std::string_view::npos) return line.size();
      std::string value;
      const std::string name(line.substr(at, equals - at));
      for (at = equals + 2; at < line.size() && line[at] != '"'; ++at) {
        char c = line[at];
        if (c == '\\') {
          ++at;
          c = at < line.size() ? line[at] : '\0';
          if (c != '\\' && c != '"' && c != 'n') Fault("an unknown escape", line);
          if (c == 'n') c = '\n';
        }
        value += c;
      }
      if (value.size() > 128) Fault("a label value above 128 bytes", line);
      sample.labels.emplace_back(name, value);
      ++at;
      if (at < line.size() && line[at] == ',') ++at;
    }
    return at + 1;
  }

  [[nodiscard]] bool Belongs(const PageFamily& family, const std::string& name) const {
    const bool open = format_ == Format::kOpenMetrics;
    if (family.type == "counter") return name == (open ? family.name + "_total" : family.name);
    if (family.type == "info") return open && name == family.name + "_info";
    if (family.type == "histogram") {
      constexpr std::array kParts = {"_bucket", "_sum", "_count"};
      return std::any_of(kParts.begin(), kParts.end(),
                         [&](const char* part) { return name == family.name + part; });
    }
    return family.type == "gauge" && name == family.name;
  }

  Format format_;
  PageText page_;
  std::set<std::string> families_;
  std::set<std::string> series_;
  bool ended_ = false;
};

}  // namespace

std::string PageSample::LabelValue(std::string_view label) const {
  for (const auto& [key, text] : labels) {
    if (key == label) return text;
  }
  return "";
}

std::vector<PageSample> PageText::Named(std::string_view name) const {
  std::vector<PageSample> found;
  for (const PageFamily& family : families) {
    for (const PageSample& sample : family.samples) {
      if (sample.name == name) found.push_back(sample);
    }
  }
  return found;
}

std::string PageText::Value(std::string_view name, std::string_view label,
                            std::string_view label_value) const {
  for (const PageSample& sample : Named(name)) {
    if (label.empty() || sample.LabelValue(label) == label_value) return sample.value;
  }
  return "";
}

std::size_t PageText::Series() const {
  std::size_t count = 0;
  for (const PageFamily& family : families) count += family.samples.size();
  return count;
}

PageText ReadPage(std::string_view text, Format format) { return Reader(format).Read(text); }

}  // namespace antx

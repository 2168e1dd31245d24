#include "antminer/tolerant_json.h"

#include <array>
#include <boost/json/parser.hpp>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "util/text.h"

namespace antx {
namespace {

namespace json = boost::json;

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool IsWordChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '-' || c == '.';
}

/// Copies the first complete value and mends what is broken on the way.
class Repairer {
 public:
  Repairer(std::string_view body, int max_depth, RepairCounts& repairs)
      : body_(body), max_depth_(max_depth), repairs_(repairs) {}

  Result<std::string> Run() {
    while (at_ < body_.size() && !done_) {
      const char c = body_[at_];
      if (IsBlank(c) || c == '\0') {
        ++at_;
      } else if (auto fault = Token(c)) {
        return *std::move(fault);
      }
    }
    if (!done_) return PollError{Reason::kParse, "the reply is cut short"};
    if (body_.find_first_not_of(std::string_view(" \t\r\n\0", 5), at_) != std::string_view::npos) {
      Count(Repair::kTrailingText);
    }
    return std::move(out_);
  }

 private:
  void Count(Repair repair) { ++repairs_.at(static_cast<std::size_t>(repair)); }

  std::optional<PollError> Token(char c) {
    if (depth_ == 0 && c != '{' && c != '[') {
      return PollError{Reason::kParse, "the reply is no JSON"};
    }
    switch (c) {
      case '{':
      case '[':
        return Open(c);
      case '}':
      case ']':
        Close(c);
        return std::nullopt;
      case ',':
        Comma();
        return std::nullopt;
      case '"':
        FlushComma();
        String();
        return std::nullopt;
      case ':':
        Put(c);
        return std::nullopt;
      default:
        FlushComma();
        return Word();
    }
  }

  void Put(char c) {
    out_ += c;
    last_ = c;
    ++at_;
  }

  std::optional<PollError> Open(char c) {
    if (last_ == '}' && c == '{' && !comma_) {
      Count(Repair::kMissingComma);
      out_ += ',';
    }
    FlushComma();
    if (++depth_ > max_depth_) {
      return PollError{Reason::kParse, "nested deeper than " + std::to_string(max_depth_)};
    }
    Put(c);
    return std::nullopt;
  }

  void Close(char c) {
    if (comma_) {
      Count(Repair::kExtraComma);
      comma_ = false;
    }
    Put(c);
    done_ = --depth_ == 0;
  }

  void Comma() {
    const bool extra = comma_ || last_ == '[' || last_ == '{';
    if (extra) {
      Count(Repair::kExtraComma);
    } else {
      comma_ = true;
    }
    ++at_;
  }

  void FlushComma() {
    if (comma_) out_ += ',';
    comma_ = false;
  }

  void String() {
    Put('"');
    while (at_ < body_.size()) {
      const char c = body_[at_];
      if (c == '\\' && at_ + 1 < body_.size()) {
        out_ += c;
        out_ += body_[at_ + 1];
        at_ += 2;
      } else if (static_cast<unsigned char>(c) < 0x20) {
        std::array<char, 8> code{};
        std::snprintf(code.data(), code.size(), "\\u%04x",
                      static_cast<unsigned>(static_cast<unsigned char>(c)));
        out_ += code.data();
        Count(Repair::kControlChar);
        ++at_;
      } else {
        Put(c);
        if (c == '"') return;
      }
    }
  }

  std::optional<PollError> Word() {
    std::size_t end = at_;
    while (end < body_.size() && IsWordChar(body_[end])) ++end;
    if (end == at_) return PollError{Reason::kParse, "unexpected byte in the reply"};
    std::string_view word = body_.substr(at_, end - at_);
    std::string_view bare = word;
    if (bare.front() == '-' || bare.front() == '+') bare.remove_prefix(1);
    if (EqualsNoCase(bare, "nan") || EqualsNoCase(bare, "inf") || EqualsNoCase(bare, "infinity")) {
      Count(Repair::kBadNumber);
      word = "null";
    }
    out_.append(word);
    last_ = 'w';
    at_ = end;
    return std::nullopt;
  }

  std::string_view body_;
  int max_depth_;
  RepairCounts& repairs_;
  std::string out_;
  std::size_t at_ = 0;
  int depth_ = 0;
  char last_ = '\0';
  bool comma_ = false;
  bool done_ = false;
};

boost::system::error_code StrictParse(std::string_view body, int max_depth,
                                      const json::storage_ptr& storage, json::value& value) {
  json::parse_options options;
  options.max_depth = static_cast<std::size_t>(max_depth);
  std::array<unsigned char, 2048> scratch;
  json::parser parser(storage, options, scratch.data(), scratch.size());
  boost::system::error_code error;
  parser.write(body, error);
  if (!error) value = parser.release();
  return error;
}

}  // namespace

Result<json::value> ParseTolerant(std::string_view body, int max_depth,
                                  const json::storage_ptr& storage, RepairCounts& repairs) {
  json::value value(storage);
  const auto strict = StrictParse(body, max_depth, storage, value);
  if (!strict) return value;
  if (strict == json::error::too_deep) {
    return PollError{Reason::kParse, "nested deeper than " + std::to_string(max_depth)};
  }
  RepairCounts found{};
  std::string utf8 = ToValidUtf8(body);
  if (utf8 != body) ++found.at(static_cast<std::size_t>(Repair::kBadUtf8));
  auto repaired = Repairer(utf8, max_depth, found).Run();
  if (repaired.has_error()) return repaired.error();
  const auto error = StrictParse(*repaired, max_depth, storage, value);
  if (error) return PollError{Reason::kParse, error.message()};
  for (std::size_t i = 0; i < repairs.size(); ++i) repairs.at(i) += found.at(i);
  return value;
}

}  // namespace antx

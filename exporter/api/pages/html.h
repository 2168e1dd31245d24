// Builds the HTML of the pages. Literals of the source are markup; every other text is escaped
// on its way in, so that nothing a miner says can become markup.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

namespace antx::pages {

class Html {
 public:
  Html() = default;

  /// Markup: a literal of the source.
  template <std::size_t size>
  Html& operator<<(const char (&literal)[size]) {
    text_.append(literal, size - 1);
    return *this;
  }
  /// A buffer is no literal.
  template <std::size_t size>
  Html& operator<<(char (&buffer)[size]) = delete;

  /// Text, for between tags and inside attributes in double quotes; gets escaped. There is no
  /// overload for const char*: it would win over the one for literals.
  Html& operator<<(std::string_view text);
  Html& operator<<(char c) { return *this << std::string_view(&c, 1); }

  /// A whole number.
  template <class Number>
  requires(std::is_integral_v<Number> && !std::is_same_v<Number, bool> &&
           !std::is_same_v<Number, char>) Html&
  operator<<(Number number) {
    text_ += std::to_string(number);
    return *this;
  }
  /// Finished markup.
  Html& operator<<(const Html& part) {
    text_ += part.text_;
    return *this;
  }

  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] const std::string& str() const& { return text_; }
  [[nodiscard]] std::string str() && { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace antx::pages

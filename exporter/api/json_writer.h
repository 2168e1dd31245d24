// Writes one JSON text front to back into a string. Numbers in their shortest form; what is not
// finite, like what is absent, becomes null.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "util/clock.h"

namespace antx {

/// One text, one thread. The caller closes what it opened.
class JsonWriter {
 public:
  JsonWriter& BeginObject() { return Open('{'); }
  JsonWriter& EndObject() { return Shut('}'); }
  JsonWriter& BeginList() { return Open('['); }
  JsonWriter& EndList() { return Shut(']'); }
  JsonWriter& Key(std::string_view name);

  /// Text, bool, number, date, or an optional of these.
  template <class T>
  JsonWriter& Value(const T& value) {
    if constexpr (std::is_same_v<T, std::nullptr_t>) {
      return Raw("null");
    } else if constexpr (std::is_same_v<T, bool>) {
      return Raw(value ? "true" : "false");
    } else if constexpr (std::is_integral_v<T>) {
      return Raw(std::to_string(value));
    } else if constexpr (std::is_floating_point_v<T>) {
      return Number(static_cast<double>(value));
    } else if constexpr (std::is_same_v<T, SystemTime>) {
      return Text(FormatUtc(value));
    } else {
      return Text(value);
    }
  }
  template <class T>
  JsonWriter& Value(const std::optional<T>& value) {
    return value ? Value(*value) : Raw("null");
  }
  /// Key and value.
  template <class T>
  JsonWriter& Field(std::string_view name, const T& value) {
    Key(name);
    return Value(value);
  }
  /// A value that is JSON already.
  JsonWriter& Raw(std::string_view json);

  [[nodiscard]] std::size_t size() const { return text_.size(); }
  /// The text with a line end.
  [[nodiscard]] std::string Take();

 private:
  JsonWriter& Open(char bracket);
  JsonWriter& Shut(char bracket);
  JsonWriter& Number(double value);
  JsonWriter& Text(std::string_view text);
  void Separate();

  std::string text_;
  bool first_ = true;  ///< Nothing stands before in this object or list.
};

}  // namespace antx

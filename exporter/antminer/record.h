// Typed access to one JSON object of a reply. Knows how miners write numbers
// (PROTOCOL.md, "Numbers"); counts what it has to drop and notes what it takes.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antminer/decode.h"
#include "model/poll.h"

namespace antx {

/// Where a Record writes its counts and notes; lives as long as one Decode.
struct DecodeLog {
  RepairCounts repairs{};
  std::vector<DecodeNote>* notes = nullptr;
  void Count(Repair repair) { ++repairs.at(static_cast<std::size_t>(repair)); }
};

/// A number, also as text ("4466.53") or with a unit behind it ("456.78 (AB)", "1600M").
/// Absent: "", "-", "O", nan, infinite, beyond +-1e100, null, any other type. Any unit times a
/// number of it is finite.
[[nodiscard]] std::optional<double> NumberIn(const boost::json::value& value, DecodeLog& log);

/// A view of one object; cheap to copy, lives as long as the parsed reply.
class Record {
 public:
  Record(const boost::json::object* object, std::string_view command, DecodeLog& log)
      : object_(object), command_(command), log_(&log) {}

  [[nodiscard]] bool Has(std::string_view key) const { return object_->contains(key); }
  [[nodiscard]] const boost::json::value* Find(std::string_view key) const {
    return object_->if_contains(key);
  }

  /// The number under a key, as NumberIn() takes it.
  [[nodiscard]] std::optional<double> Number(std::string_view key) const;
  /// Number x factor into `out`, with a note; returns whether there was one.
  bool Take(std::string_view key, double factor, std::optional<double>& out,
            std::string_view target) const;
  /// The same for a counter: negative values are dropped and counted.
  bool TakeCounter(std::string_view key, double factor, std::optional<double>& out,
                   std::string_view target) const;
  /// The same for a nominal figure, where 0 stands for "not told".
  bool TakePositive(std::string_view key, double factor, std::optional<double>& out,
                    std::string_view target) const;
  /// Text, trimmed; numbers and booleans as their text; "" when absent.
  [[nodiscard]] std::string Text(std::string_view key) const;
  [[nodiscard]] bool IsTrue(std::string_view key) const;
  void Note(std::string_view key, std::string_view target) const;
  [[nodiscard]] DecodeLog& log() const { return *log_; }
  [[nodiscard]] const boost::json::object& object() const { return *object_; }
  [[nodiscard]] std::string_view command() const { return command_; }

 private:
  const boost::json::object* object_;
  std::string_view command_;
  DecodeLog* log_;
};

/// The number at the start of a text; nothing when it does not start with one.
[[nodiscard]] std::optional<double> LeadingNumber(std::string_view text);

/// A number of a reply in the unit of the model. What a miner says in decimals is a whole number of
/// the small unit and stays one: 66473.73 GH/s are 66473730000000 H/s, not 66473729999999.99.
[[nodiscard]] double Scaled(double value, double factor);

/// A number of a reply as int; absurd values end at the bounds of +-1e9.
[[nodiscard]] int ToInt(double value);

/// "65.5K", "1.05M", "524288", "2G" as a plain number; nothing for "".
[[nodiscard]] std::optional<double> DifficultyNumber(std::string_view text);

/// Key with a number behind it ("chain_acn" + 6), without touching the heap for long.
class IndexedKey {
 public:
  IndexedKey(std::string_view prefix, int index, std::string_view suffix = "");
  operator std::string_view() const { return {text_, size_}; }  // NOLINT: a key is a text

 private:
  char text_[48];
  std::size_t size_;
};

}  // namespace antx

// Bodies of requests that command miners. Every fault names its field; a field that is not known
// is a fault too: a limit with a misspelt name must not be left out in silence.
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http_types.h"
#include "model/control.h"

namespace antx {

/// A JSON object, read field by field; the first fault stays. Fields that are absent or null give
/// nothing.
class JsonBody {
 public:
  /// An empty text is an object without fields.
  explicit JsonBody(std::string_view text);

  /// Plain text: no control characters, at most `most` bytes.
  [[nodiscard]] std::optional<std::string> Text(const std::string& name, std::size_t most);
  /// As Text, but absent, null and (unless `empty`) "" are faults.
  [[nodiscard]] std::string Needed(const std::string& name, std::size_t most, bool empty = false);
  [[nodiscard]] std::optional<double> Number(const std::string& name);
  [[nodiscard]] std::optional<int> Integer(const std::string& name);
  [[nodiscard]] std::optional<bool> Flag(const std::string& name);
  [[nodiscard]] std::vector<std::string> Texts(const std::string& name, std::size_t most);
  /// An object in a field; faults in it name it: "limits.canary".
  [[nodiscard]] std::optional<JsonBody> Object(const std::string& name);
  /// A list of objects.
  [[nodiscard]] std::vector<JsonBody> Objects(const std::string& name, std::size_t most);
  [[nodiscard]] bool Has(const std::string& name) const { return object_.contains(name); }

  /// Takes over what is wrong with a part, unless something was wrong before; fields of the part
  /// that nobody read are a fault.
  void Take(const JsonBody& part);
  void Fail(const std::string& name, const std::string& what);
  /// "<field>: <what>"; "" when all is good and every field was read.
  [[nodiscard]] std::string Fault() const;

 private:
  JsonBody(boost::json::object object, std::string prefix)
      : object_(std::move(object)), prefix_(std::move(prefix)) {}
  const boost::json::value* Find(const std::string& name);

  boost::json::object object_;
  std::string prefix_;
  std::string fault_;
  std::map<std::string, bool, std::less<>> read_;
};

/// What is wrong with the address of a pool, or "": scheme, host, port.
[[nodiscard]] std::string PoolUrlFault(std::string_view url);

/// The fields of one verb: on, mode, or url, username, password or pools.
[[nodiscard]] Command ReadCommand(Verb verb, JsonBody& body);
/// miners or filter.
[[nodiscard]] MinerSelection ReadSelection(JsonBody& body);
[[nodiscard]] LimitsAsked ReadLimits(JsonBody& body);

/// Who asks, and why (field `reason`); a fault of the header Idempotency-Key goes into `body`.
[[nodiscard]] ControlCaller CallerOf(const HttpRequest& request, JsonBody& body);

}  // namespace antx

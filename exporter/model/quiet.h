// Silences for what the exporter does on purpose. `control` implements it on an Alertmanager.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace antx {

/// Thread safe; no call waits for anything, and none fails: who gives a command to a miner does
/// not depend on whether its alerts are silenced.
class Quiet {
 public:
  virtual ~Quiet() = default;
  /// Silences the alerts of these miners (ids) until End, at most `longest`. `key` names the
  /// cause and survives a restart of the exporter: the same key again takes over what is open
  /// under it, with the new miners and the new end. No miners: nothing is silenced.
  virtual void Begin(std::string key, std::vector<std::string> miners, std::chrono::seconds longest,
                     std::string comment) = 0;
  /// Ends what Begin opened; a key that is not known is no error.
  virtual void End(const std::string& key) = 0;
};

}  // namespace antx

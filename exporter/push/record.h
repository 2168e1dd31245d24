// The JSON record of one miner, as receivers of the older pusher expect it: values with their
// unit as text, unknown keys left out. Added to it: `collected_at` and values as plain numbers.
// Pure: no clock, no socket.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/snapshot.h"

namespace antx {

/// One JSON object. A miner whose last poll failed gives `{"ip":..,"online":false,..}`.
/// `collected_at` is the start of the poll, else `taken` (when the snapshot was made).
[[nodiscard]] std::string PushRecord(const MinerView& miner, SystemTime taken);

/// `{"results":[...]}` around records.
[[nodiscard]] std::string PushBody(const std::vector<std::string>& records);

/// "110.57 TH/s", "9.50 GH/s", "420.00 kSol/s": SHA-256 in TH/s, Equihash in kSol/s, others in
/// GH/s, or in kH/s where GH/s would show nothing. `rate` in hashes (solutions) per second.
[[nodiscard]] std::string RateText(double rate, std::string_view algorithm);

}  // namespace antx

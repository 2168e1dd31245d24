// Which firmware family and which model a set of replies comes from.
// Facts: PROTOCOL.md, "Families". Pure.
#pragma once

#include "antminer/replies.h"
#include "model/reading.h"

namespace antx {

struct Identification {
  Identity identity;
  bool is_miner = false;  ///< A mining device of this product's kind; never a Whatsminer or Avalon.
};

/// New facts from the replies, on top of what was `known`.
[[nodiscard]] Identification Identify(const Replies& replies, const Identity& known);

/// Canonical model of a Type text: "Antminer S19JPRO Hiveon" gives "Antminer S19j Pro".
[[nodiscard]] std::string CanonicalModel(std::string_view type);

/// Algorithm of a canonical model, from the model table or what is known of the family.
[[nodiscard]] std::string AlgorithmOf(const std::string& model, std::string_view family);

/// Drops what names one device (serial, host name) when `mac` is that of another one.
void ForgetOtherDevice(const std::string& mac, Identity& identity);

/// Lower case with colons; "" for anything that is no MAC address.
[[nodiscard]] std::string ParseMac(std::string_view text);

}  // namespace antx

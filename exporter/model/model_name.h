// Model names in every spelling, brought to one key.
#pragma once

#include <string>
#include <string_view>

namespace antx {

/// Normalised model name, the key of EFF_* settings and of the model table: lower case,
/// without "bitmain"/"antminer", cut at "(" or at a hashrate suffix ("110T", "95Th"),
/// glued suffixes separated ("s19jpro" gives "s19j pro"), `+` kept, one blank between words.
/// "Antminer S19 Pro (Vnish 1.2.0)" and "S19PRO 110T" both give "s19 pro".
[[nodiscard]] std::string NormaliseModel(std::string_view model);

}  // namespace antx

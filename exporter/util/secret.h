// Hiding secrets in texts for people.
#pragma once

#include <string>
#include <string_view>

namespace antx {

/// Puts *** in the place of `secret`. One shorter than 8 characters only where no letter or digit
/// touches it: the password "root" does not make "buildroot" unreadable.
void HideSecret(std::string_view secret, std::string& text);

}  // namespace antx

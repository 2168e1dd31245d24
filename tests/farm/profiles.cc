#include "farm/profiles.h"

#include <array>

namespace antx::farm {
namespace {

constexpr std::array kProfiles = {
    Profile{"s19pro", "Antminer S19 Pro", Dialect::kX19, 110000, 1e9, 3, 1, 114, 4, 1, 3250, 5},
    Profile{"s19jpro", "Antminer S19j Pro", Dialect::kX19, 100000, 1e9, 3, 1, 126, 4, 1, 3050, 4},
    Profile{"s19xp", "Antminer S19 XP", Dialect::kX19, 140000, 1e9, 3, 1, 110, 4, 1, 3010, 3},
    Profile{"s21", "Antminer S21", Dialect::kX19, 200000, 1e9, 3, 1, 108, 4, 1, 3500, 3},
    Profile{"s19vnish", "Antminer S19 (Vnish 1.2.6)", Dialect::kVnish, 95000, 1e9, 3, 1, 76, 4, 1,
            3250, 2},
    Profile{"s19kluxos", "Antminer S19k Pro", Dialect::kLuxos, 120000, 1e9, 3, 1, 77, 4, 1, 2760,
            2},
    Profile{"s19braiins", "", Dialect::kBraiins, 95000, 1e9, 3, 1, 76, 4, 0, 3250, 2},
    Profile{"s17pro", "Antminer S17 Pro", Dialect::kX17, 53000, 1e9, 3, 1, 48, 4, 1, 2385, 2},
    Profile{"t17", "Antminer T17", Dialect::kX17, 40000, 1e9, 3, 1, 30, 4, 1, 2200, 1},
    Profile{"s9k", "Antminer S9k", Dialect::kX17, 13500, 1e9, 3, 1, 60, 2, 1, 1148, 1},
    Profile{"s9", "Antminer S9", Dialect::kLegacy, 13500, 1e9, 3, 6, 63, 2, 5, 1280, 3},
    Profile{"s9hiveon", "Antminer S9 Hiveon", Dialect::kLegacy, 13500, 1e9, 3, 6, 63, 2, 5, 1280,
            1},
    Profile{"l3plus", "Antminer L3+", Dialect::kLegacy, 504, 1e6, 4, 1, 72, 2, 1, 800, 1},
    Profile{"s19braiins-old", "", Dialect::kBraiins, 95000, 1e9, 3, 1, 76, 4, 0, 3250, 0},
    Profile{"s19marathon", "Antminer S19 Pro (Marathon)", Dialect::kMarathon, 110000, 1e9, 3, 1,
            114, 4, 1, 3250, 0},
    Profile{"s19epic", "Antminer S19 XP", Dialect::kEpic, 140000, 1e9, 3, 0, 110, 4, 1, 3010, 0},
    Profile{"s9msk", "Antminer S9 (v5.1) ", Dialect::kLegacy, 13500, 1e9, 3, 6, 63, 2, 5, 1280, 0},
    Profile{"d3", "Antminer D3", Dialect::kLegacy, 17000, 1e6, 3, 1, 60, 2, 1, 1200, 0},
    Profile{"z11", "Antminer Z11", Dialect::kLegacy, 135, 1e3, 3, 1, 3, 2, 1, 1418, 1},
};

}  // namespace

double ClockMegahertz(Dialect dialect) {
  switch (dialect) {
    case Dialect::kLegacy:
      return 631.5;
    case Dialect::kX17:
      return 535;
    case Dialect::kVnish:
      return 490.82;
    default:
      return 525;
  }
}

bool IsRwglr(const Profile& profile) {
  return profile.name == "s9hiveon" || profile.name == "s9msk";
}

std::span<const Profile> AllProfiles() { return kProfiles; }

const Profile* FindProfile(std::string_view name) {
  for (const Profile& profile : kProfiles) {
    if (profile.name == name) return &profile;
  }
  return nullptr;
}

}  // namespace antx::farm

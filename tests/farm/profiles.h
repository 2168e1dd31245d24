// The kinds of machine that the simulator knows. Data only; a new kind is a row.
// Shares no code with the exporter's decoding: the two are checked against each other.
#pragma once

#include <span>
#include <string_view>

namespace antx::farm {

/// How the machine answers on port 4028.
enum class Dialect {
  kLegacy,    ///< S9, L3+, Z11: `}{` in stats, chains from `first_chain`, joins.
  kX17,       ///< S17, T17, S9k: valid JSON, 16 slots, rates as text.
  kX19,       ///< S19, S21: numbers, joins refused, five commands only.
  kVnish,     ///< min-max sensors, chain_state, fee pool.
  kBraiins,   ///< MH/s, one reply a subject, joins.
  kLuxos,     ///< stats of X19 and replies of its own, joins.
  kMarathon,  ///< As X19, but /kaonsu/v1 on its web side.
  kEpic,      ///< HTTP on the port of the API.
};

struct Profile {
  std::string_view name;  ///< For --profile and --mix.
  std::string_view type;  ///< Type of the version reply; "" where there is none.
  Dialect dialect;
  double nominal;  ///< In units of the API (GH/s, MH/s, kSol/s).
  double unit;     ///< Hashes per second of one unit.
  int boards;
  int first_chain;
  int chips;
  int fans;
  int first_fan;
  double watts;  ///< At the nominal rate; told by firmware that tells it.
  int weight;    ///< Share in the default mix; 0: only by name.
};

/// The clock of the chips in MHz: the API and the web side tell the same one.
[[nodiscard]] double ClockMegahertz(Dialect dialect);
/// Whether its daemon is the `rwglr` build that Hiveon and MSKMiner share.
[[nodiscard]] bool IsRwglr(const Profile& profile);
[[nodiscard]] std::span<const Profile> AllProfiles();
/// Null when there is no such profile.
[[nodiscard]] const Profile* FindProfile(std::string_view name);

}  // namespace antx::farm

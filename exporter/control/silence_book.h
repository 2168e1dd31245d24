// What is to be silenced, and what an Alertmanager holds of it. Pure: it says which request comes
// next and takes its answer. Not thread safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "control/silence_text.h"
#include "util/clock.h"

namespace antx {

/// One request. Who sends it gives it back with the answer.
struct SilenceJob {
  enum class Kind { kList, kPost, kDelete };
  Kind kind = Kind::kList;
  std::string key;  ///< kPost; kDelete: "" for a silence that nobody wants.
  std::size_t piece = 0;
  std::uint64_t revision = 0;
  std::string id;     ///< kDelete; kPost: of the silence that is changed, "" for a new one.
  std::string start;  ///< kPost: when the silence begins, as it is written in `body`.
  std::string body;   ///< kPost.
};

class SilenceBook {
 public:
  static constexpr std::size_t kMostKeys = 1000;

  /// @param instance tells this exporter from others at the same Alertmanager.
  explicit SilenceBook(const std::string& instance) : instance_(SilenceToken(instance)) {}

  enum class Begun { kYes, kNothingNamed, kFull };
  /// The same key again changes what is open under it.
  Begun Begin(const std::string& key, const std::vector<SilenceMatchers>& pieces, SystemTime until,
              const std::string& comment);
  /// The cause is gone. What is open goes on until `last` and not longer, or ends now where that is
  /// over. Returns whether it goes on.
  bool End(const std::string& key, SystemTime last, SystemTime now);
  /// From now on silences of this exporter without a key in the book are ended.
  void Settle();
  /// Look what the Alertmanager holds before anything else: an answer was lost, or time went by.
  void Recheck() { list_needed_ = true; }
  /// Another Alertmanager: it holds nothing of this.
  void ForgetIds();

  /// What to do now; nothing: all is as it shall be. Drops what is over.
  [[nodiscard]] std::optional<SilenceJob> Next(SystemTime now);
  void Listed(const std::vector<ListedSilence>& silences);
  /// `id`: of the answer.
  void Posted(const SilenceJob& job, const std::string& id);
  /// The silence of the job is not there (any more).
  void Gone(const SilenceJob& job);
  /// The Alertmanager does not take it: the cause is given up.
  void Refused(const SilenceJob& job);

  /// Causes whose time went by without a silence, since the last call.
  [[nodiscard]] std::size_t TakeExpired();
  [[nodiscard]] bool Empty() const { return wishes_.empty() && orphans_.empty(); }
  /// When the first cause is over by itself.
  [[nodiscard]] std::optional<SystemTime> FirstEnd() const;

 private:
  struct Piece {
    SilenceMatchers matchers;
    std::string id;       ///< "": none is open.
    std::string start;    ///< Of the one that is open.
    bool posted = false;  ///< As it is wanted now; also when somebody ended it by hand.
  };
  struct Wish {
    std::vector<Piece> pieces;
    SystemTime until;
    std::string comment;
    bool wanted = true;
    bool opened = false;
    std::uint64_t revision = 0;
  };
  void DropWhatIsOver(SystemTime now);
  [[nodiscard]] std::optional<SilenceJob> JobOf(const std::string& key, const Wish& wish,
                                                SystemTime now) const;
  void Adopt(const ListedSilence& silence);

  std::string instance_;
  std::map<std::string, Wish> wishes_;  ///< By the token of the key.
  std::vector<std::string> orphans_;    ///< Ids of silences that nobody wants.
  std::uint64_t next_revision_ = 1;
  std::size_t expired_ = 0;
  bool settled_ = false;
  bool list_needed_ = true;
};

}  // namespace antx

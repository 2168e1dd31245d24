#include "control/silence_book.h"

#include <algorithm>
#include <utility>

namespace antx {

SilenceBook::Begun SilenceBook::Begin(const std::string& key,
                                      const std::vector<SilenceMatchers>& pieces, SystemTime until,
                                      const std::string& comment) {
  if (pieces.empty()) return Begun::kNothingNamed;
  const std::string token = SilenceToken(key);
  if (!wishes_.contains(token) && wishes_.size() >= kMostKeys) return Begun::kFull;
  Wish& wish = wishes_[token];
  for (std::size_t i = pieces.size(); i < wish.pieces.size(); ++i) {
    if (!wish.pieces[i].id.empty()) orphans_.push_back(wish.pieces[i].id);
  }
  const bool same = wish.wanted && wish.until == until && wish.comment == comment &&
                    std::equal(wish.pieces.begin(), wish.pieces.end(), pieces.begin(), pieces.end(),
                               [](const Piece& piece, const SilenceMatchers& matchers) {
                                 return piece.matchers == matchers;
                               });
  if (same) return Begun::kYes;
  wish.pieces.resize(pieces.size());
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    wish.pieces[i].matchers = pieces[i];
    wish.pieces[i].posted = false;
  }
  wish.until = until;
  wish.comment = comment;
  wish.wanted = true;
  wish.revision = next_revision_++;
  return Begun::kYes;
}

bool SilenceBook::End(const std::string& key, SystemTime last, SystemTime now) {
  const auto found = wishes_.find(SilenceToken(key));
  if (found == wishes_.end()) return false;
  Wish& wish = found->second;
  if (last <= now || !wish.opened) {
    wish.wanted = false;
    return false;
  }
  if (last >= wish.until) return true;
  wish.until = last;
  wish.revision = next_revision_++;
  for (Piece& piece : wish.pieces) {
    if (!piece.id.empty()) piece.posted = false;  // One that was ended by hand stays ended.
  }
  return true;
}

void SilenceBook::Settle() {
  settled_ = true;
  list_needed_ = true;
}

void SilenceBook::ForgetIds() {
  orphans_.clear();
  for (auto& [key, wish] : wishes_) {
    for (Piece& piece : wish.pieces) {
      piece.id.clear();
      piece.posted = false;
    }
  }
  list_needed_ = true;
}

void SilenceBook::DropWhatIsOver(SystemTime now) {
  for (auto wish = wishes_.begin(); wish != wishes_.end();) {
    const auto& pieces = wish->second.pieces;
    const bool open = std::any_of(pieces.begin(), pieces.end(),
                                  [](const Piece& piece) { return !piece.id.empty(); });
    const bool over = wish->second.until <= now;
    // An answer that is still out may have opened it: the list tells.
    const bool done = !wish->second.wanted && !open && !list_needed_;
    if (over && wish->second.wanted && !wish->second.opened) ++expired_;
    wish = over || done ? wishes_.erase(wish) : std::next(wish);
  }
}

std::optional<SilenceJob> SilenceBook::JobOf(const std::string& key, const Wish& wish,
                                             SystemTime now) const {
  for (std::size_t i = 0; i < wish.pieces.size(); ++i) {
    const Piece& piece = wish.pieces[i];
    if (!wish.wanted && !piece.id.empty()) {
      return SilenceJob{SilenceJob::Kind::kDelete, key, i, wish.revision, piece.id, "", ""};
    }
    if (!wish.wanted || piece.posted) continue;
    const std::string comment = SilenceComment(wish.comment, {instance_, key, static_cast<int>(i)});
    const std::string start = piece.id.empty() ? FormatUtc(now) : piece.start;
    return SilenceJob{SilenceJob::Kind::kPost,
                      key,
                      i,
                      wish.revision,
                      piece.id,
                      start,
                      SilenceBody(piece.matchers, start, wish.until, comment, piece.id)};
  }
  return std::nullopt;
}

std::optional<SilenceJob> SilenceBook::Next(SystemTime now) {
  DropWhatIsOver(now);
  if (list_needed_ && (settled_ || !wishes_.empty())) return SilenceJob{};
  if (!orphans_.empty()) {
    return SilenceJob{SilenceJob::Kind::kDelete, "", 0, 0, orphans_.back(), "", ""};
  }
  for (const auto& [key, wish] : wishes_) {
    if (auto job = JobOf(key, wish, now)) return job;
  }
  return std::nullopt;
}

/// A silence that is open in the Alertmanager and bears this exporter's mark.
void SilenceBook::Adopt(const ListedSilence& silence) {
  const auto found = wishes_.find(silence.mark.key);
  const auto index = static_cast<std::size_t>(silence.mark.piece);
  if (found == wishes_.end()) {
    if (settled_) orphans_.push_back(silence.id);
    return;
  }
  auto& pieces = found->second.pieces;
  if (index >= pieces.size() || (!pieces[index].id.empty() && pieces[index].id != silence.id)) {
    orphans_.push_back(silence.id);
    return;
  }
  pieces[index].start = silence.start;
  if (!pieces[index].id.empty()) return;
  pieces[index].id = silence.id;
  pieces[index].posted = false;  // Its end may be another one by now.
  found->second.opened = true;
}

void SilenceBook::Listed(const std::vector<ListedSilence>& silences) {
  list_needed_ = false;
  orphans_.clear();
  for (auto& [key, wish] : wishes_) {
    for (Piece& piece : wish.pieces) {
      if (piece.id.empty()) continue;
      const auto found =
          std::find_if(silences.begin(), silences.end(),
                       [&](const ListedSilence& silence) { return silence.id == piece.id; });
      if (found == silences.end()) {  // The Alertmanager lost it.
        piece.id.clear();
        piece.posted = false;
      } else if (found->over) {  // Somebody ended it by hand: it is not opened again.
        piece.id.clear();
        piece.posted = true;
      }
    }
  }
  for (const ListedSilence& silence : silences) {
    if (!silence.over && silence.mark.instance == instance_) Adopt(silence);
  }
}

void SilenceBook::Posted(const SilenceJob& job, const std::string& id) {
  const auto found = wishes_.find(job.key);
  if (found == wishes_.end() || job.piece >= found->second.pieces.size()) {
    orphans_.push_back(id);
    return;
  }
  Piece& piece = found->second.pieces[job.piece];
  piece.id = id;
  piece.start = job.start;
  piece.posted = found->second.revision == job.revision;
  found->second.opened = true;
}

void SilenceBook::Gone(const SilenceJob& job) {
  std::erase(orphans_, job.id);
  const auto found = wishes_.find(job.key);
  if (found == wishes_.end() || job.piece >= found->second.pieces.size()) return;
  Piece& piece = found->second.pieces[job.piece];
  if (piece.id == job.id) {
    piece.id.clear();
    piece.posted = false;
  }
}

void SilenceBook::Refused(const SilenceJob& job) {
  std::erase(orphans_, job.id);
  const auto found = wishes_.find(job.key);
  if (found == wishes_.end() || found->second.revision != job.revision) return;
  for (const Piece& piece : found->second.pieces) {
    if (!piece.id.empty() && piece.id != job.id) orphans_.push_back(piece.id);
  }
  wishes_.erase(found);
}

std::size_t SilenceBook::TakeExpired() { return std::exchange(expired_, 0); }

std::optional<SystemTime> SilenceBook::FirstEnd() const {
  std::optional<SystemTime> first;
  for (const auto& [key, wish] : wishes_) {
    if (!first || wish.until < *first) first = wish.until;
  }
  return first;
}

}  // namespace antx

// gzip for a page that is written in pieces: each piece becomes a gzip member of its
// own (RFC 1952 allows any number), so memory stays bounded by one piece.
#pragma once

#include <memory>
#include <string_view>

#include "metrics/page.h"

namespace antx {

class GzipSink {
 public:
  explicit GzipSink(Sink next);
  ~GzipSink();
  GzipSink(const GzipSink&) = delete;
  GzipSink& operator=(const GzipSink&) = delete;
  /// Compresses one piece and hands it on. False: the reader has gone, or no memory.
  bool operator()(std::string_view piece);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace antx

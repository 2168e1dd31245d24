// gzip for a page that is written in pieces, in bounded memory. One gzip member for the
// whole page: curl and browsers stop after the first of several.
#pragma once

#include <memory>
#include <string_view>

#include "metrics/page.h"

namespace antx {

/// One page, one thread.
class GzipSink {
 public:
  explicit GzipSink(Sink next);
  /// Finishes when nobody did.
  ~GzipSink();
  GzipSink(const GzipSink&) = delete;
  GzipSink& operator=(const GzipSink&) = delete;
  /// Compresses one piece; hands on what is ready. False: the reader has gone, or no memory.
  bool operator()(std::string_view piece);
  /// Hands on the rest and the trailer; later pieces are refused. False: as above.
  bool Finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace antx

#include "net/curl_handles.h"

#include <new>

namespace antx {

void AppendHeader(HeaderList& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  (void)list.release();
  list.reset(longer);
}

std::size_t TakeBody(char* data, std::size_t unit, std::size_t count, void* target) noexcept {
  auto& sink = *static_cast<BodySink*>(target);
  const std::size_t size = unit * count;
  if (size > sink.limit - sink.body.size()) {
    sink.over = true;
    return 0;  // Fewer than offered: libcurl ends the transfer.
  }
  try {
    sink.body.append(data, size);
  } catch (...) {
    return 0;
  }
  return size;
}

HttpError::Kind HttpErrorKindOf(CURLcode code) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return HttpError::Kind::kTimeout;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
      return HttpError::Kind::kConnect;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return HttpError::Kind::kTls;
    default:
      return HttpError::Kind::kOther;
  }
}

}  // namespace antx

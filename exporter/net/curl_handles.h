// What both HTTP clients need of libcurl: owners of its handles, and its errors as ours.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "net/http_client.h"

namespace antx {

struct EasyCloser {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiCloser {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ListCloser {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using EasyHandle = std::unique_ptr<CURL, EasyCloser>;
using MultiHandle = std::unique_ptr<CURLM, MultiCloser>;
using HeaderList = std::unique_ptr<curl_slist, ListCloser>;

/// Adds "Name: value"; throws std::bad_alloc.
void AppendHeader(HeaderList& list, const std::string& line);

/// Where the body of an answer goes.
struct BodySink {
  std::string body;
  std::size_t limit = 0;
  bool over = false;  ///< More came than `limit`; the transfer was ended.
};
/// CURLOPT_WRITEFUNCTION; `target` is a BodySink.
std::size_t TakeBody(char* data, std::size_t unit, std::size_t count, void* target) noexcept;

[[nodiscard]] HttpError::Kind HttpErrorKindOf(CURLcode code);

}  // namespace antx

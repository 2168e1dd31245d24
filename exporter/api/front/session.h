// One connection of the TLS front: handshake, requests, answers, each with a deadline.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <chrono>
#include <list>
#include <memory>

#include "api/dispatcher.h"
#include "api/front/outbox.h"
#include "api/front/tls_context.h"

namespace antx {

/// How long a client may take. All of them are for the whole step, not for each byte.
struct FrontTimes {
  std::chrono::seconds handshake{10};
  std::chrono::seconds idle{75};     ///< Between requests.
  std::chrono::seconds request{10};  ///< From the first byte of a request to its last.
  std::chrono::seconds write{10};    ///< For 64 KiB of an answer.
  std::chrono::seconds answer{300};  ///< For all of it, unless it is a stream of news.
  std::chrono::seconds goodbye{2};
};

/// A connection as the front sees it. Lives on the loop's thread.
struct Connection {
  boost::beast::tcp_stream* stream = nullptr;
  std::shared_ptr<Outbox> outbox;  ///< Of the answer under way.
  /// Since when the client is awaited: the order of FrontShared::waiting.
  std::list<Connection*>::iterator waiting;
  bool is_waiting = false;
};

/// What the connections of a front share. Only `workers` and `queued` are for several threads.
struct FrontShared {
  FrontShared(Dispatcher& answers, ListenerRole what, TlsContexts& tls, int threads)
      : dispatcher(answers),
        role(what),
        contexts(tls),
        workers(static_cast<std::size_t>(threads)) {}

  Dispatcher& dispatcher;
  const ListenerRole role;
  TlsContexts& contexts;
  FrontTimes times;
  OutboxLimits outbox;
  std::size_t most_queued = 256;  ///< Requests that wait for a thread; more get 503.
  boost::asio::thread_pool workers;
  std::atomic<std::size_t> queued{0};
  std::list<Connection*> all;
  std::list<Connection*> waiting;  ///< The client has the word; the one that has it longest first.
  bool stopping = false;
};

/// Serves the client until it leaves, is too slow or the front stops. Never throws for what a
/// client does.
[[nodiscard]] boost::asio::awaitable<void> Serve(boost::asio::ip::tcp::socket socket,
                                                 std::shared_ptr<FrontShared> shared);

}  // namespace antx

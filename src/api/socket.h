#pragma once

#include <exception>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

// The sockets of every protocol: one type for TCP and unix sockets, bound to the one network thread.

namespace holdfast::api {

namespace asio = boost::asio;

using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, Executor>;

template <class T>
using Coroutine = asio::awaitable<T, Executor>;
inline constexpr asio::use_awaitable_t<Executor> kAwait{};

// Runs a coroutine of the server itself. An exception that leaves it ends the process, as one that leaves any
// other handler does: a server that no longer accepts, or no longer looks at deadlines, must not go on
// silently.
inline void spawn(Executor executor, Coroutine<void> coroutine) {
  asio::co_spawn(executor, std::move(coroutine), [](std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
  });
}

}  // namespace holdfast::api

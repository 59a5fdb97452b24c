#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <exception>

namespace gnutella::net {

/// Calls what the user has given, an event handler or a log sink, from the middle of our own work, which must be
/// finished whatever it throws: that is thrown by a task of the executor instead, out of its run().
template <class Function, class... Args>
void call_user(const boost::asio::any_io_executor& executor, const Function& function, const Args&... args) {
    try {
        function(args...);
    } catch (...) {
        boost::asio::post(executor, [thrown = std::current_exception()] { std::rethrow_exception(thrown); });
    }
}

}  // namespace gnutella::net

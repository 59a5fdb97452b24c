#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <type_traits>
#include <utility>

namespace gnutella::net {

/// Calls `question` on another strand, and gives its answer on the executor of who waits. Cannot be cancelled; what it
/// asks must be decided at once.
template <class Question>
boost::asio::awaitable<std::invoke_result_t<Question&>> ask(boost::asio::any_io_executor strand, Question question) {
    using Answer = std::invoke_result_t<Question&>;
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Answer)>(
        [](auto handler, const boost::asio::any_io_executor& whose, Question what) {
            // The executor must not run out of work while the question is elsewhere.
            auto executor = boost::asio::prefer(boost::asio::get_associated_executor(handler),
                                                boost::asio::execution::outstanding_work.tracked);
            boost::asio::post(whose, [handler = std::move(handler), executor = std::move(executor),
                                      what = std::move(what)]() mutable {
                boost::asio::post(executor, [handler = std::move(handler), answer = what()]() mutable {
                    std::move(handler)(std::move(answer));
                });
            });
        },
        boost::asio::use_awaitable, std::move(strand), std::move(question));
}

}  // namespace gnutella::net

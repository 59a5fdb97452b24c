#pragma once

#include <gnutella/query.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace gnutella {

/// One search, shared by its handles and, weakly, by the engine. All but the constants belongs to the engine's strand.
struct Query::State : std::enable_shared_from_this<Query::State> {
    State(boost::asio::any_io_executor user_executor, boost::asio::any_io_executor engine_strand, Guid query_id,
          QueryRequest what)
        : executor(std::move(user_executor)),
          strand(std::move(engine_strand)),
          id(query_id),
          request(std::move(what)) {}
    ~State();

    void add(Hit hit);
    /// No more hits come. With an error, the first async_next after the kept hits gets it.
    void end(error_code reason);
    void next(detail::Completion<error_code, std::optional<Hit>> done, std::uint64_t call);
    void cancel_next(std::uint64_t call);
    /// Nobody is left to complete them: those that wait, who may own a handle to this, are destroyed.
    void drop_waiters() noexcept { const auto dropped = std::exchange(waiters, {}); }

    const boost::asio::any_io_executor executor;
    const boost::asio::any_io_executor strand;
    const Guid id;
    const QueryRequest request;
    /// Tells the engine that nobody wants it any more; may be called from any thread.
    std::function<void(const Guid&)> abandon;
    /// Called when one of the kept hits has been taken, if it is set.
    std::function<void()> taken;

    std::deque<Hit> hits;
    bool ended = false;
    error_code error;
    struct Waiter {
        std::uint64_t call = 0;
        detail::Completion<error_code, std::optional<Hit>> done;
    };
    std::deque<Waiter> waiters;  // while there are no hits
};

}  // namespace gnutella

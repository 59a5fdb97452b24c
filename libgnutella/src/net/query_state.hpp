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
    /// Nobody is left to complete it: the waiter, which may own a handle to this, is destroyed.
    void drop_waiter() noexcept { const auto dropped = std::exchange(waiter, {}); }

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
    detail::Completion<error_code, std::optional<Hit>> waiter;
    std::uint64_t waiting_call = 0;
};

}  // namespace gnutella

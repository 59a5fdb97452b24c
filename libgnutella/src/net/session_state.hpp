#pragma once

#include <gnutella/session.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace gnutella::net {
class Engine;
}

namespace gnutella {

/// What handles to one session share. All but the constants belongs to the engine's strand.
struct Session::State {
    State(SessionId session, std::weak_ptr<net::Engine> owner, boost::asio::any_io_executor user_executor,
          boost::asio::any_io_executor engine_strand)
        : id(session), engine(std::move(owner)), executor(std::move(user_executor)), strand(std::move(engine_strand)) {}

    const SessionId id;
    const std::weak_ptr<net::Engine> engine;
    const boost::asio::any_io_executor executor;
    const boost::asio::any_io_executor strand;
    /// Why it ended, once it has; the same for all handles that were made before.
    std::shared_ptr<std::optional<error_code>> ended = std::make_shared<std::optional<error_code>>();
};

}  // namespace gnutella

#pragma once

#include <gnutella/detail/completion.hpp>
#include <gnutella/error.hpp>
#include <gnutella/session_info.hpp>

#include <boost/asio/async_result.hpp>

#include <memory>
#include <string>

namespace gnutella {

/// A connection to one neighbour, from handshake to BYE. A handle: copies name the same session, and destroying them
/// does not close it. Its functions may be called from any thread, also after the Peer is gone.
class Session {
  public:
    /// Names no session; every async operation on it fails with Error::not_started.
    Session() = default;

    /// What was known of the neighbour when the session opened.
    const SessionInfo& info() const noexcept { return info_; }
    /// Its name within its Peer; 0 for no session.
    SessionId id() const noexcept { return info_.id; }

    /// Says BYE with this reason and closes. Nothing happens when the session has ended already.
    void close(std::string reason = {});

    /// Completes when the session has ended: with Error::left after the neighbour's BYE, with
    /// boost::asio::error::operation_aborted after our own close(), with Error::stopped when the Peer is gone, or with
    /// what went wrong. At once when it is over. Cancelling the call gives operation_aborted too, and leaves the
    /// session as it is. Signature: void(error_code).
    template <class CompletionToken>
    auto async_wait_closed(CompletionToken&& token) {
        return boost::asio::async_initiate<CompletionToken, void(error_code)>(
            [state = state_](auto handler) {
                start_wait_closed(state, {std::move(handler), executor_of(state)});
            },
            token);
    }

    /// Inside: what the handle refers to.
    struct State;
    /// Inside: Peer::async_connect and Peer::session make it.
    Session(SessionInfo info, std::shared_ptr<State> state) : info_(std::move(info)), state_(std::move(state)) {}

  private:
    static void start_wait_closed(const std::shared_ptr<State>& state, detail::Completion<error_code> done);
    static boost::asio::any_io_executor executor_of(const std::shared_ptr<State>& state);

    SessionInfo info_;
    std::shared_ptr<State> state_;
};

}  // namespace gnutella

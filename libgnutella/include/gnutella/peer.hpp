#pragma once

#include <gnutella/detail/completion.hpp>
#include <gnutella/download.hpp>
#include <gnutella/endpoint.hpp>
#include <gnutella/error.hpp>
#include <gnutella/event.hpp>
#include <gnutella/query.hpp>
#include <gnutella/session.hpp>
#include <gnutella/settings.hpp>
#include <gnutella/shared_file.hpp>
#include <gnutella/statistics.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution_context.hpp>

#include <concepts>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gnutella {

/// Ends a subscription to events when it is destroyed. May outlive the Peer.
class Subscription {
  public:
    /// To nothing.
    Subscription() = default;
    /// Inside: Peer::subscribe makes it.
    explicit Subscription(std::shared_ptr<void> handler) : handler_(std::move(handler)) {}

    /// No event that begins after this returns reaches the handler; one that is being handled in another thread goes
    /// on.
    void cancel() noexcept { handler_.reset(); }

  private:
    std::shared_ptr<void> handler_;
};

/// A session that is to be opened.
struct ConnectRequest {
    // Not an aggregate: {"host", 8025} is to be an Endpoint.
    /// To that peer, in that dialect or any.
    ConnectRequest(Endpoint far_end, std::optional<Dialect> spoken) : peer(std::move(far_end)), dialect(spoken) {}

    /// Where it listens.
    Endpoint peer;
    /// The dialect that is to be spoken, and no other; nothing: those of Settings::dialects in turn.
    std::optional<Dialect> dialect;
};

/// A node: this program's presence on the network. It listens, shares, searches and downloads.
///
/// Threads: all functions may be called from any thread, and return at once. Results come through the completion
/// token, on the executor that is associated with the handler, else on the Peer's own. Its work runs on strands of the
/// executor it was given, by as many threads as run that, and on a few disk threads of its own.
///
/// Cancellation: every async call can be cancelled, by a signal of any type, and completes then with
/// boost::asio::error::operation_aborted, unless it had completed. What becomes of its work stands with each.
///
/// Destroying a Peer cancels all that it started, without the courtesy of a BYE: use async_stop for that. What waits
/// then, an async_stop too, completes with Error::stopped.
class Peer {
  public:
    /// Makes a node that does nothing yet.
    /// @param executor where its work runs; its context must outlive the Peer and all that was started with it. So a
    ///     coroutine that holds a Peer must have ended, by async_stop or otherwise, before its context is destroyed.
    /// @param settings what it is to do; they stay as they are.
    /// @throws std::invalid_argument naming the setting that cannot be.
    /// @throws std::system_error when the system has no thread, or no descriptor, for it.
    explicit Peer(boost::asio::any_io_executor executor, Settings settings = {});
    /// The same on the executor of a context: an io_context, a thread_pool.
    template <class ExecutionContext>
    requires std::convertible_to<ExecutionContext&, boost::asio::execution_context&>
    explicit Peer(ExecutionContext& context, Settings settings = {})
        : Peer(context.get_executor(), std::move(settings)) {}
    ~Peer();
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    /// Listens on TCP and UDP, begins to read the shared folders and to join Settings::neighbours. Completes when it
    /// listens. Errors: port_in_use, cannot_listen, state_unusable, state_full, identity_damaged, folder_missing,
    /// not_a_folder, folder_unreadable (nothing is started then, and it may be called again), already_started, stopped.
    /// Cancelling the call takes the start back: it completes when that is done, or with success when it is too late
    /// for that. Signature: void(error_code).
    template <class CompletionToken>
    auto async_start(CompletionToken&& token) {
        return boost::asio::async_initiate<CompletionToken, void(error_code)>(
            [this](auto handler) {
                start({std::move(handler), executor()});
            },
            token);
    }

    /// Says BYE to every neighbour, ends searches, downloads (what has arrived is kept) and uploads, and closes all
    /// sockets. Completes when that is done, within Settings::bye_timeout. A stopped Peer stays stopped. Errors:
    /// stopped, when the Peer is destroyed before. Cancelling the call leaves the Peer to stop all the same.
    /// Signature: void(error_code).
    template <class CompletionToken>
    auto async_stop(CompletionToken&& token) {
        return boost::asio::async_initiate<CompletionToken, void(error_code)>(
            [this](auto handler) {
                stop({std::move(handler), executor()});
            },
            token);
    }

    /// Opens a session. Completes after PING and PONG, or after the handshake of Gnutella 0.6. Where one dialect gets
    /// no answer that makes sense, the next of Settings::dialects is tried; the error is the one that says most.
    /// Errors: cannot_resolve, cannot_connect, connect_timed_out, no_pong, handshake_timed_out, handshake_refused,
    /// not_gnutella, connected_to_self, already_connected, too_many_sessions, refused, lost, bad_message, not_started,
    /// stopped; boost::asio::error::operation_aborted. A ConnectFailed event gives the far end's own words. Cancelling
    /// the call gives up the session.
    /// Signature: void(error_code, Session).
    template <class CompletionToken>
    auto async_connect(Endpoint endpoint, CompletionToken&& token) {
        return async_connect(ConnectRequest{std::move(endpoint), std::nullopt}, std::forward<CompletionToken>(token));
    }
    /// The same, where the dialect may be chosen.
    template <class CompletionToken>
    auto async_connect(ConnectRequest request, CompletionToken&& token) {
        return boost::asio::async_initiate<CompletionToken, void(error_code, Session)>(
            [this](auto handler, ConnectRequest what) {
                connect(std::move(what), {std::move(handler), executor()});
            },
            token, std::move(request));
    }

    /// Keeps a session with that peer from now on: tried again with back-off whenever it cannot be had or is lost. How
    /// it goes comes as events (SessionOpened, JoinFailed, SessionClosed).
    void join(Endpoint endpoint);

    /// Takes join(), or an entry of Settings::neighbours, back; an open session stays open.
    void leave(const Endpoint& endpoint);

    /// Begins a search. Never fails at once: an error is what the first Query::async_next gives.
    Query query(QueryRequest request);
    /// The same for a text alone. (A template, so that what is written in braces can only be a QueryRequest.)
    template <std::convertible_to<std::string> Text>
    Query query(Text&& text) {
        return query(QueryRequest(std::string(std::forward<Text>(text))));
    }

    /// Asks a peer of Gnutella 0.6, or of ours, for a list of all files that it shares (browse host). The Query yields
    /// them as its hits, which are kept for it up to Settings::max_hits_per_query: then the list is read no faster than
    /// they are taken. Never fails at once: an error is what async_next gives; besides those named there
    /// cannot_resolve, cannot_connect, connect_timed_out, not_browsable, source_busy, source_answer, source_closed,
    /// source_timed_out.
    Query browse(Endpoint peer);

    /// Begins a download, before the start too. Never fails at once: an error is what Download::async_wait gives.
    Download download(DownloadRequest request);

    /// Fetches the file of a hit into a folder: download() and Download::async_wait in one, for which cancelling the
    /// call cancels the download. Signature: void(error_code, DownloadedFile).
    template <class CompletionToken>
    auto async_download(const Hit& hit, std::filesystem::path folder, CompletionToken&& token) {
        return async_download(DownloadRequest(hit, std::move(folder)), std::forward<CompletionToken>(token));
    }
    /// The same for all that a request can say.
    template <class CompletionToken>
    auto async_download(DownloadRequest request, CompletionToken&& token) {
        return boost::asio::async_initiate<CompletionToken, void(error_code, DownloadedFile)>(
            [this](auto handler, DownloadRequest what) {
                Download::start_wait(download(std::move(what)).state_, {std::move(handler), executor()},
                                     Download::OnCancel::cancel_download);
            },
            token, std::move(request));
    }

    /// Shares a folder from now on; its files can be found as they are hashed, and all of them from the ShareRead
    /// event on. Completes when the folder is known to be readable. Errors: folder_missing, not_a_folder,
    /// folder_unreadable, not_started, stopped. A folder for which the call was cancelled may be shared all the same.
    /// Signature: void(error_code).
    template <class CompletionToken>
    auto async_share(std::filesystem::path folder, CompletionToken&& token) {
        return boost::asio::async_initiate<CompletionToken, void(error_code)>(
            [this](auto handler, std::filesystem::path what) {
                share(std::move(what), {std::move(handler), executor()});
            },
            token, std::move(folder));
    }

    /// No longer shares a folder; uploads under way go on.
    void unshare(std::filesystem::path folder);

    /// Completes when every shared folder has been read and all files in it are hashed: at once when that is so.
    /// Errors: not_started, stopped. Cancelling the call changes nothing for the folders. Signature: void(error_code).
    template <class CompletionToken>
    auto async_shares_settled(CompletionToken&& token) {
        return boost::asio::async_initiate<CompletionToken, void(error_code)>(
            [this](auto handler) {
                wait_for_shares({std::move(handler), executor()});
            },
            token);
    }

    /// The files that this node offers, sorted by name. Signature: void(error_code, std::vector<SharedFile>).
    template <class CompletionToken>
    auto async_files(CompletionToken&& token) {
        return boost::asio::async_initiate<CompletionToken, void(error_code, std::vector<SharedFile>)>(
            [this](auto handler) {
                files({std::move(handler), executor()});
            },
            token);
    }

    /// Sessions, counters and totals at this moment. Signature: void(error_code, Status).
    template <class CompletionToken>
    auto async_status(CompletionToken&& token) {
        return boost::asio::async_initiate<CompletionToken, void(error_code, Status)>(
            [this](auto handler) {
                status({std::move(handler), executor()});
            },
            token);
    }

    /// A handle to the open session of that id, for closing it or waiting for its end; its info() holds only the id.
    /// When no session of that id is open any more, waiting for its end gives Error::lost.
    Session session(SessionId id) const;

    /// The downloads that have not ended; after the start, durable ones of earlier processes among them.
    std::vector<Download> downloads() const;

    /// Calls `handler` for every event from now on, until the Subscription is destroyed.
    [[nodiscard]] Subscription subscribe(EventHandler handler);

    /// Where it listens, once started: the address that it was told (or "0.0.0.0", "::") and the port that it got.
    Endpoint local_endpoint() const;

    /// This peer's identity on the network.
    Guid identity() const noexcept;

    /// The executor it was given.
    boost::asio::any_io_executor executor() const noexcept;

  private:
    void start(detail::Completion<error_code> done);
    void stop(detail::Completion<error_code> done);
    void connect(ConnectRequest request, detail::Completion<error_code, Session> done);
    void share(std::filesystem::path folder, detail::Completion<error_code> done);
    void wait_for_shares(detail::Completion<error_code> done);
    void files(detail::Completion<error_code, std::vector<SharedFile>> done);
    void status(detail::Completion<error_code, Status> done);

    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace gnutella

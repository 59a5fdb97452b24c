#pragma once

#include <gnutella/detail/completion.hpp>
#include <gnutella/error.hpp>
#include <gnutella/guid.hpp>
#include <gnutella/hit.hpp>
#include <gnutella/urn.hpp>

#include <boost/asio/async_result.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace gnutella {

/// What to search for.
struct QueryRequest {
    /// Words that must all appear in a file's name; for legacy peers, the exact name of a file. At most 1,024 bytes of
    /// UTF-8.
    std::string text;
    /// The file itself, when it is known by content: only that file answers.
    std::optional<Urn> urn;
    /// How long answers are waited for; nothing: Settings::query_timeout. Over a year is a year.
    std::optional<std::chrono::milliseconds> timeout;

    /// For nothing yet.
    QueryRequest() = default;
    // Constructors for the reason that Endpoint has one.
    /// For a text, which may stand for it: query({"moon"}).
    // NOLINTNEXTLINE(google-explicit-constructor)
    QueryRequest(std::string words) noexcept : text(std::move(words)) {}
    /// For a text, a file, or both, for that long.
    QueryRequest(std::string words, std::optional<Urn> file,
                 std::optional<std::chrono::milliseconds> patience = {}) noexcept
        : text(std::move(words)), urn(file), timeout(patience) {}
};

/// One search in flight: it yields Hits until it times out or is cancelled. A handle: copies name the same search, and
/// the search is cancelled when the last of them is destroyed. Its functions may be called from any thread.
class Query {
  public:
    /// Names no search: async_next gives nothing at once.
    Query() = default;

    /// The id that the query has on the network.
    Guid id() const noexcept;

    /// Waits for the next hit; nullopt is the end of the search. Hits that came before are kept for it, up to
    /// Settings::max_hits_per_query. Where several calls wait, hits come to one after another, and the end to all.
    /// Cancelling a call leaves the search as it is.
    /// Errors: Error::not_started, Error::stopped, Error::too_many_queries, Error::bad_query,
    /// boost::asio::error::operation_aborted; what the system says when it has no more descriptors.
    /// Signature: void(error_code, std::optional<Hit>).
    template <class CompletionToken>
    auto async_next(CompletionToken&& token) {
        return boost::asio::async_initiate<CompletionToken, void(error_code, std::optional<Hit>)>(
            [state = state_](auto handler) {
                start_next(state, {std::move(handler), executor_of(state)});
            },
            token);
    }

    /// Ends the search; each async_next that waits gets nullopt.
    void cancel();

    /// Inside: what the handle refers to.
    struct State;
    /// Inside: Peer::query and Peer::browse make it.
    explicit Query(std::shared_ptr<State> state) : state_(std::move(state)) {}

  private:
    static void start_next(const std::shared_ptr<State>& state,
                           detail::Completion<error_code, std::optional<Hit>> done);
    static boost::asio::any_io_executor executor_of(const std::shared_ptr<State>& state);

    std::shared_ptr<State> state_;
};

}  // namespace gnutella

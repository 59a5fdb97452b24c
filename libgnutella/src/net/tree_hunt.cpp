#include "net/tree_hunt.hpp"

#include "net/cancellation.hpp"
#include "net/no_throw.hpp"
#include "net/tree_fetcher.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <exception>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;

namespace {

// After so long without an answer another source is asked too.
constexpr std::chrono::milliseconds patience{500};
constexpr std::size_t most_at_once = 4;
// How long a finer tree is waited for.
constexpr std::chrono::seconds patience_with_coarse{2};

}  // namespace

TreeHunt::TreeHunt(const DownloadService& service, asio::any_io_executor strand, const Urn& urn, SourceDialler& dialler)
    : service_(service), strand_(std::move(strand)), urn_(urn), dialler_(dialler), changed_(strand_) {}

asio::awaitable<std::optional<HashTree>> TreeHunt::run(std::vector<Hit> sources, std::function<bool()> goes_on) {
    co_await asio::this_coro::throw_if_cancelled(false);
    std::size_t next = 0;
    while (!is_fine_enough() && (next < sources.size() || !attempts_.empty())) {
        const bool cancelled = co_await is_cancelled();
        if (cancelled || !goes_on()) {
            break;
        }
        if (next < sources.size() && attempts_.size() < most_at_once) {
            begin(std::move(sources[next++]));
        }
        changed_.expires_after(patience);
        co_await changed_.async_wait(no_throw);
    }
    stop_all();
    while (!attempts_.empty()) {
        changed_.expires_after(patience);
        co_await changed_.async_wait(no_throw);
    }
    co_return std::move(tree_);
}

void TreeHunt::begin(Hit source) {
    auto attempt = std::make_shared<Attempt>(std::move(source));
    attempts_.push_back(attempt);
    const auto slot = attempt->cancel.slot();
    // The signal must be there until the coroutine is gone.
    auto keep = [attempt](const std::exception_ptr&) {};
    asio::co_spawn(strand_, ask(*this, std::move(attempt)), asio::bind_cancellation_slot(slot, std::move(keep)));
}

// The hunt waits for all of them: it is there as long as they are.
asio::awaitable<void> TreeHunt::ask(TreeHunt& hunt, std::shared_ptr<Attempt> attempt) {
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto use = [&hunt, &attempt](auto& dialler) {
        return fetch_tree(hunt.service_, hunt.strand_, hunt.urn_, attempt->source, attempt->tree, dialler);
    };
    try {
        const error_code error = co_await hunt.dialler_.reach(attempt->source, use);
        if (error == Error::source_lied) {
            hunt.liars_.push_back(attempt->source.source);
        }
    } catch (const std::exception&) {
        attempt->tree.reset();  // who cannot be asked has none
    }
    if (attempt->tree) {
        hunt.keep_if_finer(std::move(*attempt->tree));
    }
    std::erase(hunt.attempts_, attempt);
    hunt.changed_.cancel();
}

void TreeHunt::keep_if_finer(HashTree tree) {
    if (!tree_) {
        best_until_ = std::chrono::steady_clock::now() + patience_with_coarse;
    }
    if (!tree_ || tree.block_size() < tree_->block_size()) {
        tree_ = std::move(tree);
    }
}

bool TreeHunt::is_fine_enough() const {
    return tree_ && (tree_->is_finest() || std::chrono::steady_clock::now() >= best_until_);
}

void TreeHunt::stop_all() {
    for (const auto& attempt : attempts_) {
        // Emitted where nothing of what it ends is running.
        asio::post(strand_, [attempt] { attempt->cancel.emit(asio::cancellation_type::terminal); });
    }
}

}  // namespace gnutella::net

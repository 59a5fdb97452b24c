#include "net/download_job.hpp"
#include "net/download_recorder.hpp"
#include "net/sequential_worker.hpp"
#include "net/swarm.hpp"
#include "net/tree_hunt.hpp"
#include "transfer/existing_blocks.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

// How a DownloadJob gets its bytes.

namespace gnutella::net {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

// Bytes after which a source that failed before has made up for it.
constexpr std::uint64_t good_progress = 64 * 1024;
// Bytes read back before another job gets its turn on the thread.
constexpr std::uint64_t read_turn = 8 * 1024 * 1024;
// The same, while sources send.
constexpr std::uint64_t beside_turn = 2 * 1024 * 1024;

}  // namespace

// ---- the tree, and what is there already ----

asio::awaitable<error_code> DownloadJob::find_tree() {
    const bool is_here = sources_->size() > 0 && sources_->hit(0).content;
    if (is_here || (tree_ && blocks_)) {
        co_return error_code{};
    }
    if (is_root_to_be_found()) {
        co_await find_root();
    }
    const auto named = urn_with_root();
    if (!named) {
        co_return error_code{};
    }
    if (tree_) {
        co_return co_await check_blocks();
    }
    std::set<std::uint64_t> without_tree;
    auto size = sources_->agreed_size() ? sources_->agreed_size() : sources_->likely_size();
    while (size.value_or(0) > 0 && state_->may_run()) {
        sources_->agree_on(size);
        co_await look_for_tree(*size, *named);
        if (tree_) {
            if (recorder_ && !claimed_root_) {
                recorder_->keep_size(*size);
                recorder_->keep_tree(*tree_);
            }
            co_return co_await check_blocks();
        }
        without_tree.insert(*size);
        size = sources_->likely_size(without_tree);
    }
    if (!state_->may_run()) {
        co_return asio::error::operation_aborted;
    }
    sources_->agree_on(std::nullopt);
    if (claimed_root_) {
        claimed_root_.reset();  // nobody has a tree with that root: it is fetched without one
        co_return error_code{};
    }
    co_return sources_->is_exhausted() ? sources_->last_error() : error_code{};
}

asio::awaitable<void> DownloadJob::look_for_tree(std::uint64_t size, const Urn& named) {
    if (certain_tree_) {
        const auto leaves = certain_tree_->leaves();
        tree_ = HashTree::from_leaves(size, {leaves.begin(), leaves.end()});
        if (!tree_ || tree_->block_size() != certain_tree_->block_size()) {
            tree_.reset();
            sources_->strike_size(size);  // a file with that tree has another number of blocks
        }
        co_return;
    }
    tree_ = HashTree::from_root(size, *named.tiger());
    if (tree_) {
        co_return;
    }
    std::vector<Hit> unasked;
    for (transfer::SourceId id = 0; id < sources_->size(); ++id) {
        if (!sources_->hit(id).content && asked_for_tree_.emplace(id, size).second) {
            unasked.push_back(sources_->hit(id));
            unasked.back().size = size;
        }
    }
    TreeHunt hunt(*service_, strand_, named, dialler_);
    std::function<bool()> goes_on = [this] { return state_->may_run(); };
    tree_ = co_await hunt.run(std::move(unasked), std::move(goes_on));
    for (const Endpoint& liar : hunt.liars()) {
        report_failure(liar, Error::source_lied, false);
    }
    if (!tree_ && !state_->may_run()) {
        asked_for_tree_.clear();  // not all of them could answer
    }
}

// Whether those who say that the file has another size are to be believed next: none of the others has shown that it
// has the one that was believed so far.
bool DownloadJob::believes_another_size(const error_code& error) {
    const auto other = sources_->disputed_size(Clock::now());
    if (!other || transfer::is_disk_error(error) || !state_->may_run()) {
        return false;
    }
    service_->parts->withdraw(state_->id());
    if (blocks_ && !claimed_root_ && blocks_->state(0) == transfer::BlockState::verified) {
        certain_tree_ = tree_;
    }
    tree_.reset();
    shared_tree_.reset();
    blocks_.reset();
    sources_->agree_on(other);
    ++sizes_believed_;
    return true;
}

// What an earlier download has left, or this one before it had the tree, is believed block by block.
asio::awaitable<error_code> DownloadJob::check_blocks() {
    progress_.size = tree_->size();
    blocks_.emplace(tree_->layout());
    hasher_ = transfer::PrefixHasher(tree_->root());
    shared_tree_ = std::make_shared<const HashTree>(*tree_);
    transfer::ExistingBlocks existing(*part_, *tree_);
    error_code error;
    while (!error && !existing.is_done()) {
        std::vector<std::size_t> right;
        const auto check = [&existing, &right] {
            error_code failure;
            right = existing.check(read_turn, failure);
            return failure;
        };
        error = co_await try_on_disk(service_->disk, check);
        for (const std::size_t block : right) {
            blocks_->set(block, transfer::BlockState::verified);
        }
        if (!right.empty()) {
            report(DownloadState::verifying);
        }
        if (!error && !state_->may_run()) {
            error = asio::error::operation_aborted;
        }
    }
    if (error) {
        blocks_.reset();  // to be looked at again
    } else if (!looked_) {
        looked_ = true;
        progress_.resumed = blocks_->verified_bytes();
    }
    co_return error;
}

// Without a tree it is good for as much as there is from the beginning, until the end shows what it was worth.
asio::awaitable<error_code> DownloadJob::take_over_prefix() {
    error_code error;
    const auto written = part_->written_after(0);
    const std::uint64_t there = written && written->first == 0 ? written->length : 0;
    if (there <= sources_->greatest_size()) {  // else no part of what anybody offers
        error = co_await hash_rest(there);
    }
    if (hasher_.hashed() > 0) {
        sources_->contributed_before();
    }
    looked_ = !error;
    progress_.resumed = hasher_.hashed();
    co_return error;
}

asio::awaitable<error_code> DownloadJob::hash_rest(std::uint64_t until) {
    error_code error;
    while (!error && hasher_.hashed() < until) {
        const auto hash = [this, until] {
            error_code failure;
            hasher_.advance(*part_, until, read_turn, failure);
            return failure;
        };
        error = co_await try_on_disk(service_->disk, hash);
        if (!error && !state_->may_run()) {
            error = asio::error::operation_aborted;
        }
    }
    co_return error;
}

// ---- fetching ----

asio::awaitable<error_code> DownloadJob::fetch() {
    while (state_->may_run()) {
        adopt_new_sources();
        error_code error = co_await find_tree();
        if (error) {
            co_return error;
        }
        if (tree_) {
            error = co_await fetch_blocks();
            if (error && believes_another_size(error)) {
                continue;
            }
            co_return error;
        }
        if (!state_->may_run()) {
            break;
        }
        if (!looked_) {
            error = co_await take_over_prefix();
        }
        if (error) {
            co_return error;
        }
        error = co_await fetch_sequence();
        if (error != asio::error::try_again) {
            co_return error;
        }
    }
    co_return asio::error::operation_aborted;
}

asio::awaitable<error_code> DownloadJob::fetch_blocks() {
    Swarm::Callbacks callbacks;
    callbacks.goes_on = [this] {
        adopt_new_sources();
        return state_->may_run();
    };
    callbacks.received = [this](std::size_t bytes, Transport transport) { received(bytes, transport); };
    callbacks.tick = [this] {
        report(swarm_->is_fed() ? DownloadState::fetching : DownloadState::connecting);
        publish();
        if (recorder_) {
            recorder_->keep_blocks(swarm_->blocks());
        }
    };
    callbacks.beside = [this] { return hash_beside(); };
    // Longer each time, so that a slow source will do in the end.
    constexpr int max_doublings = 6;
    const auto size_patience =
        Clock::duration(service_->settings.transfer_timeout) * (1 << std::min(sizes_believed_, max_doublings));
    Swarm swarm({*service_, strand_, *urn_, *tree_, *part_, *sources_, dialler_, size_patience}, std::move(*blocks_),
                std::move(callbacks));
    swarm_ = &swarm;
    const error_code error = co_await swarm.run();
    swarm_ = nullptr;
    blocks_ = swarm.blocks();
    if (recorder_) {
        recorder_->keep_last_blocks(*blocks_);
    }
    publish();
    co_return error;
}

asio::awaitable<bool> DownloadJob::hash_beside() {
    const std::uint64_t until = swarm_->blocks().verified_prefix();
    if (until < hasher_.hashed() + beside_turn) {
        co_return false;  // a turn for each block would cost more than the block; the last of it is done at the end
    }
    const auto hash = [this, until] {
        error_code failure;
        hasher_.advance(*part_, until, beside_turn, failure);
        return failure;
    };
    const error_code error = co_await try_on_disk(service_->disk, hash);
    co_return !error;
}

// Asks one source, and gives try_again when there is another to be asked, perhaps for a tree.
asio::awaitable<error_code> DownloadJob::fetch_sequence() {
    const auto source = sources_->due(Clock::now());
    if (source) {
        co_return co_await fetch_from(*source);
    }
    if (sources_->is_exhausted()) {
        co_return sources_->last_error();
    }
    co_await wait_until(sources_->next_due());
    co_return asio::error::try_again;
}

asio::awaitable<error_code> DownloadJob::fetch_from(transfer::SourceId source) {
    const Hit hit = sources_->hit(source);
    progress_.size = transfer::size_of(hit);
    if (hasher_.hashed() == progress_.size) {
        co_return error_code{};
    }
    if (hasher_.hashed() > hit.size && !hit.content && sources_->may_begin_anew(source)) {
        const error_code failure = co_await begin_anew();
        if (failure) {
            co_return failure;
        }
    }
    sources_->begin(source);
    const std::uint64_t before = hasher_.hashed();
    Sequence sequence{*service_, strand_, *urn_, *part_, hasher_, {}, {}, {}, {}};
    sequence.received = [this, source](std::size_t bytes, Transport transport) {
        if (bytes > 0) {
            sources_->contributed(source);
            received(bytes, transport);
        }
    };
    sequence.tick = [this] { report(DownloadState::fetching); };
    const auto use = [&sequence, &hit](auto& dialler) { return fetch_in_sequence(sequence, hit, dialler); };
    error_code error = Error::size_mismatch;  // than what others sent
    if (hit.content) {
        error = co_await copy_content(hit);
        sources_->contributed(source);
    } else if (hasher_.hashed() < hit.size) {
        error = co_await dialler_.reach(hit, use);
    }
    if (hasher_.hashed() >= before + good_progress) {  // what we had already is none
        sources_->progressed(source);
    }
    if (!error || transfer::is_disk_error(error)) {
        sources_->ended(source);
        co_return error;
    }
    if (!state_->may_run()) {
        sources_->ended(source);
        co_return asio::error::operation_aborted;
    }
    if (sequence.other_size && sources_->says_size(source, *sequence.other_size)) {
        sources_->ended(source);
    } else if (sequence.later) {
        sources_->postpone(source, error, Clock::now() + *sequence.later);
    } else {
        sources_->failed(source, error, Clock::now());
    }
    report(DownloadState::connecting);
    co_return asio::error::try_again;
}

// What an earlier download left is not needed: here is the whole.
asio::awaitable<error_code> DownloadJob::copy_content(const Hit& source) {
    const auto write = [this, &source] {
        error_code error;
        const auto bytes = std::as_bytes(std::span(*source.content));
        hasher_.finish();
        part_->write(bytes, 0, error);
        if (!error) {
            hasher_.advance(bytes);
        }
        return error;
    };
    progress_.resumed = 0;
    co_return co_await try_on_disk(service_->disk, write);
}

asio::awaitable<void> DownloadJob::wait_until(Clock::time_point time) {
    waiting_.expires_at(time);
    co_await waiting_.async_wait(asio::as_tuple(asio::use_awaitable));
}

}  // namespace gnutella::net

#include "net/download_recorder.hpp"

#include <boost/asio/error.hpp>

#include <utility>

namespace gnutella::net {

namespace {

constexpr std::chrono::seconds between_blocks{2};

// What will be no better the next time, and what the user has decided.
bool is_final(const error_code& error) {
    return !error || error == boost::asio::error::operation_aborted || error == Error::hash_mismatch ||
           error == Error::bad_file_name || error == Error::file_exists;
}

}  // namespace

void DownloadRecorder::add(std::function<void()> failed) {
    log_->write([record = record_, is_ours = is_ours_, failed = std::move(failed)](store::Store& store) {
        *is_ours = !store.has_download(record.id);
        if (store.add_download(record) || !store.outlives_the_process()) {
            failed();
        }
    });
}

std::optional<HashTree> DownloadRecorder::tree() const {
    auto tree = HashTree::from_leaves(record_.size, record_.leaves);
    return tree && tree->root() == record_.urn.tiger() ? std::move(tree) : std::nullopt;
}

void DownloadRecorder::keep_size(std::uint64_t size) {
    record_.size = size;
    log_->write([id = record_.id, size](store::Store& store) { store.keep_download_size(id, size); });
}

void DownloadRecorder::keep_tree(const HashTree& tree) {
    keep_size(tree.size());
    record_.leaves.assign(tree.leaves().begin(), tree.leaves().end());
    log_->write(
        [id = record_.id, leaves = record_.leaves](store::Store& store) { store.keep_download_leaves(id, leaves); });
}

void DownloadRecorder::keep_blocks(const transfer::BlockMap& blocks) {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_blocks_) {
        return;
    }
    next_blocks_ = now + between_blocks;
    keep_last_blocks(blocks);
}

void DownloadRecorder::keep_last_blocks(const transfer::BlockMap& blocks) {
    log_->write(
        [id = record_.id, bits = blocks.to_bits()](store::Store& store) { store.keep_download_blocks(id, bits); });
}

void DownloadRecorder::keep_sources(std::vector<Hit> sources) {
    log_->write([id = record_.id, sources = std::move(sources)](store::Store& store) {
        store.keep_download_sources(id, sources);
    });
}

void DownloadRecorder::keep_paused(bool paused) {
    if (std::exchange(record_.paused, paused) == paused) {
        return;
    }
    log_->write([id = record_.id, paused](store::Store& store) { store.keep_download_state(id, paused); });
}

void DownloadRecorder::end(const error_code& error) {
    if (is_final(error)) {
        log_->write([id = record_.id](store::Store& store) { store.forget_download(id); });
    } else if (error == Error::download_active) {
        // What was there before is that of who downloads it.
        log_->write([id = record_.id, is_ours = is_ours_](store::Store& store) {
            if (*is_ours) {
                store.forget_download(id);
            }
        });
    }
}

}  // namespace gnutella::net

#include "share/hash_queue.hpp"

#include "share/open_canonical.hpp"

#include <algorithm>

namespace gnutella::share {

void HashQueue::add(const std::string& path, std::uint64_t size) {
    if (std::ranges::find(under_way_, path, &Job::path) == under_way_.end()) {
        waiting_.emplace(size, path);
    }
}

void HashQueue::cancel(const std::string& path, std::uint64_t size) {
    waiting_.erase({size, path});
    std::erase_if(under_way_, [&](const Job& job) { return job.path == path; });
}

std::optional<HashQueue::Result> HashQueue::advance() {
    if (next_is_due()) {
        if (auto failed = begin_next()) {
            return failed;
        }
    }
    if (under_way_.empty()) {
        return std::nullopt;
    }
    Job& job = under_way_.back();
    error_code error;
    auto content = job.hashing.advance(error);
    if (!content && !error) {
        return std::nullopt;
    }
    Result result{std::move(job.path), std::move(content), job.hashing.stamp(), error};
    under_way_.pop_back();
    return result;
}

bool HashQueue::next_is_due() const {
    if (waiting_.empty() || under_way_.size() == max_under_way) {
        return false;
    }
    return under_way_.empty() || waiting_.begin()->first < under_way_.back().hashing.left();
}

std::optional<HashQueue::Result> HashQueue::begin_next() {
    std::string path = std::move(waiting_.extract(waiting_.begin()).value().second);
    error_code error = Error::file_unreadable;
    FileDescriptor file = open_canonical(path, 0);
    auto hashing = file ? FileHashing::begin(std::move(file), error) : std::nullopt;
    if (!hashing) {
        return Result{std::move(path), std::nullopt, {}, error};
    }
    under_way_.push_back({std::move(path), std::move(*hashing)});
    return std::nullopt;
}

}  // namespace gnutella::share

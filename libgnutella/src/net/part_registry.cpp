#include "net/part_registry.hpp"

#include <fcntl.h>

#include <algorithm>
#include <utility>

namespace gnutella::net {

void PartRegistry::publish(std::uint64_t download, Part part) {
    const std::scoped_lock lock(mutex_);
    const auto [known, is_new] = parts_.try_emplace(download);
    if (is_new) {
        known->second.serial = ++last_serial_;
    }
    known->second.part = std::move(part);
}

void PartRegistry::withdraw(std::uint64_t download) {
    const std::scoped_lock lock(mutex_);
    parts_.erase(download);
}

bool PartRegistry::serves(const Urn& urn) const {
    const std::scoped_lock lock(mutex_);
    const Known* const known = find_locked(urn);
    return known != nullptr && !known->part.verified.empty();
}

const PartRegistry::Known* PartRegistry::find_locked(const Urn& urn) const {
    const auto found =
        std::ranges::find_if(parts_, [&urn](const auto& each) { return each.second.part.urn.same_file(urn); });
    return found == parts_.end() ? nullptr : &found->second;
}

// The very part that find() gave: of another of the same file other blocks are there.
const PartRegistry::Part* PartRegistry::find_again_locked(const transfer::PartialFile& file) const {
    const auto found =
        std::ranges::find_if(parts_, [&file](const auto& each) { return each.second.serial == file.serial; });
    return found == parts_.end() ? nullptr : &found->second.part;
}

std::optional<transfer::PartialFile> PartRegistry::find(const Urn& urn) {
    const std::scoped_lock lock(mutex_);
    const Known* const known = find_locked(urn);
    if (known == nullptr || known->part.verified.empty()) {
        return std::nullopt;
    }
    const Part& part = known->part;
    return transfer::PartialFile{part.name, part.size, part.urn, part.verified, known->serial};
}

int PartRegistry::open(const transfer::PartialFile& file, error_code& error) {
    const std::scoped_lock lock(mutex_);  // the download cannot close it meanwhile
    const Part* const part = find_again_locked(file);
    // Not dup(2): a copy would keep the lock of the download.
    const std::string path = "/proc/self/fd/" + std::to_string(part != nullptr ? part->descriptor : -1);
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    error = descriptor < 0 ? error_code(Error::file_unreadable) : error_code{};
    return descriptor;
}

std::optional<HashTree> PartRegistry::tree(const transfer::PartialFile& file) {
    const std::scoped_lock lock(mutex_);
    const Part* const part = find_again_locked(file);
    return part != nullptr && part->tree ? std::optional(*part->tree) : std::nullopt;
}

}  // namespace gnutella::net
